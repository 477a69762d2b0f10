import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { principalComponents, symmetricEigen } from './principal-components.ts';

function project(rows: readonly (readonly number[])[]): { points: [number, number][]; explained: readonly number[] } {
  const matrix = { data: Float64Array.from(rows.flat()), rows: rows.length, columns: rows[0]?.length ?? 0 };
  const { coordinates, explained } = principalComponents(matrix, 2);
  return {
    points: rows.map((_, i) => [coordinates[2 * i] as number, coordinates[2 * i + 1] as number]),
    explained,
  };
}

describe('principalComponents', () => {
  it('finds the axes of a case worked out by hand', () => {
    // A cross around (5, 5): 4 along (0.6, 0.8), 1 along (0.8, -0.6). Scatter 32 and 2.
    const along = (t: number, s: number): number[] => [5 + 0.6 * t + 0.8 * s, 5 + 0.8 * t - 0.6 * s];
    const { points, explained } = project([along(4, 0), along(-4, 0), along(0, 1), along(0, -1)]);
    const expected = [4, 0, -4, 0, 0, 1, 0, -1];
    points.flat().forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 8));
    expect(explained[0]).toBeCloseTo(32 / 34, 8);
    expect(explained[1]).toBeCloseTo(2 / 34, 8);
  });

  it('finds the same as the eigenvectors of the whole scatter matrix', () => {
    const shape = fc.record({ seed: fc.integer(), rows: fc.integer({ min: 3, max: 30 }) });
    fc.assert(
      fc.property(shape, ({ seed, rows: count }) => {
        const random = createRandom(seed);
        const columns = 12;
        // Each direction its own spread, so that the order is sure.
        const rows = Array.from({ length: count }, () =>
          Array.from({ length: columns }, (_, i) => random.between(-1, 1) * 0.7 ** i),
        );
        const means = rows.reduce(
          (sum, row) => sum.map((value, i) => value + (row[i] as number) / count),
          Array<number>(columns).fill(0),
        );
        const centred = rows.map((row) => row.map((value, i) => value - (means[i] as number)));
        const scatter = means.map((_, i) =>
          means.map((__, j) => centred.reduce((sum, row) => sum + (row[i] as number) * (row[j] as number), 0)),
        );
        const values = symmetricEigen(scatter).values.sort((a, b) => b - a);
        const total = values.reduce((sum, value) => sum + value, 0);
        const { points, explained } = project(rows);
        for (const axis of [0, 1] as const) {
          expect(explained[axis]).toBeCloseTo((values[axis] as number) / total, 6);
          expect(points.reduce((sum, point) => sum + point[axis] ** 2, 0)).toBeCloseTo(values[axis] as number, 6);
        }
        expect(points.reduce((sum, [x, y]) => sum + x * y, 0)).toBeCloseTo(0, 6);
      }),
      { numRuns: 40 },
    );
  });

  it('gives 0 where there is nothing to see', () => {
    expect(project([[1, 2, 3]])).toEqual({ points: [[0, 0]], explained: [0, 0] });
    expect(project([[1], [3]]).points).toEqual([
      [-1, 0],
      [1, 0],
    ]);
    const same = project([
      [1, 1],
      [1, 1],
    ]);
    expect(same.points).toEqual([
      [0, 0],
      [0, 0],
    ]);
    const line = project([
      [0, 0, 0],
      [1, 1, 1],
      [2, 2, 2],
    ]);
    expect(line.explained[0]).toBeCloseTo(1, 10);
    for (const [, y] of line.points) expect(y).toBeCloseTo(0, 10);
  });
});

describe('symmetricEigen', () => {
  it('takes a matrix apart', () => {
    const { values, vectors } = symmetricEigen([
      [2, 1],
      [1, 2],
    ]);
    expect(values.toSorted()[0]).toBeCloseTo(1, 12);
    expect(values.toSorted()[1]).toBeCloseTo(3, 12);
    for (const column of [0, 1]) {
      const vector = vectors.map((row) => row[column] as number);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 12);
    }
  });
});
