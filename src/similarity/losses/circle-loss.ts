import * as tf from '@tensorflow/tfjs-core';
import { checkFiniteNumber, checkPositive } from '../checks.ts';
import type { Distance } from '../distances/index.ts';
import { detached } from '../tensors/detached.ts';
import { maskedLogSumExp } from '../tensors/masked-log-sum-exp.ts';
import type { PairMasks } from '../tensors/pair-masks.ts';
import { PairwiseLoss } from './pairwise-loss.ts';

export interface CircleLossOptions {
  /** One whose values lie in [0, 2]. Default `cosine`. */
  readonly distance?: Distance | string;
  /** How much the hardest pairs outweigh the others; above 0. Default 80. */
  readonly gamma?: number;
  /** The radius of the circle in which a pair of distances counts as good. Default 0.4. */
  readonly margin?: number;
  /** Default `circle_loss`. */
  readonly name?: string;
}

/**
 * Weighs each pair by how far its distance is from where it should be. With m the margin:
 * log(1 + Σ exp(gamma wₙ (1 - m - d(a, n))) · Σ exp(gamma wₚ (d(a, p) - m))), where wₚ = max(0, d(a, p) + m) and
 * wₙ = max(0, 1 + m - d(a, n)). The weights count as constants in the gradient.
 *
 * An example without a positive or without a negative contributes 0.
 *
 * Sun et al., Circle Loss: A Unified Perspective of Pair Similarity Optimization, https://arxiv.org/abs/2002.10857
 * (equations 6 and 10, with distances in the place of similarities)
 */
export class CircleLoss extends PairwiseLoss {
  readonly gamma: number;
  readonly margin: number;

  /** @throws SimilarityError UNKNOWN_NAME, OUT_OF_RANGE or NOT_FINITE */
  constructor(options: CircleLossOptions = {}) {
    super(options.name ?? 'circle_loss', options.distance ?? 'cosine');
    this.gamma = checkPositive('gamma', options.gamma ?? 80);
    this.margin = checkFiniteNumber('margin', options.margin ?? 0.4);
  }

  protected override ofDistances(distances: tf.Tensor2D, masks: PairMasks): tf.Tensor1D {
    const { gamma, margin } = this;
    const positiveWeights = detached(() => tf.mul(tf.relu(tf.add(distances, margin)), gamma));
    const negativeWeights = detached(() => tf.mul(tf.relu(tf.sub(1 + margin, distances)), gamma));
    const positiveLogits = tf.mul<tf.Tensor2D>(positiveWeights, tf.sub(distances, margin));
    const negativeLogits = tf.mul<tf.Tensor2D>(negativeWeights, tf.sub(1 - margin, distances));
    const sum = tf.add(
      maskedLogSumExp(positiveLogits, masks.positive, false),
      maskedLogSumExp(negativeLogits, masks.negative, false),
    );
    return tf.softplus(tf.reshape<tf.Rank.R1>(sum, [-1]));
  }

  override getConfig(): Record<string, unknown> {
    const { name, distance, gamma, margin } = this;
    return { name, distance: distance.name, gamma, margin };
  }
}
