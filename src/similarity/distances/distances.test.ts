import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import { checkSameDimensions } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import type { DistanceName } from './distance.ts';
import { getDistance } from './index.ts';
import {
  at,
  finiteDifferences,
  gaussianRows,
  plainDistances,
  relativeError,
  unit,
  type Rows,
} from './plain-distances.test-fixture.ts';

const NAMES = Object.keys(plainDistances) as DistanceName[];

const queries = gaussianRows(1, 5, 7);
const keys = gaussianRows(2, 4, 7);
const oneRow = [0.3, -1.2, 0.8];
const MATRICES: Record<string, readonly [Rows, Rows]> = {
  'as they come': [queries, keys],
  normalized: [queries.map(unit), keys.map(unit)],
  'a batch with itself': [queries, queries],
  'all the same': [
    [oneRow, oneRow, oneRow],
    [oneRow, oneRow],
  ],
  'one of each': [[at(queries, 0)], [at(keys, 0)]],
  'far and long': [queries.map((row) => row.map((value) => value * 1000)), keys],
};

function pairwise(name: DistanceName, [rows, others]: readonly [Rows, Rows]): number[][] {
  return tf.tidy(() => {
    const matrix = tf.tensor2d(rows as number[][]);
    return getDistance(name)
      .pairwise(matrix, others === rows ? matrix : tf.tensor2d(others as number[][]))
      .arraySync();
  });
}

function expected(name: DistanceName, [rows, others]: readonly [Rows, Rows]): number[][] {
  return rows.map((row) => others.map((other) => plainDistances[name](row, other)));
}

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  describe.each(NAMES)('%s', (name) => {
    it.each(Object.keys(MATRICES))('is that of plain numbers: %s', (which) => {
      const matrices = MATRICES[which] as readonly [Rows, Rows];
      expect(relativeError(pairwise(name, matrices), expected(name, matrices))).toBeLessThan(1e-4);
    });

    it('leaves nothing in memory, with gradients or without', () => {
      const matrix = tf.tensor2d(queries);
      const others = tf.tensor2d(keys);
      const before = tf.memory().numTensors;
      const distance = getDistance(name);
      distance.pairwise(matrix, others).dispose();
      tf.dispose(tf.grads((a, b) => distance.pairwise(a as tf.Tensor2D, b as tf.Tensor2D))([matrix, others]));
      expect(tf.memory().numTensors).toBe(before);
      tf.dispose([matrix, others]);
    });
  });

  it('gives no negative distance, and 0 for the same point', () => {
    for (const name of ['cosine', 'euclidean', 'squared_euclidean', 'manhattan'] as const) {
      const distances = pairwise(name, [queries, queries]);
      expect(Math.min(...distances.flat())).toBeGreaterThanOrEqual(0);
      distances.forEach((row, i) => {
        expect(at(row, i)).toBeLessThan(2e-5);
      });
    }
    expect(pairwise('euclidean', [[oneRow], [oneRow]])).toEqual([[0]]);
  });
});

describe('gradients', () => {
  beforeAll(() => useBackend('cpu'));

  it.each(NAMES)('of %s are those of finite differences, for queries and keys', (name) => {
    // A weight for each pair, so that none can stand for another.
    const weights = queries.map((_, i) => keys.map((_, j) => Math.cos(1 + 3 * i + 7 * j)));
    const weighted = (rows: Rows, others: Rows): number =>
      expected(name, [rows, others])
        .flatMap((row, i) => row.map((value, j) => value * at(at(weights, i), j)))
        .reduce((a, b) => a + b, 0);
    const [ofQueries, ofKeys] = tf.tidy(() => {
      const loss = (a: tf.Tensor, b: tf.Tensor): tf.Scalar =>
        tf.sum(tf.mul(getDistance(name).pairwise(a as tf.Tensor2D, b as tf.Tensor2D), tf.tensor2d(weights)));
      const gradients = tf.grads(loss)([tf.tensor2d(queries), tf.tensor2d(keys)]);
      return gradients.map((gradient) => gradient.arraySync() as number[][]);
    }) as [number[][], number[][]];
    expect(
      relativeError(
        ofQueries,
        finiteDifferences((rows) => weighted(rows, keys), queries),
      ),
    ).toBeLessThan(1e-4);
    expect(
      relativeError(
        ofKeys,
        finiteDifferences((rows) => weighted(queries, rows), keys),
      ),
    ).toBeLessThan(1e-4);
  });

  it.each(NAMES)('of %s are finite where all embeddings are the same', (name) => {
    const gradient = tf.tidy(() =>
      tf
        .grad((rows) => tf.sum(getDistance(name).pairwise(rows as tf.Tensor2D, rows as tf.Tensor2D)))(
          tf.tensor2d([oneRow, oneRow, oneRow]),
        )
        .dataSync(),
    );
    expect([...gradient].every(Number.isFinite)).toBe(true);
  });
});

