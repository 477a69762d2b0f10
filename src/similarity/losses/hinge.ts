import * as tf from '@tensorflow/tfjs-core';
import { checkFiniteNumber } from '../checks.ts';
import { positivePart } from '../tensors/positive-part.ts';

/**
 * A margin that losses can use: a number, or null for a soft one. A negative one is allowed: it lets the negative be nearer.
 *
 * @throws SimilarityError NOT_FINITE
 */
export function checkMargin(margin: number | null): number | null {
  return margin === null ? null : checkFiniteNumber('margin', margin);
}

/** max(0, gap + margin); with no margin, log(1 + exp(gap)). */
export function hinge(gaps: tf.Tensor1D, margin: number | null): tf.Tensor1D {
  return margin === null ? tf.softplus(gaps) : positivePart(tf.add(gaps, margin));
}
