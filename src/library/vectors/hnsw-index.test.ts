import { expect, test } from 'vitest';
import { HnswIndex } from './hnsw-index.ts';
import { IdSet } from './id-set.ts';
import { dot, normalize, type VectorNeighbor } from './vector-index.ts';

const [COUNT, DIMENSIONS, K] = [3000, 16, 10];

/** Seeded, spread over the sphere; ids from 1. */
function drawVectors(): Float32Array[] {
  let state = 7;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  return Array.from({ length: COUNT }, () => normalize(Float32Array.from({ length: DIMENSIONS }, next)));
}

test('a search among some finds the nearest of those, and none else', () => {
  const vectors = drawVectors();
  const index = HnswIndex.empty(DIMENSIONS);
  for (const [i, vector] of vectors.entries()) index.add(i + 1, vector);
  const nearest = (query: Float32Array, ids: Iterable<number>): VectorNeighbor[] =>
    [...ids]
      .map((id) => ({ id, score: dot(query, vectors[id - 1] ?? []) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, K);
  for (const every of [1, 2, 10, 300, 5000]) {
    const among = new IdSet(vectors.flatMap((_, i) => (i % every === 0 ? [i + 1] : [])));
    let right = 0;
    let wanted = 0;
    for (const query of vectors.slice(0, 20)) {
      const truth = new Set(nearest(query, among).map(({ id }) => id));
      const found = index.searchNow(query, K, among);
      expect(found.every(({ id }) => among.has(id))).toBe(true);
      expect(found.length).toBe(truth.size);
      right += found.filter(({ id }) => truth.has(id)).length;
      wanted += truth.size;
    }
    expect(right / wanted, `one of ${every}`).toBeGreaterThanOrEqual(0.99);
  }
  expect(index.searchNow(vectors[0] ?? new Float32Array(), K, new IdSet())).toEqual([]);
});
