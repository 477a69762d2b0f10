import * as tf from '@tensorflow/tfjs-core';
import { checkPositive } from '../checks.ts';
import type { Distance } from '../distances/index.ts';
import { maskedLogSumExp } from '../tensors/masked-log-sum-exp.ts';
import type { PairMasks } from '../tensors/pair-masks.ts';
import { PairwiseLoss } from './pairwise-loss.ts';

export interface SoftNearestNeighborLossOptions {
  /** Default `squared_euclidean`. */
  readonly distance?: Distance | string;
  /** The lower, the more the nearest alone count; above 0. Default 1. */
  readonly temperature?: number;
  /** Default `soft_nn_loss`. */
  readonly name?: string;
}

/**
 * How unlikely it is that a neighbor drawn by its distance is of the example's own class:
 * -log(Σₚ exp(-d(a, p) / T) / Σ exp(-d(a, x) / T)) over positives, and over all others.
 *
 * An example without a positive contributes 0; so does one without a negative, by the formula.
 *
 * Frosst et al., Analyzing and Improving Representations with the Soft Nearest Neighbor Loss,
 * https://arxiv.org/abs/1902.01889
 */
export class SoftNearestNeighborLoss extends PairwiseLoss {
  readonly temperature: number;

  /** @throws SimilarityError UNKNOWN_NAME or OUT_OF_RANGE */
  constructor(options: SoftNearestNeighborLossOptions = {}) {
    super(options.name ?? 'soft_nn_loss', options.distance ?? 'squared_euclidean');
    this.temperature = checkPositive('temperature', options.temperature ?? 1);
  }

  protected override ofDistances(distances: tf.Tensor2D, { positive, negative }: PairMasks): tf.Tensor1D {
    const logits = tf.div<tf.Tensor2D>(distances, -this.temperature);
    const all = maskedLogSumExp(logits, tf.add(positive, negative), false);
    return tf.reshape(tf.sub(all, maskedLogSumExp(logits, positive, false)), [-1]);
  }

  override getConfig(): Record<string, unknown> {
    const { name, distance, temperature } = this;
    return { name, distance: distance.name, temperature };
  }
}
