import * as tf from '@tensorflow/tfjs-core';
import { l2Normalize } from '../tensors/l2-normalize.ts';
import { positivePart } from '../tensors/positive-part.ts';
import type { Distance } from './distance.ts';

/**
 * One minus the cosine of the angle: 0 for the same direction, 1 for a right angle, 2 for the opposite.
 *
 * The embeddings are normalized here, which changes nothing where they are already. TensorFlow Similarity expects them
 * normalized and gives numbers without meaning where they are not.
 */
export const cosineDistance: Distance = {
  name: 'cosine',
  largestIsNearest: false,
  pairwise: (queries, keys) =>
    tf.tidy(() => {
      const normalizedQueries = l2Normalize(queries);
      const normalizedKeys = keys === queries ? normalizedQueries : l2Normalize(keys);
      // Rounding puts the same direction at up to -1e-7.
      return positivePart(tf.sub<tf.Tensor2D>(1, tf.matMul(normalizedQueries, normalizedKeys, false, true)));
    }),
  between: (query, key) => {
    let product = 0;
    let querySquared = 0;
    let keySquared = 0;
    for (let i = 0; i < query.length; i++) {
      // not taken apart from an array: that takes four times as long as the sums
      const a = query[i] as number;
      const b = key[i] as number;
      product += a * b;
      querySquared += a * a;
      keySquared += b * b;
    }
    const lengths = Math.sqrt(querySquared * keySquared);
    return lengths === 0 ? 1 : Math.max(0, 1 - product / lengths);
  },
};

/**
 * The inner product: a similarity, not a distance, so that it is of no use with the losses, whose margins would change their
 * sign. It is here for lookups, and for losses of one's own that expect a similarity.
 */
export const innerProduct: Distance = {
  name: 'inner_product',
  largestIsNearest: true,
  pairwise: (queries, keys) => tf.matMul<tf.Tensor2D>(queries, keys, false, true),
  between: (query, key) => {
    let product = 0;
    for (let i = 0; i < query.length; i++) product += (query[i] as number) * (key[i] as number);
    return product;
  },
};
