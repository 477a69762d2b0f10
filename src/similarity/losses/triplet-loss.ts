import * as tf from '@tensorflow/tfjs-core';
import type { Distance } from '../distances/index.ts';
import { detached } from '../tensors/detached.ts';
import { anyMasked } from '../tensors/masked-extrema.ts';
import { pairMasks } from '../tensors/pair-masks.ts';
import { checkMargin, hinge } from './hinge.ts';
import { MetricLoss, type Pairs } from './metric-loss.ts';
import {
  checkNegativeMining,
  checkPositiveMining,
  mineNegatives,
  minePositives,
  type NegativeMining,
  type PositiveMining,
} from './mining.ts';

export interface TripletLossOptions {
  /** Default `cosine`. */
  readonly distance?: Distance | string;
  /** Default `hard`. */
  readonly positiveMining?: PositiveMining;
  /** Default `semi-hard`. */
  readonly negativeMining?: NegativeMining;
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
export class TripletLoss extends MetricLoss {
  readonly positiveMining: PositiveMining;
  readonly negativeMining: NegativeMining;
  readonly margin: number | null;

  /** @throws SimilarityError UNKNOWN_NAME or NOT_FINITE */
  constructor(options: TripletLossOptions = {}) {
    super(options.name ?? 'triplet_loss', options.distance ?? 'cosine');
    this.positiveMining = checkPositiveMining(options.positiveMining ?? 'hard');
    this.negativeMining = checkNegativeMining(options.negativeMining ?? 'semi-hard');
    this.margin = checkMargin(options.margin ?? null);
  }

  override perExample({ queryLabels, queryEmbeddings, keyLabels, keyEmbeddings, removeDiagonal }: Pairs): tf.Tensor1D {
    return tf.tidy(() => {
      const distances = this.distance.pairwise(queryEmbeddings, keyEmbeddings);
      const masks = pairMasks(queryLabels, keyLabels, removeDiagonal);
      const valid = tf.mul(anyMasked(masks.positive), anyMasked(masks.negative));
      // 1 at the positive, -1 at the negative, all 0 without a triplet.
      const triplets = detached(() =>
        tf.mul<tf.Tensor2D>(
          tf.sub(
            minePositives(this.positiveMining, distances, masks),
            mineNegatives(this.negativeMining, distances, masks),
          ),
          valid,
        ),
      );
      const gaps = tf.sum<tf.Tensor1D>(tf.mul(distances, triplets), 1);
      return tf.mul<tf.Tensor1D>(hinge(gaps, this.margin), tf.reshape(valid, [-1]));
    });
  }

  override getConfig(): Record<string, unknown> {
    return {
      distance: this.distance.name,
      positiveMining: this.positiveMining,
      negativeMining: this.negativeMining,
      margin: this.margin,
    };
  }
}
