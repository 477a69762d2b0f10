import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dot, normalize, type VectorNeighbor } from '../vectors/vector-index.ts';
import { NeighborGraph } from './neighbor-graph.ts';
import { expandQuery, mergeScores, smoothedLength, smoothedScores, SMOOTHED_NEIGHBORS } from './smoothing.ts';

const DIMENSIONS = 8;
const vector = fc
  .array(fc.integer({ min: -20, max: 20 }), { minLength: DIMENSIONS, maxLength: DIMENSIONS })
  .map((values) => normalize(Float32Array.from(values, (value, i) => value + (i === 0 ? 0.5 : 0))));

function nearest(query: Float32Array, vectors: readonly Float32Array[], without: number): VectorNeighbor[] {
  return vectors
    .map((row, id) => ({ id, score: dot(query, row) }))
    .filter(({ id }) => id !== without)
    .sort((a, b) => b.score - a.score || a.id - b.id);
}

/** The slow way: every vector smoothed, written out. */
function smoothed(
  vectors: readonly Float32Array[],
  row: Float32Array,
  neighbors: readonly VectorNeighbor[],
): Float32Array {
  const sum = Float32Array.from(row);
  for (const { id, score } of neighbors.slice(0, SMOOTHED_NEIGHBORS)) {
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + Math.max(0, score) * (vectors[id]?.[i] ?? 0);
  }
  return normalize(sum);
}

test('scores worked out from the graph are cosines of the smoothed vectors', () => {
  fc.assert(
    fc.property(fc.array(vector, { minLength: 2, maxLength: 30 }), vector, (vectors, query) => {
      const vectorOf = (id: number): Float32Array | null => vectors[id] ?? null;
      const graph = new NeighborGraph();
      const rows = vectors.map((row, id) => smoothed(vectors, row, nearest(row, vectors, id)));
      for (const [id, row] of vectors.entries()) {
        const neighbors = nearest(row, vectors, id);
        graph.set(id, neighbors, vectors.length);
        graph.setSmoothedLength(id, smoothedLength(row, neighbors, vectorOf));
      }
      const expanded = expandQuery(query, nearest(query, vectors, -1), vectorOf);
      const scores = smoothedScores(nearest(expanded, vectors, -1), graph);
      for (const { id, score } of scores) expect(score).toBeCloseTo(dot(expanded, rows[id] as Float32Array), 4);
    }),
  );
});

test('a neighbor that was not found counts as much as the last that was', () => {
  const graph = new NeighborGraph();
  graph.set(1, [{ id: 9, score: 0.5 }], 3);
  const found = [
    { id: 1, score: 0.5 },
    { id: 2, score: 0.25 },
  ];
  expect(smoothedScores(found, graph)).toEqual([
    { id: 1, score: 0.5 + 0.5 * 0.25 },
    { id: 2, score: 0.25 },
  ]);
});

test('merged, every score is at least the plain one, and what is at the ceiling by itself keeps its place', () => {
  const scores = fc.uniqueArray(
    fc.record({ id: fc.integer({ min: 1, max: 60 }), score: fc.float({ min: -1, max: 1, noNaN: true }) }),
    { selector: ({ id }) => id },
  );
  const ceilings = fc.float({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(scores, scores, ceilings, (plain, company, ceiling) => {
      const merged = mergeScores(plain, company, ceiling);
      const after = new Map(merged.map(({ id, score }) => [id, score]));
      for (const { id, score } of plain) expect(after.get(id)).toBeGreaterThanOrEqual(score);
      for (const { id, score } of merged) if (score > ceiling) expect(plain).toContainEqual({ id, score });
      const best = [...plain].sort((a, b) => b.score - a.score || a.id - b.id)[0];
      if (best && best.score > ceiling) expect(merged[0]?.id).toBe(best.id);
      expect(merged.map(({ id }) => id).sort()).toEqual(
        [...new Set([...plain, ...company].map(({ id }) => id))].sort(),
      );
    }),
  );
});
