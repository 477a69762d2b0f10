import type * as tf from '@tensorflow/tfjs-core';

/**
 * A loss over two views of the same examples, without labels: row i of one belongs to row i of the other.
 * Each view is [n, dimensions].
 */
export interface ContrastiveLoss {
  readonly name: string;
  /**
   * The mean loss over the batch in one direction, differentiable in both. Nothing is checked: it runs in every step.
   *
   * @param targets [n, dimensions] the view that is predicted (a projection; of the target network where there is one)
   * @param predictions [n, dimensions] the view that predicts (a prediction, or a projection where there is no predictor)
   */
  batchLoss(targets: tf.Tensor2D, predictions: tf.Tensor2D): tf.Scalar;
  /** The same, its arguments checked. @throws SimilarityError WRONG_RANK, WRONG_SHAPE, EMPTY or NOT_FINITE */
  compute(targets: tf.Tensor, predictions: tf.Tensor): tf.Scalar;
  /** Every setting of the loss by name, as JSON. */
  getConfig(): Record<string, unknown>;
}
