import * as tf from '@tensorflow/tfjs-core';
import { checkFiniteNumber } from '../checks.ts';
import type { Distance } from '../distances/index.ts';
import { detached } from '../tensors/detached.ts';
import { maskedLogSumExp } from '../tensors/masked-log-sum-exp.ts';
import type { PairMasks } from '../tensors/pair-masks.ts';
import { positivePart } from '../tensors/positive-part.ts';
import type { Pairs } from './metric-loss.ts';
import { checkPositiveMining, distancesFromPositives, minePositives, type PositiveMining } from './mining.ts';
import { PairwiseLoss } from './pairwise-loss.ts';

export interface LiftedStructLossOptions {
  /** Default `cosine`. */
  readonly distance?: Distance | string;
  /** Which positive each example is paired with. Default `hard`. */
  readonly positiveMiningStrategy?: PositiveMining;
  /** How far negatives should be, in the distance's unit. Default 1. */
  readonly margin?: number;
  /** Default `lifted_struct_loss`. */
  readonly name?: string;
}

/**
 * Each pair of one class is held against all negatives of both of its examples: max(0, J)² / 2 with
 * J = d(a, p) + log(Σ exp(margin - d(a, n)) + Σ exp(margin - d(p, n))). Each example is the anchor of one pair.
 *
 * An example without a positive or without a negative contributes 0.
 *
 * Song et al., Deep Metric Learning via Lifted Structured Feature Embedding, https://arxiv.org/abs/1511.06452 (equation 4)
 */
export class LiftedStructLoss extends PairwiseLoss {
  readonly positiveMiningStrategy: PositiveMining;
  readonly margin: number;

  /** @throws SimilarityError UNKNOWN_NAME or NOT_FINITE */
  constructor(options: LiftedStructLossOptions = {}) {
    super(options.name ?? 'lifted_struct_loss', options.distance ?? 'cosine');
    this.positiveMiningStrategy = checkPositiveMining(options.positiveMiningStrategy ?? 'hard');
    this.margin = checkFiniteNumber('margin', options.margin ?? 1);
  }

  protected override ofDistances(distances: tf.Tensor2D, masks: PairMasks, pairs: Pairs): tf.Tensor1D {
    const positives = detached(() => minePositives(this.positiveMiningStrategy, distances, masks));
    const fromPositives = distancesFromPositives(positives, distances, pairs, this.distance);
    // Both are of one class, so that they have the same negatives.
    const bothMasks = tf.concat([masks.negative, masks.negative], 1);
    const bothLogits = tf.sub<tf.Tensor2D>(this.margin, tf.concat([distances, fromPositives], 1));
    const push = tf.reshape(maskedLogSumExp(bothLogits, bothMasks, false), [-1]);
    const pull = tf.sum<tf.Tensor1D>(tf.mul(distances, positives), 1);
    return tf.div<tf.Tensor1D>(tf.square(positivePart(tf.add(pull, push))), 2);
  }

  override getConfig(): Record<string, unknown> {
    const { name, distance, positiveMiningStrategy, margin } = this;
    return { name, distance: distance.name, positiveMiningStrategy, margin };
  }
}
