import * as tf from '@tensorflow/tfjs-core';

/**
 * Assigns each example to the prototypes in parts, so that all prototypes get about the same share of the batch: SwAV's codes.
 *
 * Each iteration gives every prototype the same total, then every example the total 1. It works on logarithms: with
 * exponentials of `scores / epsilon` a small epsilon would leave nothing of most rows in 32 bits.
 *
 * @param scores [n, prototypes]
 * @param epsilon how soft the assignment is; above 0
 * @param iterations at least 1
 * @returns [n, prototypes], each row with the sum 1
 */
export function sinkhornKnopp(scores: tf.Tensor, epsilon: number, iterations: number): tf.Tensor2D {
  return tf.tidy(() => {
    let logarithms = tf.div(scores, epsilon);
    for (let i = 0; i < iterations; i++) {
      logarithms = tf.sub(logarithms, tf.logSumExp(logarithms, 0, true));
      logarithms = tf.sub(logarithms, tf.logSumExp(logarithms, 1, true));
    }
    return tf.exp(logarithms) as tf.Tensor2D;
  });
}
