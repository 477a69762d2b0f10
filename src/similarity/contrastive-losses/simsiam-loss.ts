import * as tf from '@tensorflow/tfjs-core';
import { unknownName } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import { l2Normalize } from '../tensors/l2-normalize.ts';
import { ContrastiveLoss } from './contrastive-loss.ts';

/** How the loss of a pair follows from the angle between its two vectors. */
export type ProjectionType = 'negative_cosine_sim' | 'cosine_distance' | 'angular_distance';

export interface SimSiamLossOptions {
  /**
   * `negative_cosine_sim`: -cos, from -1 to 1. `cosine_distance`: 1 - cos, from 0 to 2. `angular_distance`: the angle as
   * a part of the half circle, from 0 to 1. Default `negative_cosine_sim`.
   */
  readonly projectionType?: ProjectionType;
  /** Added to each loss, so that a distance is never 0. Any number. Default 0.001. */
  readonly margin?: number;
}

/** The square root's gradient is infinite at 0: below this squared length it is 0 instead. */
const LEAST_SQUARED_LENGTH = 1e-18;

function lengths(rows: tf.Tensor2D): tf.Tensor {
  return tf.sqrt(tf.maximum(tf.sum(tf.square(rows), 1), LEAST_SQUARED_LENGTH));
}

function cosines(first: tf.Tensor2D, second: tf.Tensor2D): tf.Tensor {
  return tf.sum(tf.mul(first, second), 1);
}

/** For rows of length 1, one loss a row. */
const PROJECTIONS: Readonly<Record<ProjectionType, (first: tf.Tensor2D, second: tf.Tensor2D) => tf.Tensor>> = {
  negative_cosine_sim: (first, second) => tf.neg(cosines(first, second)),
  cosine_distance: (first, second) => tf.sub(1, cosines(first, second)),
  // Kahan's formula. The arc cosine has an infinite gradient, and half the digits, where the two vectors are alike.
  angular_distance: (first, second) => {
    const halfAngle = tf.atan2(lengths(tf.sub(first, second)), lengths(tf.add(first, second)));
    return tf.mul(halfAngle, 2 / Math.PI);
  },
};

/**
 * SimSiam's loss: half of how far the prediction of one view points away from the projection of the other. Training adds
 * up the two directions, and lets no gradient through the projection.
 *
 * Chen and He, Exploring Simple Siamese Representation Learning, https://arxiv.org/abs/2011.10566
 */
export class SimSiamLoss extends ContrastiveLoss {
  readonly projectionType: ProjectionType;
  readonly margin: number;

  /** @throws SimilarityError UNKNOWN_NAME or NOT_FINITE */
  constructor({ projectionType = 'negative_cosine_sim', margin = 0.001 }: SimSiamLossOptions = {}) {
    super('simsiam_loss');
    if (!Object.hasOwn(PROJECTIONS, projectionType)) {
      throw unknownName('projectionType', projectionType, Object.keys(PROJECTIONS));
    }
    if (!Number.isFinite(margin)) throw new SimilarityError('NOT_FINITE', 'margin', { expected: `it is ${margin}` });
    this.projectionType = projectionType;
    this.margin = margin;
  }

  override batchLoss(targets: tf.Tensor2D, predictions: tf.Tensor2D): tf.Scalar {
    return tf.tidy(() => {
      const losses = PROJECTIONS[this.projectionType](l2Normalize(targets), l2Normalize(predictions));
      return tf.add<tf.Scalar>(tf.mul(tf.mean(losses), 0.5), this.margin);
    });
  }

  override getConfig(): Record<string, unknown> {
    return { projectionType: this.projectionType, margin: this.margin };
  }
}
