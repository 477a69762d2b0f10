import * as tf from '@tensorflow/tfjs-core';
import { checkRange } from '../checks.ts';
import { detached } from '../tensors/detached.ts';
import { ContrastiveLoss } from './contrastive-loss.ts';

export interface BarlowOptions {
  /** The weight of the redundancy between dimensions against the invariance of each; at least 0. Default 0.005. */
  readonly lambda?: number;
  /** Added to the loss, so that it is never 0; at least 0. Default 1e-12. */
  readonly margin?: number;
}

/** The part of a column's mean square that its variance has to exceed: less is the rounding of its mean. */
const LEAST_RELATIVE_VARIANCE = 1e-12;

/** Each column with mean 0 and variance 1; zeros, and no gradient, where all of its values are the same. */
function standardizeColumns(rows: tf.Tensor2D): tf.Tensor2D {
  const centred = tf.sub(rows, tf.mean(rows, 0, true));
  const variance = tf.mean(tf.square(centred), 0, true);
  const varies = detached(() => {
    const rounding = tf.mul(tf.mean(tf.square(rows), 0, true), LEAST_RELATIVE_VARIANCE);
    return tf.cast(tf.greater(variance, rounding), 'float32');
  });
  const deviation = tf.sqrt(tf.add(tf.mul(variance, varies), tf.sub(1, varies)));
  return tf.mul<tf.Tensor2D>(centred, tf.div(varies, deviation));
}

/**
 * The loss of the Barlow twins: the correlations between the dimensions of one view and those of the other are to be the
 * identity matrix, so that each dimension stays the same from view to view and says what no other says. A sum over the
 * dimensions, not a mean over examples; a dimension in which the batch does not vary counts as uncorrelated to all, itself
 * included, so that a batch of one has the loss `dimensions`.
 *
 * Zbontar et al., Barlow Twins: Self-Supervised Learning via Redundancy Reduction, https://arxiv.org/abs/2103.03230
 */
export class Barlow extends ContrastiveLoss {
  readonly lambda: number;
  readonly margin: number;

  /** @throws SimilarityError OUT_OF_RANGE */
  constructor({ lambda = 5e-3, margin = 1e-12 }: BarlowOptions = {}) {
    super('barlow');
    this.lambda = checkRange('lambda', lambda, 0);
    this.margin = checkRange('margin', margin, 0);
  }

  override batchLoss(targets: tf.Tensor2D, predictions: tf.Tensor2D): tf.Scalar {
    return tf.tidy(() => {
      const [examples, dimensions] = targets.shape;
      const products = tf.matMul(standardizeColumns(targets), standardizeColumns(predictions), true);
      const identity = tf.eye(dimensions);
      const weights = tf.add(tf.mul(identity, 1 - this.lambda), this.lambda);
      const squaredErrors = tf.square(tf.sub(tf.div(products, examples), identity));
      return tf.add<tf.Scalar>(tf.sum(tf.mul(squaredErrors, weights)), this.margin);
    });
  }

  override getConfig(): Record<string, unknown> {
    return { lambda: this.lambda, margin: this.margin };
  }
}
