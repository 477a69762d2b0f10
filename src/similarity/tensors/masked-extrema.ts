import * as tf from '@tensorflow/tfjs-core';

/** Larger than any distance, small enough to stay finite when a distance is added. */
const BEYOND = 1e30;

/**
 * The largest masked value of each row, found by its index: of several that are equal, the first. No gradient flows through
 * it; call it within `detached` where there is a tape.
 *
 * @param values [n, m]
 * @param mask [n, m] of 0 and 1
 * @returns [n, m] 1 where the value is, 0 elsewhere; a row without a masked value is all 0
 */
export function largestMasked(values: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor2D {
  return firstLargest(keepMasked(values, mask), mask);
}

/** The same for the smallest value. */
export function smallestMasked(values: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor2D {
  return firstLargest(keepMasked(tf.neg(values), mask), mask);
}

/** The values where the mask is 1, a number beyond all of them (and below) elsewhere. */
function keepMasked(values: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor2D {
  return tf.add<tf.Tensor2D>(tf.mul(values, mask), tf.mul(tf.sub(mask, 1), BEYOND));
}

function firstLargest(masked: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor2D {
  const chosen = tf.oneHot(tf.argMax<tf.Tensor1D>(masked, 1), masked.shape[1]);
  // Where nothing is masked, the first of all is chosen, which the mask takes out again.
  return tf.mul<tf.Tensor2D>(chosen, mask);
}

/** The masked values' largest, [n, 1]; far below every distance where a row has none. */
export function maskedMax(values: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor2D {
  return tf.max<tf.Tensor2D>(keepMasked(values, mask), 1, true);
}

/** The masked values' smallest, [n, 1]; far above every distance where a row has none. */
export function maskedMin(values: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor2D {
  return tf.neg(maskedMax(tf.neg(values), mask));
}

/** 1 for each row with anything masked, [n, 1]. */
export function anyMasked(mask: tf.Tensor2D): tf.Tensor2D {
  return tf.max<tf.Tensor2D>(mask, 1, true);
}
