import * as tf from '@tensorflow/tfjs-core';
import { detached } from '../tensors/detached.ts';
import type { Distance } from './distance.ts';

/** |a - b|² = |a|² - 2ab + |b|²: a matrix product instead of [n, m, dimensions] values in memory. */
function squaredDistances(queries: tf.Tensor2D, keys: tf.Tensor2D): tf.Tensor2D {
  const querySquared = tf.sum(tf.square(queries), 1, true);
  const keySquared = tf.reshape(tf.sum(tf.square(keys), 1), [1, -1]);
  const products = tf.matMul(queries, keys, false, true);
  return tf.add<tf.Tensor2D>(tf.sub(querySquared, tf.mul(2, products)), keySquared);
}

function squaredBetween(query: Float32Array, key: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < query.length; i++) sum += ((query[i] as number) - (key[i] as number)) ** 2;
  return sum;
}

/** The square root's gradient is infinite at 0; below this the distance is 0 and so is its gradient. From the original. */
const LEAST_SQUARED_DISTANCE = 1e-18;

/** The length of the straight line between two embeddings. */
export const euclideanDistance: Distance = {
  name: 'euclidean',
  largestIsNearest: false,
  pairwise: (queries, keys) =>
    tf.tidy(() => {
      const squared = squaredDistances(queries, keys);
      const apart = detached(() => tf.cast(tf.greaterEqual(squared, LEAST_SQUARED_DISTANCE), 'float32'));
      return tf.mul<tf.Tensor2D>(tf.sqrt(tf.maximum(squared, LEAST_SQUARED_DISTANCE)), apart);
    }),
  between: (query, key) => Math.sqrt(squaredBetween(query, key)),
};

/** The square of the Euclidean distance: the same order of neighbors, no square root. */
export const squaredEuclideanDistance: Distance = {
  name: 'squared_euclidean',
  largestIsNearest: false,
  pairwise: (queries, keys) => tf.tidy(() => tf.maximum<tf.Tensor2D>(squaredDistances(queries, keys), 0)),
  between: squaredBetween,
};

/** The sum of the differences along each axis. Needs [n, m, dimensions] values in memory for a moment. */
export const manhattanDistance: Distance = {
  name: 'manhattan',
  largestIsNearest: false,
  pairwise: (queries, keys) =>
    tf.tidy(() => tf.sum<tf.Tensor2D>(tf.abs(tf.sub(tf.expandDims(queries, 1), tf.expandDims(keys, 0))), 2)),
  between: (query, key) => {
    let sum = 0;
    for (let i = 0; i < query.length; i++) sum += Math.abs((query[i] as number) - (key[i] as number));
    return sum;
  },
};
