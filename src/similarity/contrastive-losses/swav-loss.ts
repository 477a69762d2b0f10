import * as tf from '@tensorflow/tfjs-core';
import { checkCount, checkRange } from '../checks.ts';
import { detached } from '../tensors/detached.ts';
import { ContrastiveLoss } from './contrastive-loss.ts';
import { sinkhornKnopp } from './sinkhorn-knopp.ts';

export interface SwAVLossOptions {
  /** What the predicting view's scores are divided by before their softmax; at least 1e-6. Default 0.1. */
  readonly temperature?: number;
  /** How soft the codes are: small values assign each example to one prototype; at least 1e-6. Default 0.05. */
  readonly epsilon?: number;
  /** How often Sinkhorn and Knopp's algorithm evens out the codes; at least 1. Default 3. */
  readonly iterations?: number;
}

/**
 * SwAV's loss: from the scores of one view the prototypes that the other view is assigned to are to be predicted (the
 * cross-entropy of the two). Both arguments are scores: the cosine of each normalized projection with each prototype,
 * [n, prototypes]. The assignment, the code, is made such that the prototypes share the batch evenly; no gradient goes
 * through it. Training adds up the two directions.
 *
 * Caron et al., Unsupervised Learning of Visual Features by Contrasting Cluster Assignments, https://arxiv.org/abs/2006.09882
 */
export class SwAVLoss extends ContrastiveLoss {
  readonly temperature: number;
  readonly epsilon: number;
  readonly iterations: number;

  /** @throws SimilarityError OUT_OF_RANGE or NOT_AN_INTEGER */
  constructor({ temperature = 0.1, epsilon = 0.05, iterations = 3 }: SwAVLossOptions = {}) {
    super('swav_loss');
    this.temperature = checkRange('temperature', temperature, 1e-6);
    this.epsilon = checkRange('epsilon', epsilon, 1e-6);
    this.iterations = checkCount('iterations', iterations);
  }

  override batchLoss(targets: tf.Tensor2D, predictions: tf.Tensor2D): tf.Scalar {
    return tf.tidy(() => {
      const codes = detached(() => sinkhornKnopp(targets, this.epsilon, this.iterations));
      const logProbabilities = tf.logSoftmax(tf.div(predictions, this.temperature));
      return tf.neg<tf.Scalar>(tf.div(tf.sum(tf.mul(codes, logProbabilities)), targets.shape[0]));
    });
  }

  override getConfig(): Record<string, unknown> {
    return { temperature: this.temperature, epsilon: this.epsilon, iterations: this.iterations };
  }
}
