import type * as tf from '@tensorflow/tfjs-core';
import { checkEmbeddings } from '../checks.ts';
import { SimilarityError } from '../errors.ts';

/**
 * A loss over two views of the same examples, without labels: row i of one belongs to row i of the other.
 *
 * No loss stops a gradient by itself, SwAV's codes excepted: what is held still is the training's affair, see
 * `ContrastiveModel`.
 */
export abstract class ContrastiveLoss {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /**
   * The mean loss over the batch in one direction, differentiable in both. Nothing is checked: it runs in every step.
   *
   * @param targets [n, dimensions] the view that is predicted: projections, of the target network where there is one
   * @param predictions [n, dimensions] the view that predicts: predictions, or projections where there is no predictor
   */
  abstract batchLoss(targets: tf.Tensor2D, predictions: tf.Tensor2D): tf.Scalar;

  /**
   * The same, its arguments checked.
   *
   * @throws SimilarityError WRONG_RANK, WRONG_TYPE, WRONG_SHAPE (the two differ), EMPTY or NOT_FINITE
   */
  compute(targets: tf.Tensor, predictions: tf.Tensor): tf.Scalar {
    const checkedTargets = checkEmbeddings('targets', targets);
    const checkedPredictions = checkEmbeddings('predictions', predictions);
    const [rows, dimensions] = checkedTargets.shape;
    if (checkedPredictions.shape[0] !== rows || checkedPredictions.shape[1] !== dimensions) {
      throw new SimilarityError('WRONG_SHAPE', 'predictions', {
        expected: `as many rows and dimensions as targets were expected, [${rows}, ${dimensions}]`,
        shape: checkedPredictions.shape,
      });
    }
    return this.batchLoss(checkedTargets, checkedPredictions);
  }

  /** Every setting of the loss by name, as JSON: what its constructor takes. */
  abstract getConfig(): Record<string, unknown>;
}
