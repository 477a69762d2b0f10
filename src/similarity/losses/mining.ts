import * as tf from '@tensorflow/tfjs-core';
import { unknownName } from '../checks.ts';
import type { Distance } from '../distances/index.ts';
import { largestMasked, maskedMax, smallestMasked } from '../tensors/masked-extrema.ts';
import type { PairMasks } from '../tensors/pair-masks.ts';
import type { Pairs } from './metric-loss.ts';

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
  if (!POSITIVE.includes(strategy)) throw unknownName('positiveMiningStrategy', strategy, POSITIVE);
  return strategy;
}

/** @throws SimilarityError UNKNOWN_NAME */
export function checkNegativeMining(strategy: NegativeMining): NegativeMining {
  if (!NEGATIVE.includes(strategy)) throw unknownName('negativeMiningStrategy', strategy, NEGATIVE);
  return strategy;
}

/**
 * The positive of each anchor. No gradient is to flow through it.
 *
 * @param distances [n, m]
 * @returns [n, m] 1 where it is; any key for an anchor without a positive
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
      const farther = tf.step(tf.sub(distances, maskedMax(distances, masks.positive)));
      // The farthest may always be chosen: where any is farther than the positives it is one of them.
      const farthest = largestMasked(distances, masks.negative);
      return smallestMasked(distances, tf.maximum(tf.mul(farther, masks.negative), farthest));
    }
  }
}

/**
 * The distances from each anchor's positive to all keys, differentiable.
 *
 * @param positives [n, m] 1 where the positive is
 * @param distances [n, m] from the anchors to the keys
 * @returns [n, m]
 */
export function distancesFromPositives(
  positives: tf.Tensor2D,
  distances: tf.Tensor2D,
  { queryEmbeddings, keyEmbeddings }: Pairs,
  distance: Distance,
): tf.Tensor2D {
  // Within one batch each key is a query too, whose distances are known.
  if (queryEmbeddings === keyEmbeddings) return tf.matMul(positives, distances);
  return distance.pairwise(tf.matMul(positives, keyEmbeddings), keyEmbeddings);
}
