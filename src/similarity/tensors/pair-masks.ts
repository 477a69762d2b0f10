import * as tf from '@tensorflow/tfjs-core';

/** Which keys belong to which query: 1 where they do, 0 elsewhere; float32, so that they multiply. */
export interface PairMasks {
  /** [n, m] the key is another example of the query's class */
  readonly positive: tf.Tensor2D;
  /** [n, m] the key is of another class */
  readonly negative: tf.Tensor2D;
  /** [n] the query has at least one of each */
  readonly complete: tf.Tensor1D;
}

/**
 * Labels are few, and in memory: going through their pairs in plain numbers takes a fraction of the time of the comparisons
 * of TF.js, which the WASM backend computes slowly where the shapes differ.
 *
 * @param queryLabels [n] class ids
 * @param keyLabels [m] class ids
 * @param removeDiagonal true where key i is query i itself
 */
export function pairMasks(queryLabels: tf.Tensor1D, keyLabels: tf.Tensor1D, removeDiagonal: boolean): PairMasks {
  const queries = queryLabels.dataSync();
  const keys = keyLabels === queryLabels ? queries : keyLabels.dataSync();
  const [n, m] = [queries.length, keys.length];
  const positive = new Float32Array(n * m);
  const negative = new Float32Array(n * m);
  const complete = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    let positives = 0;
    let negatives = 0;
    for (let j = 0; j < m; j++) {
      if (queries[i] !== keys[j]) {
        negative[i * m + j] = 1;
        negatives++;
      } else if (i !== j || !removeDiagonal) {
        positive[i * m + j] = 1;
        positives++;
      }
    }
    complete[i] = positives > 0 && negatives > 0 ? 1 : 0;
  }
  return {
    positive: tf.tensor2d(positive, [n, m]),
    negative: tf.tensor2d(negative, [n, m]),
    complete: tf.tensor1d(complete),
  };
}
