import * as tf from '@tensorflow/tfjs-core';
import type { Distance } from '../distances/index.ts';
import { detached } from '../tensors/detached.ts';
import type { PairMasks } from '../tensors/pair-masks.ts';
import { checkMargin, hinge } from './hinge.ts';
import type { Pairs } from './metric-loss.ts';
import {
  checkNegativeMining,
  checkPositiveMining,
  distancesFromPositives,
  mineNegatives,
  minePositives,
  type NegativeMining,
  type PositiveMining,
} from './mining.ts';
import { PairwiseLoss } from './pairwise-loss.ts';

export interface PNLossOptions {
  /** Default `cosine`. */
  readonly distance?: Distance | string;
  /** Default `hard`. */
  readonly positiveMiningStrategy?: PositiveMining;
  /** Default `semi-hard`. */
  readonly negativeMiningStrategy?: NegativeMining;
  /** How much farther the negative has to be than the positive, in the distance's unit; null for a soft margin. Default null. */
  readonly margin?: number | null;
  /** Default `pn_loss`. */
  readonly name?: string;
}

/**
 * The triplet loss whose negative has to be far from the positive too: in the place of d(a, n) stands the smaller of d(a, n)
 * and d(p, n).
 *
 * An example without a positive or without a negative has no triplet: its loss is 0.
 *
 * Szubert et al., Structure-preserving visualisation of high dimensional single-cell datasets, Sci Rep 9, 8914 (2019),
 * https://doi.org/10.1038/s41598-019-45301-0
 */
export class PNLoss extends PairwiseLoss {
  readonly positiveMiningStrategy: PositiveMining;
  readonly negativeMiningStrategy: NegativeMining;
  readonly margin: number | null;

  /** @throws SimilarityError UNKNOWN_NAME or NOT_FINITE */
  constructor(options: PNLossOptions = {}) {
    super(options.name ?? 'pn_loss', options.distance ?? 'cosine');
    this.positiveMiningStrategy = checkPositiveMining(options.positiveMiningStrategy ?? 'hard');
    this.negativeMiningStrategy = checkNegativeMining(options.negativeMiningStrategy ?? 'semi-hard');
    this.margin = checkMargin(options.margin ?? null);
  }

  protected override ofDistances(distances: tf.Tensor2D, masks: PairMasks, pairs: Pairs): tf.Tensor1D {
    const positives = detached(() => minePositives(this.positiveMiningStrategy, distances, masks));
    const negatives = detached(() => mineNegatives(this.negativeMiningStrategy, distances, masks));
    const fromPositives = distancesFromPositives(positives, distances, pairs, this.distance);
    const chosen = (from: tf.Tensor2D, at: tf.Tensor2D) => tf.sum<tf.Tensor1D>(tf.mul(from, at), 1);
    const nearer = tf.minimum<tf.Tensor1D>(chosen(distances, negatives), chosen(fromPositives, negatives));
    return hinge(tf.sub<tf.Tensor1D>(chosen(distances, positives), nearer), this.margin);
  }

  override getConfig(): Record<string, unknown> {
    const { name, distance, positiveMiningStrategy, negativeMiningStrategy, margin } = this;
    return { name, distance: distance.name, positiveMiningStrategy, negativeMiningStrategy, margin };
  }
}
