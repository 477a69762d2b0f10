/**
 * The extrema of a part of each row. No gradient is to flow through them: where there is a tape they are called within
 * `detached`, and the values are taken out of the row with the index that was found, so that of several equal ones the first
 * alone has a gradient.
 */
import * as tf from '@tensorflow/tfjs-core';

/** Larger than any distance, small enough to stay finite when a distance is added. */
const BEYOND = 1e30;

/** The values where the mask is 1, a number below all of them elsewhere. */
function keepMasked(values: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor2D {
  return tf.add<tf.Tensor2D>(tf.mul(values, mask), tf.mul(tf.sub(mask, 1), BEYOND));
}

/**
 * Where the largest masked value of each row is.
 *
 * @param values [n, m]
 * @param mask [n, m] of 0 and 1
 * @returns [n, m] 1 where it is, 0 elsewhere; in a row without a masked value it is at the first of all, so that such rows
 *   have to be left out of what follows
 */
export function largestMasked(values: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor2D {
  // TF.js refuses to make one-hot rows of a single column.
  if (values.shape[1] === 1) return tf.onesLike(values);
  return tf.oneHot(tf.argMax<tf.Tensor1D>(keepMasked(values, mask), 1), values.shape[1]) as tf.Tensor2D;
}

/** The same for the smallest value. */
export function smallestMasked(values: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor2D {
  return largestMasked(tf.neg(values), mask);
}

/** The masked values' largest, [n, 1]; -1e30 where a row has none. */
export function maskedMax(values: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor2D {
  return tf.max<tf.Tensor2D>(keepMasked(values, mask), 1, true);
}

/** The masked values' smallest, [n, 1]; 1e30 where a row has none. */
export function maskedMin(values: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor2D {
  return tf.neg(maskedMax(tf.neg(values), mask));
}

/** 1 for each row with anything masked, [n]. */
export function anyMasked(mask: tf.Tensor2D): tf.Tensor1D {
  return tf.max<tf.Tensor1D>(mask, 1);
}
