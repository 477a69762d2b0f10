import type * as tf from '@tensorflow/tfjs-core';

/** What one training step sees. Whoever asked for it disposes of `views`. */
export interface Batch {
  /** One tensor a view, [examples, …]; a single one where nothing was augmented into several. */
  readonly views: readonly tf.Tensor[];
  /** [examples] class ids, those of a view's rows in order. */
  readonly labels: Int32Array;
}

/** Gives batches. The same seed gives the same batches in the same order. */
export interface Sampler {
  readonly stepsPerEpoch: number;
  /** The batch of one step of the current epoch. */
  nextBatch(): Promise<Batch> | Batch;
  /** Called after each epoch: counts warm-up epochs. */
  onEpochEnd(): void;
  /** Gives back what the sampler keeps in memory. */
  dispose(): void;
}
