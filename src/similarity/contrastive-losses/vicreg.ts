import * as tf from '@tensorflow/tfjs-core';
import { checkRange } from '../checks.ts';
import { positivePart } from '../tensors/positive-part.ts';
import { ContrastiveLoss } from './contrastive-loss.ts';

export interface VicRegOptions {
  /** Added to each variance before its square root is taken, whose gradient is infinite at 0; above 0. Default 1e-4. */
  readonly stdConst?: number;
  /** The weight of the invariance: the mean squared difference of the views; at least 0. Default 25. */
  readonly lambda?: number;
  /** The weight of the variance: how far each dimension's deviation stays below 1; at least 0. Default 25. */
  readonly mu?: number;
  /** The weight of the covariance between dimensions; at least 0. Default 1. */
  readonly nu?: number;
}

/**
 * VICReg's loss: the views are to be alike (invariance), each dimension is to vary over the batch with a standard deviation
 * of 1 (variance), and no two dimensions are to say the same (covariance). The embeddings are not normalized. Which view
 * is which does not matter. A batch of one has no covariance.
 *
 * Bardes et al., VICReg: Variance-Invariance-Covariance Regularization for Self-Supervised Learning,
 * https://arxiv.org/abs/2105.04906
 */
export class VicReg extends ContrastiveLoss {
  readonly stdConst: number;
  readonly lambda: number;
  readonly mu: number;
  readonly nu: number;

  /** @throws SimilarityError OUT_OF_RANGE */
  constructor({ stdConst = 1e-4, lambda = 25, mu = 25, nu = 1 }: VicRegOptions = {}) {
    super('vicreg_loss');
    this.stdConst = checkRange('stdConst', stdConst, Number.MIN_VALUE);
    this.lambda = checkRange('lambda', lambda, 0);
    this.mu = checkRange('mu', mu, 0);
    this.nu = checkRange('nu', nu, 0);
  }

  override batchLoss(targets: tf.Tensor2D, predictions: tf.Tensor2D): tf.Scalar {
    return tf.tidy(() => {
      const invariance = tf.mean<tf.Scalar>(tf.squaredDifference(targets, predictions));
      const first = this.#regularization(targets);
      const second = this.#regularization(predictions);
      return tf.addN<tf.Scalar>([tf.mul<tf.Scalar>(invariance, this.lambda), first, second]);
    });
  }

  /** What one view adds by itself: its half of the variance term, and its covariance term, both weighted. */
  #regularization(rows: tf.Tensor2D): tf.Scalar {
    const [examples, dimensions] = rows.shape;
    const centred = tf.sub(rows, tf.mean(rows, 0, true));
    const deviations = tf.sqrt(tf.add(tf.mean(tf.square(centred), 0), this.stdConst));
    const variance = tf.mean(positivePart(tf.sub(1, deviations)));
    // Where there is one example, `centred` is 0 and so is its covariance.
    const covariances = tf.div(tf.matMul(centred, centred, true), Math.max(1, examples - 1));
    const offDiagonal = tf.mul(covariances, tf.sub(1, tf.eye(dimensions)));
    const covariance = tf.div(tf.sum(tf.square(offDiagonal)), dimensions);
    return tf.add<tf.Scalar>(tf.mul(variance, this.mu / 2), tf.mul(covariance, this.nu));
  }

  override getConfig(): Record<string, unknown> {
    return { stdConst: this.stdConst, lambda: this.lambda, mu: this.mu, nu: this.nu };
  }
}
