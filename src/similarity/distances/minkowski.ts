import * as tf from '@tensorflow/tfjs-core';
import { detached } from '../tensors/detached.ts';
import { positivePart } from '../tensors/positive-part.ts';
import type { Distance } from './distance.ts';

/** What squared distances are made of. */
interface SquaredDistances {
  /** [n, m], rounded: down to a little below 0 */
  readonly squared: tf.Tensor2D;
  /** [n, m] |a|² + |b|² */
  readonly squaredLengths: tf.Tensor2D;
}

/** |a - b|² = |a|² + |b|² - 2ab: a matrix product instead of [n, m, dimensions] values in memory. */
export function squaredDistances(queries: tf.Tensor2D, keys: tf.Tensor2D): SquaredDistances {
  const querySquared = tf.sum<tf.Tensor1D>(tf.square(queries), 1);
  const keySquared = keys === queries ? querySquared : tf.sum<tf.Tensor1D>(tf.square(keys), 1);
  const squaredLengths = tf.add<tf.Tensor2D>(tf.reshape(querySquared, [-1, 1]), tf.reshape(keySquared, [1, -1]));
  const products = tf.matMul(queries, keys, false, true);
  return { squared: tf.sub<tf.Tensor2D>(squaredLengths, tf.mul(products, 2)), squaredLengths };
}

function squaredBetween(query: Float32Array, key: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < query.length; i++) sum += ((query[i] as number) - (key[i] as number)) ** 2;
  return sum;
}

/**
 * The square root's gradient is infinite at 0, and near it what is computed is rounding alone: where the squared distance is
 * less than this part of the squared lengths, distance and gradient are 0. Of embeddings of length 1, that is below 0.001.
 */
const ROUNDING = 5e-7;

/** The length of the straight line between two embeddings. */
export const euclideanDistance: Distance = {
  name: 'euclidean',
  largestIsNearest: false,
  pairwise: (queries, keys) =>
    tf.tidy(() => {
      const { squared, squaredLengths } = squaredDistances(queries, keys);
      const apart = detached(() => tf.step(tf.sub(squared, tf.mul(squaredLengths, ROUNDING))));
      // The root of 1 in the place of one that has no gradient.
      const rooted = tf.add(tf.mul(squared, apart), tf.sub(1, apart));
      return tf.mul<tf.Tensor2D>(tf.sqrt(rooted), apart);
    }),
  between: (query, key) => Math.sqrt(squaredBetween(query, key)),
};

/** The square of the Euclidean distance: the same order of neighbors, no square root. */
export const squaredEuclideanDistance: Distance = {
  name: 'squared_euclidean',
  largestIsNearest: false,
  pairwise: (queries, keys) => tf.tidy(() => positivePart(squaredDistances(queries, keys).squared)),
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
