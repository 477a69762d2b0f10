import * as tf from '@tensorflow/tfjs-core';
import { unknownName } from '../checks.ts';
import { largestMasked, maskedMax, smallestMasked } from '../tensors/masked-extrema.ts';
import type { PairMasks } from '../tensors/pair-masks.ts';

/** Which example of its own class an anchor is held against: the farthest (hard) or the nearest (easy). */
export type PositiveMining = 'hard' | 'easy';

/**
 * Which example of another class an anchor is held against: the nearest (hard), the farthest (easy), or the nearest that is
 * farther than every positive (semi-hard; where there is none, the farthest).
 */
export type NegativeMining = 'hard' | 'semi-hard' | 'easy';

const POSITIVE: readonly PositiveMining[] = ['hard', 'easy'];
const NEGATIVE: readonly NegativeMining[] = ['hard', 'semi-hard', 'easy'];

/** @throws SimilarityError UNKNOWN_NAME */
export function checkPositiveMining(strategy: PositiveMining): PositiveMining {
  if (!POSITIVE.includes(strategy)) throw unknownName('positiveMining', strategy, POSITIVE);
  return strategy;
}

/** @throws SimilarityError UNKNOWN_NAME */
export function checkNegativeMining(strategy: NegativeMining): NegativeMining {
  if (!NEGATIVE.includes(strategy)) throw unknownName('negativeMining', strategy, NEGATIVE);
  return strategy;
}

/**
 * The positive of each anchor. No gradient flows through it.
 *
 * @param distances [n, m]
 * @returns [n, m] 1 where it is; all 0 for an anchor without a positive
 */
export function minePositives(strategy: PositiveMining, distances: tf.Tensor2D, masks: PairMasks): tf.Tensor2D {
  return strategy === 'hard' ? largestMasked(distances, masks.positive) : smallestMasked(distances, masks.positive);
}

/** The negative of each anchor, in the same way. */
export function mineNegatives(strategy: NegativeMining, distances: tf.Tensor2D, masks: PairMasks): tf.Tensor2D {
  switch (strategy) {
    case 'hard':
      return smallestMasked(distances, masks.negative);
    case 'easy':
      return largestMasked(distances, masks.negative);
    case 'semi-hard': {
      const farther = tf.greater(distances, maskedMax(distances, masks.positive));
      // Within the positives' reach the farthest negative alone is left, as what remains where none is farther.
      const candidates = tf.where(farther, masks.negative, largestMasked(distances, masks.negative));
      return smallestMasked(distances, candidates);
    }
  }
}
