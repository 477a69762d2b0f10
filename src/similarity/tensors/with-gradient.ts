import * as tf from '@tensorflow/tfjs-core';

/**
 * Computes a function of one tensor whose gradient is written out, in the place of that of each operation in it.
 *
 * @param forward gives the function's value, and what the gradient needs of it by name
 * @param backward makes of the gradient of the value, and of what was saved, the gradient of the input
 */
export function withGradient<
  Input extends tf.Tensor,
  Result extends tf.Tensor,
  Saved extends Readonly<Record<string, tf.Tensor>>,
>(
  input: Input,
  forward: (input: Input) => { readonly value: Result; readonly saved: Saved },
  backward: (upstream: Result, saved: Saved) => tf.Tensor,
): Result {
  return tf.customGrad<Result>((given, save) => {
    const { value, saved } = forward(given as Input);
    const names = Object.keys(saved);
    (save as (tensors: tf.Tensor[]) => void)(Object.values(saved));
    return {
      value,
      // TF.js keeps copies of what is saved until the way back is gone.
      gradFunc: (upstream, kept) =>
        backward(upstream, Object.fromEntries(names.map((name, i) => [name, kept[i]])) as unknown as Saved),
    };
  })(input);
}
