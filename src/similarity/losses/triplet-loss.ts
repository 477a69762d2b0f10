import * as tf from '@tensorflow/tfjs-core';
import type { Distance } from '../distances/index.ts';
import { detached } from '../tensors/detached.ts';
import type { PairMasks } from '../tensors/pair-masks.ts';
import { checkMargin, hinge } from './hinge.ts';
import {
  checkNegativeMining,
  checkPositiveMining,
  mineNegatives,
  minePositives,
  type NegativeMining,
  type PositiveMining,
} from './mining.ts';
import { PairwiseLoss } from './pairwise-loss.ts';

export interface TripletLossOptions {
  /** Default `cosine`. */
  readonly distance?: Distance | string;
  /** Default `hard`. */
  readonly positiveMiningStrategy?: PositiveMining;
  /** Default `semi-hard`. */
  readonly negativeMiningStrategy?: NegativeMining;
  /**
   * How much farther the negative has to be than the positive, in the distance's unit; null for a soft margin, which goes
   * on pulling and pushing ever more gently. Default null.
   */
  readonly margin?: number | null;
  /** Default `triplet_loss`. */
  readonly name?: string;
}

/**
 * Each example's positive has to be nearer than its negative by a margin: max(0, d(a, p) - d(a, n) + margin), or with a soft
 * margin log(1 + exp(d(a, p) - d(a, n))). One triplet an example is mined from the batch.
 *
 * An example without a positive or without a negative has no triplet: its loss is 0.
 *
 * Schroff et al., FaceNet: A Unified Embedding for Face Recognition and Clustering, https://arxiv.org/abs/1503.03832;
 * the soft margin: Hermans et al., In Defense of the Triplet Loss for Person Re-Identification,
 * https://arxiv.org/abs/1703.07737
 */
export class TripletLoss extends PairwiseLoss {
  readonly positiveMiningStrategy: PositiveMining;
  readonly negativeMiningStrategy: NegativeMining;
  readonly margin: number | null;

  /** @throws SimilarityError UNKNOWN_NAME or NOT_FINITE */
  constructor(options: TripletLossOptions = {}) {
    super(options.name ?? 'triplet_loss', options.distance ?? 'cosine');
    this.positiveMiningStrategy = checkPositiveMining(options.positiveMiningStrategy ?? 'hard');
    this.negativeMiningStrategy = checkNegativeMining(options.negativeMiningStrategy ?? 'semi-hard');
    this.margin = checkMargin(options.margin ?? null);
  }

  protected override ofDistances(distances: tf.Tensor2D, masks: PairMasks): tf.Tensor1D {
    // 1 at the positive, -1 at the negative.
    const triplets = detached(() =>
      tf.sub<tf.Tensor2D>(
        minePositives(this.positiveMiningStrategy, distances, masks),
        mineNegatives(this.negativeMiningStrategy, distances, masks),
      ),
    );
    return hinge(tf.sum<tf.Tensor1D>(tf.mul(distances, triplets), 1), this.margin);
  }

  override getConfig(): Record<string, unknown> {
    const { name, distance, positiveMiningStrategy, negativeMiningStrategy, margin } = this;
    return { name, distance: distance.name, positiveMiningStrategy, negativeMiningStrategy, margin };
  }
}
