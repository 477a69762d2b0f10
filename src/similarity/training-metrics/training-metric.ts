import type * as tf from '@tensorflow/tfjs-core';
import type { Labels } from '../checks.ts';

/** Watches how the embeddings of the batches lie while a model is trained. */
export interface TrainingMetric {
  readonly name: string;
  /**
   * Takes in one batch. Nothing is checked, and no gradient flows through it: it may run within a training step.
   *
   * @param labels [n] class ids
   * @param embeddings [n, dimensions]
   * @returns the value of this batch alone; NaN where it holds no pair to measure
   */
  updateBatch(labels: tf.Tensor1D, embeddings: tf.Tensor2D): number;
  /** The same, its arguments checked. @throws SimilarityError WRONG_RANK, WRONG_TYPE, WRONG_LENGTH, EMPTY, NOT_FINITE or NOT_AN_INTEGER */
  update(labels: Labels, embeddings: tf.Tensor): number;
  /** The value over all batches since the start or the last reset; NaN where none held a pair to measure. */
  result(): number;
  /** Forgets all batches: what an epoch starts with. */
  reset(): void;
  /** Every setting of the metric by name, as JSON. */
  getConfig(): Record<string, unknown>;
}
