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
      // Beyond 1e19 the squares would leave the range of 32 bits, and the row would come out as zeros.
      const scale = tf.maximum(tf.max(tf.abs(values), 1, true), 1);
      const scaled = tf.div<tf.Tensor2D>(values, scale);
      const squaredLength = tf.maximum(tf.sum(tf.square(scaled), 1, true), LEAST_SQUARED_LENGTH);
      const inverseLength = tf.rsqrt(squaredLength);
      const unit = tf.mul<tf.Tensor2D>(scaled, inverseLength);
      return { value: unit, saved: { unit, inverseLength: tf.div(inverseLength, scale) } };
    },
    (upstream, { unit, inverseLength }) => {
      const along = tf.sum(tf.mul(upstream, unit), 1, true);
      return tf.mul(tf.sub(upstream, tf.mul(unit, along)), inverseLength);
    },
  );
}
