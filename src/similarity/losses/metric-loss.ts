import * as tf from '@tensorflow/tfjs-core';
import { checkEmbeddings, checkLabels, type Labels } from '../checks.ts';
import { getDistance, type Distance } from '../distances/index.ts';

/** Queries against keys. Within one batch the two are the same; a memory of past batches has more keys than queries. */
export interface Pairs {
  /** [n] class ids */
  readonly queryLabels: tf.Tensor1D;
  /** [n, dimensions] */
  readonly queryEmbeddings: tf.Tensor2D;
  /** [m] class ids */
  readonly keyLabels: tf.Tensor1D;
  /** [m, dimensions] */
  readonly keyEmbeddings: tf.Tensor2D;
  /** True where key i is query i itself, which is no pair. */
  readonly removeDiagonal: boolean;
}

/** A loss over labelled embeddings. The values are those of a distance, so that smaller is more alike. */
export abstract class MetricLoss {
  readonly name: string;
  readonly distance: Distance;

  constructor(name: string, distance: Distance | string) {
    this.name = name;
    this.distance = getDistance(distance);
  }

  /**
   * The loss of each query, differentiable in both embeddings; 0 for a query that no pair, or no triplet, can be made of.
   * Nothing is checked here: it runs in every training step.
   *
   * @returns [n]
   */
  abstract perExample(pairs: Pairs): tf.Tensor1D;

  /**
   * The mean loss of a batch: what a training step minimizes. Nothing is checked.
   *
   * @param labels [n] class ids
   * @param embeddings [n, dimensions]
   */
  batchLoss(labels: tf.Tensor1D, embeddings: tf.Tensor2D): tf.Scalar {
    return tf.tidy(() =>
      tf.mean<tf.Scalar>(
        this.perExample({
          queryLabels: labels,
          queryEmbeddings: embeddings,
          keyLabels: labels,
          keyEmbeddings: embeddings,
          removeDiagonal: true,
        }),
      ),
    );
  }

  /** The same for a batch that is not trained on. Nothing is checked. */
  validationLoss(labels: tf.Tensor1D, embeddings: tf.Tensor2D): tf.Scalar {
    return this.batchLoss(labels, embeddings);
  }

  /**
   * The mean loss of a batch, its arguments checked.
   *
   * @param labels [n] class ids
   * @param embeddings [n, dimensions]
   * @throws SimilarityError WRONG_RANK, WRONG_TYPE, WRONG_LENGTH, EMPTY, NOT_FINITE or NOT_AN_INTEGER
   */
  compute(labels: Labels, embeddings: tf.Tensor): tf.Scalar {
    const matrix = checkEmbeddings('embeddings', embeddings);
    const classes = checkLabels('labels', labels, matrix.shape[0]);
    return tf.tidy(() => this.batchLoss(tf.tensor1d(classes, 'int32'), matrix));
  }

  /** Every setting of the loss by name, as JSON. */
  abstract getConfig(): Record<string, unknown>;

  /** Gives back what the loss keeps in memory, where it keeps anything. */
  dispose(): void {}
}
