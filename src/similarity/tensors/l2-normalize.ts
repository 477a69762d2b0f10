import * as tf from '@tensorflow/tfjs-core';

/** Under this squared length a row counts as zero, as in TensorFlow's `l2_normalize`. */
const LEAST_SQUARED_LENGTH = 1e-12;

/**
 * Each row divided by its Euclidean length; a row of zeros stays zeros.
 *
 * @param rows [n, dimensions]
 * @returns [n, dimensions]
 */
export function l2Normalize(rows: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const squaredLength = tf.maximum(tf.sum(tf.square(rows), 1, true), LEAST_SQUARED_LENGTH);
    return tf.mul<tf.Tensor2D>(rows, tf.rsqrt(squaredLength));
  });
}
