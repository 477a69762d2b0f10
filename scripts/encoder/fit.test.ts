import { describe, expect, it } from 'vitest';
import { createProjection } from '../../src/compute/projection.ts';
import { dot, jacobi, largestEigenpairs } from './eigen.ts';
import { fitProjection } from './fit.ts';
import { judge, originalsFound, pairsAbove, resultsAbove } from './judge.ts';

function noise(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31 - 0.5;
}

/** A symmetric matrix with eigenvalues that fall by a factor each. */
function symmetric(size: number): Float64Array[] {
  const next = noise(3);
  const rows = Array.from({ length: size }, (_, i) => Float64Array.from({ length: size }, () => next() * 0.8 ** i));
  return rows.map((a) => Float64Array.from(rows, (b) => dot(a, b)));
}

describe('the eigenpairs of a symmetric matrix', () => {
  it('are those of its definition, largest first', () => {
    const matrix = symmetric(24);
    const { values, vectors } = largestEigenpairs(matrix, 5);
    for (const [i, vector] of vectors.entries()) {
      for (const [j, row] of matrix.entries()) {
        expect(dot(row, vector)).toBeCloseTo((values[i] ?? 0) * (vector[j] ?? 0), 6);
      }
      expect(dot(vector, vector)).toBeCloseTo(1, 8);
    }
    expect([...values]).toEqual([...values].sort((a, b) => b - a));
  });

  it('are found alike by rotations of the whole and by iteration', () => {
    const matrix = symmetric(24);
    const few = largestEigenpairs(matrix, 4).values;
    for (const [i, value] of few.entries()) expect(jacobi(matrix).values[i]).toBeCloseTo(value, 8);
  });
});

describe('a fitted projection', () => {
  const next = noise(11);
  // Two features tell kinds apart; the third is loud, and differs between a picture and its copy.
  const picture = (kind: number): Float32Array =>
    Float32Array.from(
      [kind % 2 === 0 ? 2 : -2, kind % 3 === 0 ? 2 : -2, 5 * next()].map((value) => value + 0.2 * next()),
    );
  const rows = Array.from({ length: 60 }, (_, i) => picture(i));
  const pairs = rows.map(
    (row) => [row, Float32Array.from(row, (value, i) => (i === 2 ? 10 * next() : value))] as const,
  );
  const options = { dimensions: 2, blocks: [{ size: 3, weight: 1 }], whitening: 0.25, steadiness: 100 };

  it('leaves out what changes between a picture and its copy', () => {
    const weights = fitProjection(rows, pairs, options);
    const header = { id: 'test', name: 'Test', features: 3, dimensions: 2, relatedScore: 0 };
    const projection = createProjection(header, weights);
    for (const [row, copy] of pairs) {
      const [a, b] = [projection.project(row), projection.project(copy)];
      expect((a[0] ?? 0) * (b[0] ?? 0) + (a[1] ?? 0) * (b[1] ?? 0)).toBeGreaterThan(0.9);
    }
  });

  it('is the same each time', () => {
    expect(fitProjection(rows, pairs, options)).toEqual(fitProjection(rows, pairs, options));
  });
});

describe('the measures', () => {
  const vectors = [
    [1, 0],
    [0.8, 0.6],
    [0, 1],
    [0.6, 0.8],
  ].map((row) => Float32Array.from(row));
  const labels = ['a', 'a', 'b', 'b'];

  it('count right labels among the first results, the query left out', () => {
    const { p1, p10, map10 } = judge(vectors, labels);
    expect(p1).toBe(0.5);
    expect(p10).toBeCloseTo(0.1, 10);
    expect(map10).toBeCloseTo((1 + 1 / 2 + 1 + 1 / 2) / 4 / 10, 10);
  });

  it('count copies that find their original first', () => {
    expect(originalsFound([Float32Array.from([0.1, 0.9])], vectors, [2])).toBe(1);
    expect(originalsFound([Float32Array.from([0.1, 0.9])], vectors, [0])).toBe(0);
  });

  it('count pairs and results on either side of a score', () => {
    expect(pairsAbove(vectors, labels, 0.79)).toEqual({ precision: 2 / 3, recall: 1, falseShare: 1 / 4 });
    expect(resultsAbove(vectors, labels, 0.79)).toEqual({ above: 0.5, rightAbove: 2 / 3, rightBelow: 0 });
  });
});
