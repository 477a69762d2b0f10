import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cholesky, solveLower, solveUpper } from './cholesky.ts';

const SIZE = 6;
const values = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), {
  minLength: SIZE * SIZE,
  maxLength: SIZE * SIZE,
});

/** A·Aᵀ + 1: positive definite. */
function positiveDefinite(entries: readonly number[]): Float64Array {
  return Float64Array.from({ length: SIZE * SIZE }, (_, at) => {
    const [row, column] = [Math.floor(at / SIZE), at % SIZE];
    let sum = row === column ? 1 : 0;
    for (let k = 0; k < SIZE; k++) sum += (entries[row * SIZE + k] ?? 0) * (entries[column * SIZE + k] ?? 0);
    return sum;
  });
}

describe('cholesky', () => {
  it('gives a factor whose solutions solve the matrix', () => {
    fc.assert(
      fc.property(values, (entries) => {
        const matrix = positiveDefinite(entries);
        const factor = cholesky(matrix, SIZE);
        const wanted = Float64Array.from({ length: SIZE }, (_, i) => i - 2);
        const solved = solveUpper(factor, SIZE, solveLower(factor, SIZE, wanted.slice()));
        for (let row = 0; row < SIZE; row++) {
          let product = 0;
          for (let k = 0; k < SIZE; k++) product += (matrix[row * SIZE + k] ?? 0) * (solved[k] ?? 0);
          expect(product).toBeCloseTo(wanted[row] ?? 0, 6);
        }
      }),
    );
  });

  it('refuses a matrix that is not positive definite', () => {
    expect(() => cholesky(Float64Array.of(1, 2, 2, 1), 2)).toThrow(RangeError);
  });
});
