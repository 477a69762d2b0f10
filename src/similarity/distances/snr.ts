import * as tf from '@tensorflow/tfjs-core';
import { positivePart } from '../tensors/positive-part.ts';
import type { Distance } from './distance.ts';
import { squaredDistances } from './minkowski.ts';

function centred(rows: tf.Tensor2D): tf.Tensor2D {
  return tf.sub(rows, tf.mean(rows, 1, true));
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
      const centredQueries = centred(queries);
      const centredKeys = keys === queries ? centredQueries : centred(keys);
      // A variance is the mean square of what is centred, and the difference of two centred rows is centred.
      const noise = positivePart(squaredDistances(centredQueries, centredKeys).squared);
      return tf.div<tf.Tensor2D>(noise, tf.sum(tf.square(centredQueries), 1, true));
    }),
  between: (query, key) => {
    const noise = varianceBetween(query.length, (i) => (key[i] as number) - (query[i] as number));
    return noise / varianceBetween(query.length, (i) => query[i] as number);
  },
};
