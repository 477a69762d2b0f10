import type * as tf from '@tensorflow/tfjs-core';

export type DistanceName = 'cosine' | 'inner_product' | 'euclidean' | 'squared_euclidean' | 'manhattan' | 'snr';

/** How far two embeddings lie apart. */
export interface Distance {
  readonly name: DistanceName;
  /** True for inner product alone: there the nearest has the largest value, so that it is a similarity. */
  readonly largestIsNearest: boolean;
  /**
   * Every query against every key, differentiable.
   *
   * @param queries [n, dimensions]
   * @param keys [m, dimensions]
   * @returns [n, m]
   */
  pairwise(queries: tf.Tensor2D, keys: tf.Tensor2D): tf.Tensor2D;
  /** The same for one pair, in plain numbers: what an index in memory uses. Both have the same length. */
  between(query: Float32Array, key: Float32Array): number;
}