describe('between', () => {
  const rows = fc.array(
    fc.tuple(fc.double({ min: -5, max: 5, noNaN: true }), fc.double({ min: -5, max: 5, noNaN: true })),
    {
      minLength: 3,
      maxLength: 12,
    },
  );

  it.each(NAMES)('gives for %s what plain numbers give', (name) => {
    fc.assert(
      fc.property(rows, (pairs) => {
        const [query, key] = [0, 1].map((side) => pairs.map((pair) => Math.fround(pair[side] as number)));
        const expectedDistance = plainDistances[name](query as number[], key as number[]);
        // Rows without a direction, or without variance, have no distance that is worth anything.
        fc.pre(Number.isFinite(expectedDistance) && Math.max(...(query as number[]).map(Math.abs)) > 1e-3);
        fc.pre(Math.max(...(key as number[]).map(Math.abs)) > 1e-3);
        const distance = getDistance(name).between(
          Float32Array.from(query as number[]),
          Float32Array.from(key as number[]),
        );
        expect(Math.abs(distance - expectedDistance)).toBeLessThanOrEqual(
          1e-9 * Math.max(1, Math.abs(expectedDistance)),
        );
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('is symmetric for all but SNR, which depends on the anchor', () => {
    const [query, key] = [Float32Array.from(at(queries, 0)), Float32Array.from(at(keys, 0))];
    for (const name of NAMES) {
      const distance = getDistance(name);
      const symmetric = distance.between(query, key) === distance.between(key, query);
      expect(symmetric, name).toBe(name !== 'snr');
    }
  });

  it('counts the cosine distance to a row of zeros as that of a right angle', () => {
    expect(getDistance('cosine').between(new Float32Array(3), Float32Array.of(1, 2, 3))).toBe(1);
    expect(pairwise('cosine', [[[0, 0, 0]], [[1, 2, 3]]])).toEqual([[1]]);
  });
});

it('is worked out by hand for right angles', () => {
  const [x, y] = [Float32Array.of(3, 0, 0), Float32Array.of(0, 4, 0)];
  const values = NAMES.map((name) => [name, getDistance(name).between(x, y)]);
  // Variances: of (3, 0, 0) 2, of (-3, 4, 0) 74/9.
  expect(Object.fromEntries(values)).toEqual({
    cosine: 1,
    inner_product: 0,
    euclidean: 5,
    squared_euclidean: 25,
    manhattan: 7,
    snr: expect.closeTo(37 / 9, 12) as number,
  });
});

describe('getDistance', () => {
  it.each([
    ['cosine', ['CosineDistance', 'COSINE']],
    ['inner_product', ['ip', 'InnerProductSimilarity']],
    ['euclidean', ['l2', 'pythagorean', 'EuclideanDistance']],
    ['squared_euclidean', ['sql2', 'sqeuclidean', 'SquaredEuclideanDistance']],
    ['manhattan', ['l1', 'taxicab', 'ManhattanDistance']],
    ['snr', ['signal-to-noise-ratio', 'SNRDistance']],
  ])('finds %s by each of its names', (name, aliases) => {
    for (const alias of [name, ...aliases]) expect(getDistance(alias).name).toBe(name);
    expect(getDistance(getDistance(name))).toBe(getDistance(name));
  });

  it('names what there is where a name is unknown', () => {
    expect(() => getDistance('hamming')).toThrow(SimilarityError);
    expect(() => getDistance('hamming')).toThrow(/distance .*"hamming" is none of cosine/);
  });
});

it('tells embeddings of other dimensions', () => {
  expect(() => {
    checkSameDimensions('embedding', 3, 4);
  }).toThrow(/embedding .*4 dimensions.*\[3\]/);
});
