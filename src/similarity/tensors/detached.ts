import * as tf from '@tensorflow/tfjs-core';

/**
 * Computes something that no gradient flows through.
 *
 * TF.js has no gradient for comparisons and no stop-gradient; a function with a gradient of its own, which is zero, is both.
 *
 * @param compute reads the given tensors and returns a new one
 */
export function detached<Result extends tf.Tensor>(
  compute: (...inputs: tf.Tensor[]) => Result,
  ...inputs: tf.Tensor[]
): Result {
  const constant = tf.customGrad(() => ({
    value: compute(...inputs),
    gradFunc: () => inputs.map((input) => tf.zerosLike(input)),
  }));
  return constant(...inputs);
}
