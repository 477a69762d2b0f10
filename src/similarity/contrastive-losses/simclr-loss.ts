import * as tf from '@tensorflow/tfjs-core';
import { checkRange } from '../checks.ts';
import { l2Normalize } from '../tensors/l2-normalize.ts';
import { maskedLogSumExp } from '../tensors/masked-log-sum-exp.ts';
import { ContrastiveLoss } from './contrastive-loss.ts';

export interface SimCLRLossOptions {
  /** What the cosines are divided by; at least 1e-6. Small values weigh the most alike negatives most. Default 0.05. */
  readonly temperature?: number;
}

/**
 * SimCLR's loss (NT-Xent): of all 2n - 1 other rows of both views, each row has to find the other view of its example, by
 * cosine similarity. A batch of one has no negatives, and loss 0. Which view is which does not matter.
 *
 * As in the authors' program and TensorFlow Similarity the two directions are added up, so that the value is twice the
 * mean over the 2n rows that the paper writes down.
 *
 * Chen et al., A Simple Framework for Contrastive Learning of Visual Representations, https://arxiv.org/abs/2002.05709
 */
export class SimCLRLoss extends ContrastiveLoss {
  readonly temperature: number;

  /** @throws SimilarityError OUT_OF_RANGE */
  constructor({ temperature = 0.05 }: SimCLRLossOptions = {}) {
    super('simclr_loss');
    this.temperature = checkRange('temperature', temperature, 1e-6);
  }

  override batchLoss(targets: tf.Tensor2D, predictions: tf.Tensor2D): tf.Scalar {
    return tf.tidy(() => {
      const [first, second] = [l2Normalize(targets), l2Normalize(predictions)];
      // Both views one under the other: a single product has the similarities within each view and across the two.
      const rows = tf.concat2d([first, second], 0);
      const logits = tf.div<tf.Tensor2D>(tf.matMul(rows, rows, false, true), this.temperature);
      const others = tf.sub<tf.Tensor2D>(1, tf.eye(rows.shape[0]));
      const all = tf.sum(maskedLogSumExp(logits, others, false));
      const positives = tf.div(tf.sum(tf.mul(first, second)), this.temperature);
      return tf.div<tf.Scalar>(tf.sub(all, tf.mul(2, positives)), targets.shape[0]);
    });
  }

  override getConfig(): Record<string, unknown> {
    return { temperature: this.temperature };
  }
}
