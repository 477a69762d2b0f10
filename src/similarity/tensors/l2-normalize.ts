import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.ts';

/** Under this squared length a row counts as zero, as in TensorFlow's `l2_normalize`. */
const LEAST_SQUARED_LENGTH = 1e-12;

/**
 * Each row divided by its Euclidean length; a row of zeros stays zeros.
 *
 * Its gradient is written out, because every training step goes through it, often twice: what is upstream, less its part
 * along the row, over the row's length.
 *
 * @param rows [n, dimensions]
 * @returns [n, dimensions]
 */
export function l2Normalize(rows: tf.Tensor2D): tf.Tensor2D {
  return withGradient(
    rows,
    (values) => {
      const squaredLength = tf.maximum(tf.sum(tf.square(values), 1, true), LEAST_SQUARED_LENGTH);
      const inverseLength = tf.rsqrt(squaredLength);
      const unit = tf.mul<tf.Tensor2D>(values, inverseLength);
      return { value: unit, saved: { unit, inverseLength } };
    },
    (upstream, { unit, inverseLength }) => {
      const along = tf.sum(tf.mul(upstream, unit), 1, true);
      return tf.mul(tf.sub(upstream, tf.mul(unit, along)), inverseLength);
    },
  );
}
