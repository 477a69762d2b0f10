import * as tf from '@tensorflow/tfjs-core';
import type { Distance } from './distance.ts';

/** Variance along the last axis, that axis left out. */
function variance(values: tf.Tensor): tf.Tensor {
  const centred = tf.sub(values, tf.mean(values, -1, true));
  return tf.mean(tf.square(centred), -1);
}

function meanOf(count: number, at: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += at(i);
  return sum / count;
}

function varianceBetween(count: number, at: (i: number) => number): number {
  const mean = meanOf(count, at);
  return meanOf(count, (i) => (at(i) - mean) ** 2);
}

/**
 * The variance of the difference over the variance of the query (the anchor): not the same both ways. A query whose
 * dimensions are all equal has no variance, and infinite or undefined distances.
 *
 * Yuan et al., Signal-to-Noise Ratio: A Robust Distance Metric for Deep Metric Learning, https://arxiv.org/abs/1904.02616
 */
export const snrDistance: Distance = {
  name: 'snr',
  largestIsNearest: false,
  pairwise: (queries, keys) =>
    tf.tidy(() => {
      const noise = variance(tf.sub(tf.expandDims(keys, 0), tf.expandDims(queries, 1)));
      return tf.div<tf.Tensor2D>(noise, tf.expandDims(variance(queries), 1));
    }),
  between: (query, key) => {
    const noise = varianceBetween(query.length, (i) => (key[i] as number) - (query[i] as number));
    return noise / varianceBetween(query.length, (i) => query[i] as number);
  },
};
