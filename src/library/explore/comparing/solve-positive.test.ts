import fc from 'fast-check';
import { expect, test } from 'vitest';
import { solvePositive } from './solve-positive.ts';

const SIZE = 4;
const value = fc.double({ min: -3, max: 3, noNaN: true });

test('solves what a positive definite matrix and a solution make', () => {
  const rows = fc.array(fc.array(value, { minLength: SIZE, maxLength: SIZE }), { minLength: SIZE, maxLength: SIZE });
  fc.assert(
    fc.property(rows, fc.array(value, { minLength: SIZE, maxLength: SIZE }), (root, solution) => {
      const at = (i: number, j: number): number => root[i]?.[j] ?? 0;
      const matrix = Float64Array.from({ length: SIZE * SIZE }, (_, place) => {
        const [i, j] = [Math.floor(place / SIZE), place % SIZE];
        const product = root.reduce((sum, _row, k) => sum + at(i, k) * at(j, k), 0);
        return product + (i === j ? 1 : 0);
      });
      const values = Float64Array.from({ length: SIZE }, (_, i) =>
        solution.reduce((sum, x, j) => sum + (matrix[i * SIZE + j] ?? 0) * x, 0),
      );
      expect(solvePositive(matrix, values, SIZE)).toBe(true);
      for (const [i, x] of solution.entries()) expect(values[i]).toBeCloseTo(x, 6);
    }),
  );
});

test('says that a matrix is not positive definite', () => {
  expect(solvePositive(Float64Array.of(1, 0, 2, 1), Float64Array.of(1, 1), 2)).toBe(false);
});
