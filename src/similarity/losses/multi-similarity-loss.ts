import * as tf from '@tensorflow/tfjs-core';
import { checkFiniteNumber, checkPositive } from '../checks.ts';
import type { Distance } from '../distances/index.ts';
import { detached } from '../tensors/detached.ts';
import { anyMasked, maskedMax, maskedMin } from '../tensors/masked-extrema.ts';
import { maskedLogSumExp } from '../tensors/masked-log-sum-exp.ts';
import type { PairMasks } from '../tensors/pair-masks.ts';
import { PairwiseLoss } from './pairwise-loss.ts';

export interface MultiSimilarityLossOptions {
  /** Default `cosine`. */
  readonly distance?: Distance | string;
  /** How much the farthest positives outweigh the others; above 0. Default 2. */
  readonly alpha?: number;
  /** How much the nearest negatives outweigh the others; above 0. Default 40. */
  readonly beta?: number;
  /**
   * How far pairs beyond the hardest are still used: a positive farther than the nearest negative less this, a negative
   * nearer than the farthest positive plus this. Default 0.1.
   */
  readonly epsilon?: number;
  /** How much nearer than `center` the distance lies that pairs are weighted around; the paper's lambda. Default 0.5. */
  readonly lmda?: number;
  /** The middle of the distance's range: 1 for cosine, which lies in [0, 2]. Default 1. */
  readonly center?: number;
  /** Default `multisim_loss`. */
  readonly name?: string;
}

/**
 * Weighs each pair by its own distance and by those of the anchor's other pairs:
 * log(1 + Σ exp(alpha (d(a, p) - t))) / alpha + log(1 + Σ exp(-beta (d(a, n) - t))) / beta with t = center - lmda, over the
 * pairs that are hard enough (see `epsilon`).
 *
 * An example of which no positive or no negative is hard enough contributes 0.
 *
 * Wang et al., Multi-Similarity Loss with General Pair Weighting for Deep Metric Learning, https://arxiv.org/abs/1904.06627
 */
export class MultiSimilarityLoss extends PairwiseLoss {
  readonly alpha: number;
  readonly beta: number;
  readonly epsilon: number;
  readonly lmda: number;
  readonly center: number;

  /** @throws SimilarityError UNKNOWN_NAME, OUT_OF_RANGE or NOT_FINITE */
  constructor(options: MultiSimilarityLossOptions = {}) {
    super(options.name ?? 'multisim_loss', options.distance ?? 'cosine');
    this.alpha = checkPositive('alpha', options.alpha ?? 2);
    this.beta = checkPositive('beta', options.beta ?? 40);
    this.epsilon = checkFiniteNumber('epsilon', options.epsilon ?? 0.1);
    this.lmda = checkFiniteNumber('lmda', options.lmda ?? 0.5);
    this.center = checkFiniteNumber('center', options.center ?? 1);
  }

  protected override ofDistances(distances: tf.Tensor2D, masks: PairMasks): tf.Tensor1D {
    const farPositives = detached(() => {
      const bound = tf.sub(maskedMin(distances, masks.negative), this.epsilon);
      return tf.mul<tf.Tensor2D>(tf.step(tf.sub(distances, bound)), masks.positive);
    });
    const nearNegatives = detached(() => {
      const bound = tf.add(maskedMax(distances, masks.positive), this.epsilon);
      return tf.mul<tf.Tensor2D>(tf.step(tf.sub(bound, distances)), masks.negative);
    });
    const beyond = tf.add(distances, this.lmda - this.center);
    const pull = maskedLogSumExp(tf.mul(beyond, this.alpha), farPositives, true);
    const push = maskedLogSumExp(tf.mul(beyond, -this.beta), nearNegatives, true);
    const losses = tf.add(tf.div(pull, this.alpha), tf.div(push, this.beta));
    return tf.mul(tf.reshape(losses, [-1]), tf.mul(anyMasked(farPositives), anyMasked(nearNegatives)));
  }

  override getConfig(): Record<string, unknown> {
    const { name, distance, alpha, beta, epsilon, lmda, center } = this;
    return { name, distance: distance.name, alpha, beta, epsilon, lmda, center };
  }
}
