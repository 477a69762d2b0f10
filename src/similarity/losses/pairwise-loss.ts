import * as tf from '@tensorflow/tfjs-core';
import { pairMasks, type PairMasks } from '../tensors/pair-masks.ts';
import { MetricLoss, type Pairs } from './metric-loss.ts';

/** A loss that each query's distances to the keys decide. */
export abstract class PairwiseLoss extends MetricLoss {
  override perExample(pairs: Pairs): tf.Tensor1D {
    return tf.tidy(() => {
      const distances = this.distance.pairwise(pairs.queryEmbeddings, pairs.keyEmbeddings);
      const masks = pairMasks(pairs.queryLabels, pairs.keyLabels, pairs.removeDiagonal);
      return tf.mul<tf.Tensor1D>(this.ofDistances(distances, masks, pairs), masks.complete);
    });
  }

  /**
   * Differentiable in the distances. Runs in a tidy.
   *
   * @param distances [n, m]
   * @returns [n]; any finite number for a query without a positive or without a negative, which is then set to 0
   */
  protected abstract ofDistances(distances: tf.Tensor2D, masks: PairMasks, pairs: Pairs): tf.Tensor1D;
}
