import * as tf from '@tensorflow/tfjs-core';
import { l2Normalize } from '../tensors/l2-normalize.ts';
import { ContrastiveLoss } from './contrastive-loss.ts';

/**
 * BYOL's loss: the squared distance between the normalized prediction of one view and the normalized projection of the
 * other, which is 2 - 2 cos: from 0 to 4. Training adds up the two directions, and takes the projections from a target
 * network that follows the trained one slowly and that no gradient goes through.
 *
 * Grill et al., Bootstrap your own latent: A new approach to self-supervised Learning, https://arxiv.org/abs/2006.07733
 */
export class BYOLLoss extends ContrastiveLoss {
  constructor() {
    super('byol_loss');
  }

  override batchLoss(targets: tf.Tensor2D, predictions: tf.Tensor2D): tf.Scalar {
    return tf.tidy(() => {
      const cosines = tf.sum(tf.mul(l2Normalize(targets), l2Normalize(predictions)), 1);
      return tf.sub<tf.Scalar>(2, tf.mul(2, tf.mean(cosines)));
    });
  }

  override getConfig(): Record<string, unknown> {
    return {};
  }
}
