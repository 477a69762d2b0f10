import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createProjection, loadProjection, packProjection, unpackProjection } from './projection.ts';

const SIZE = 10;
const DIMENSIONS = 4;

/** Sines, so that each value is another and the test is the same each time. */
function sines(length: number, step: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin((i + 1) * step));
}

const weights = {
  center: sines(SIZE, 0.7),
  scale: sines(SIZE, 0.3).map((value) => 1 + value / 2),
  matrix: sines(SIZE * DIMENSIONS, 1.3),
  offset: sines(DIMENSIONS, 0.9).map((value) => value / 10),
};
const header = { id: 'test', name: 'Test', features: SIZE, dimensions: DIMENSIONS, relatedScore: 0.5 };
const projection = createProjection(header, weights);

const row = fc.float32Array({ minLength: SIZE, maxLength: SIZE, noNaN: true, noDefaultInfinity: true });
const rows = fc.array(row, { minLength: 1, maxLength: 6 });

function joined(parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

function lengthOf(vector: Float32Array): number {
  return Math.hypot(...vector);
}

describe('a projection', () => {
  it('gives unit rows, whatever the features', () => {
    fc.assert(
      fc.property(rows, (features) => {
        const vectors = projection.project(joined(features));
        expect(vectors.length).toBe(features.length * DIMENSIONS);
        for (let i = 0; i < features.length; i++) {
          expect(lengthOf(vectors.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS))).toBeCloseTo(1, 5);
        }
      }),
    );
  });

  it('gives a row the same vector wherever it stands', () => {
    fc.assert(
      fc.property(rows, (features) => {
        const forwards = projection.project(joined(features));
        const backwards = projection.project(joined(features.toReversed()));
        for (let i = 0; i < features.length; i++) {
          const other = (features.length - 1 - i) * DIMENSIONS;
          expect(forwards.slice(i * DIMENSIONS, (i + 1) * DIMENSIONS)).toEqual(
            backwards.slice(other, other + DIMENSIONS),
          );
        }
      }),
    );
  });

  it('computes what its description says', () => {
    const features = sines(SIZE, 2.1);
    const unit = (values: number[]): number[] => values.map((value) => value / Math.hypot(...values));
    const x = unit([...features].map((value, i) => (value - (weights.center[i] ?? 0)) * (weights.scale[i] ?? 0)));
    const y = Array.from({ length: DIMENSIONS }, (_, j) =>
      x.reduce((sum, value, i) => sum + value * (weights.matrix[j * SIZE + i] ?? 0), -(weights.offset[j] ?? 0)),
    );
    const vector = projection.project(features);
    for (const [j, value] of unit(y).entries()) expect(vector[j]).toBeCloseTo(value, 5);
  });

  it('has a vector for features that are exactly the mean, and for one that maps to nothing', () => {
    expect(lengthOf(projection.project(weights.center))).toBeCloseTo(1, 5);
    const none = createProjection(header, { ...weights, matrix: new Float32Array(40), offset: new Float32Array(4) });
    expect([...none.project(sines(SIZE, 2))]).toEqual([1, 0, 0, 0]);
  });

  it('refuses half a row', () => {
    expect(() => projection.project(new Float32Array(SIZE + 1))).toThrow(RangeError);
  });

  it('is read as it was packed, the matrix to float16', () => {
    const read = unpackProjection(packProjection(weights), SIZE, DIMENSIONS);
    expect(read.center).toEqual(weights.center);
    expect(read.scale).toEqual(weights.scale);
    expect(read.offset).toEqual(weights.offset);
    for (const [i, value] of weights.matrix.entries()) expect(read.matrix[i]).toBeCloseTo(value, 3);
    expect(() => unpackProjection(packProjection(weights), SIZE, DIMENSIONS + 2)).toThrow(RangeError);
  });
});

describe('the built-in projection', () => {
  it('is whole, and gives unit vectors for any features, all zeros too', () => {
    const builtin = loadProjection();
    const vector = builtin.project(new Float32Array(768));
    expect(vector.length).toBe(builtin.dimensions);
    expect(lengthOf(vector)).toBeCloseTo(1, 5);
    expect(builtin.relatedScore).toBeGreaterThan(0);
    expect(builtin.relatedScore).toBeLessThan(0.5);
  });
});
