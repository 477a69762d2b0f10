import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import {
  at,
  finiteDifferences,
  gaussianRows,
  relativeError,
  sum,
  unit,
  type Rows,
} from '../distances/plain-distances.test-fixture.ts';
import { detached } from './detached.ts';
import { l2Normalize } from './l2-normalize.ts';
import { anyMasked, largestMasked, maskedMax, maskedMin, smallestMasked } from './masked-extrema.ts';
import { maskedLogSumExp } from './masked-log-sum-exp.ts';
import { pairMasks } from './pair-masks.ts';
import { positivePart } from './positive-part.ts';

const rows = gaussianRows(31, 4, 5);
// A weight for each value, so that none can stand for another.
const weights = rows.map((row, i) => row.map((_, j) => Math.sin(2 + 5 * i + 3 * j)));
const weighted = (values: Rows): number =>
  sum(values.flatMap((row, i) => row.map((v, j) => v * at(at(weights, i), j))));

function matrix(values: Rows): tf.Tensor2D {
  return tf.tensor2d(values as number[][]);
}

/** The gradient of the sum of what `f` makes of the rows, each value times its weight. */
function weightedGradient(f: (rows: tf.Tensor2D) => tf.Tensor, values: Rows, factors: Rows): number[][] {
  return tf.tidy(() => {
    const gradient = tf.grad((given) => tf.sum(tf.mul(f(given as tf.Tensor2D), matrix(factors))))(matrix(values));
    return (gradient as tf.Tensor2D).arraySync();
  });
}

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  describe('l2Normalize', () => {
    it('gives each row the length 1, and leaves zeros', () => {
      const result = tf.tidy(() => l2Normalize(matrix([...rows, [0, 0, 0, 0, 0]])).arraySync());
      expect(relativeError(result, [...rows.map(unit), [0, 0, 0, 0, 0]])).toBeLessThan(1e-6);
    });

    it.each([1e19, 1e30, 3e38])('has a direction also for values of %d', (length) => {
      const far = rows.map((row) => row.map((value) => (value / 4) * length));
      expect(
        relativeError(
          tf.tidy(() => l2Normalize(matrix(far)).arraySync()),
          rows.map(unit),
        ),
      ).toBeLessThan(1e-6);
    });

    it('has the gradient of finite differences', () => {
      const expected = finiteDifferences((moved) => weighted(moved.map(unit)), rows);
      expect(relativeError(weightedGradient(l2Normalize, rows, weights), expected)).toBeLessThan(1e-5);
    });
  });

  describe('positivePart', () => {
    it('is 0 below 0, with no gradient there', () => {
      const result = tf.tidy(() => positivePart(tf.tensor1d([-2, 0, 3])).dataSync());
      expect([...result]).toEqual([0, 0, 3]);
      const gradient = tf.tidy(() =>
        tf
          .grad((x) => tf.sum(positivePart(x)))(tf.tensor1d([-2, 3]))
          .dataSync(),
      );
      expect([...gradient]).toEqual([0, 1]);
    });

    it('leaves what is no number, of either sign', () => {
      const [negative, positive] = new Float32Array(new Uint32Array([0xffc00000, 0x7fc00000]).buffer);
      const values = Float32Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? negative : positive) as number);
      expect([...tf.tidy(() => positivePart(tf.tensor1d(values)).dataSync())].every(Number.isNaN)).toBe(true);
    });
  });

  describe('maskedLogSumExp', () => {
    const mask = rows.map((row, i) => row.map((_, j) => ((i + j) % 3 === 0 ? 0 : 1)));
    const factors = rows.map((_, i) => [1 + i]);
    const plain = (values: Rows, offset: number): number[] =>
      values.map((row, i) => Math.log(offset + sum(row.map((v, j) => Math.exp(v) * at(at(mask, i), j)))));

    it.each([true, false])('sums the masked exponentials, plus one: %s', (plusOne) => {
      const result = tf.tidy(() => maskedLogSumExp(matrix(rows), matrix(mask), plusOne).dataSync());
      expect(relativeError([[...result]], [plain(rows, plusOne ? 1 : 0)])).toBeLessThan(1e-6);
      const slope = finiteDifferences((moved) => sum(plain(moved, plusOne ? 1 : 0).map((v, i) => v * (1 + i))), rows);
      const gradient = weightedGradient((given) => maskedLogSumExp(given, matrix(mask), plusOne), rows, factors);
      expect(relativeError(gradient, slope)).toBeLessThan(1e-5);
    });

    it('overflows neither above nor below', () => {
      const logits = [
        [1e4, 1e4 - 1, 3e4],
        [-1e4, -1e4, 0],
      ];
      const ones = [
        [1, 1, 0],
        [1, 1, 0],
      ];
      const results = [false, true].map((plusOne) =>
        tf.tidy(() => [...maskedLogSumExp(matrix(logits), matrix(ones), plusOne).dataSync()]),
      );
      const high = 1e4 + Math.log(1 + Math.exp(-1));
      expect(
        relativeError(results, [
          [high, -1e4 + Math.log(2)],
          [high, 0],
        ]),
      ).toBeLessThan(1e-6);
    });

    it('is 0 for a row without a masked logit, or far below all others, with no gradient', () => {
      const none = [[0, 0, 0]];
      const results = [true, false].map((plusOne) =>
        tf.tidy(() => maskedLogSumExp(matrix([[5, 6, 7]]), matrix(none), plusOne).dataSync()[0] as number),
      );
      expect(results[0]).toBe(0);
      expect(results[1]).toBeLessThan(-1e29);
      for (const plusOne of [true, false]) {
        const gradient = weightedGradient((given) => maskedLogSumExp(given, matrix(none), plusOne), [[5, 6, 7]], [[1]]);
        expect(gradient).toEqual([[0, 0, 0]]);
      }
    });
  });

  describe('masked extrema', () => {
    const values = matrixOf([5, -1, 3, 3], [-7, -2, -9, 0], [1, 2, 3, 4]);
    const mask = matrixOf([0, 1, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0]);

    function matrixOf(...given: number[][]): number[][] {
      return given;
    }

    it('are found among the masked values alone, the first of several', () => {
      const found = tf.tidy(() => [
        largestMasked(matrix(values), matrix(mask)).arraySync().slice(0, 2),
        smallestMasked(matrix(values), matrix(mask)).arraySync().slice(0, 2),
      ]);
      expect(found).toEqual([matrixOf([0, 0, 1, 0], [0, 1, 0, 0]), matrixOf([0, 1, 0, 0], [1, 0, 0, 0])]);
    });

    it('have values, beyond all others where nothing is masked', () => {
      const most = tf.tidy(() => [...maskedMax(matrix(values), matrix(mask)).dataSync()]);
      const least = tf.tidy(() => [...maskedMin(matrix(values), matrix(mask)).dataSync()]);
      expect(most.slice(0, 2)).toEqual([3, -2]);
      expect(least.slice(0, 2)).toEqual([-1, -7]);
      expect(at(most, 2)).toBeLessThan(-1e29);
      expect(at(least, 2)).toBeGreaterThan(1e29);
    });

    it('tell the rows with anything masked', () => {
      expect(tf.tidy(() => [...anyMasked(matrix(mask)).dataSync()])).toEqual([1, 1, 0]);
    });

    it('are found in a single column', () => {
      expect(tf.tidy(() => largestMasked(matrix([[3], [4]]), matrix([[1], [0]])).arraySync())).toEqual([[1], [1]]);
    });
  });

  describe('pairMasks', () => {
    const labels = (...values: number[]): tf.Tensor1D => tf.tensor1d(values, 'int32');

    it('pairs a batch with itself', () => {
      const masks = tf.tidy(() => {
        const given = labels(1, 2, 1, -3);
        const { positive, negative, complete } = pairMasks(given, given, true);
        return [positive.arraySync(), negative.arraySync(), complete.arraySync()];
      });
      expect(masks).toEqual([
        [
          [0, 0, 1, 0],
          [0, 0, 0, 0],
          [1, 0, 0, 0],
          [0, 0, 0, 0],
        ],
        [
          [0, 1, 0, 1],
          [1, 0, 1, 1],
          [0, 1, 0, 1],
          [1, 1, 1, 0],
        ],
        [1, 0, 1, 0],
      ]);
    });

    it.each([
      {
        removeDiagonal: true,
        positives: [
          [0, 0, 1],
          [0, 0, 0],
        ],
        complete: [1, 0],
      },
      {
        removeDiagonal: false,
        positives: [
          [1, 0, 1],
          [0, 1, 0],
        ],
        complete: [1, 1],
      },
    ])('pairs queries with more keys: %o', ({ removeDiagonal, positives, complete }) => {
      const masks = tf.tidy(() => {
        const made = pairMasks(labels(1, 2), labels(1, 2, 1), removeDiagonal);
        return { positives: made.positive.arraySync(), complete: made.complete.arraySync() };
      });
      expect(masks).toEqual({ positives, complete });
    });
  });

  it('detached lets no gradient through, and keeps the value', () => {
    const before = tf.memory().numTensors;
    const { value, grad } = tf.valueAndGrad((x) =>
      tf.sum(
        tf.mul(
          x,
          detached(() => tf.square(x)),
        ),
      ),
    )(tf.tidy(() => tf.tensor1d([2, 3])));
    // Of x · c with c = x² as a constant: c, not 3x².
    expect([...grad.dataSync()]).toEqual([4, 9]);
    expect(value.dataSync()[0]).toBe(8 + 27);
    tf.dispose([value, grad]);
    expect(tf.memory().numTensors).toBe(before + 1);
  });
});
