import * as tf from '@tensorflow/tfjs-core';

/**
 * Computes something that no gradient flows through.
 *
 * TF.js has no gradient for comparisons and no stop-gradient. A function with a gradient of its own and no inputs is both:
 * the tape records nothing of what happens inside it, and finds no way back from its result, so that it costs nothing when
 * gradients are computed.
 *
 * @param compute reads the given tensors, or whatever it closes over, and returns a new one
 */
export function detached<Result extends tf.Tensor>(
  compute: (...inputs: tf.Tensor[]) => Result,
  ...inputs: tf.Tensor[]
): Result {
  return tf.customGrad<Result>(() => ({ value: compute(...inputs), gradFunc: () => [] }))();
}
