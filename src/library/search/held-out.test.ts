import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NeighborGraph } from '../neighbors/neighbor-graph.ts';
import { smoothedLength } from '../neighbors/smoothing.ts';
import { dot, normalize, type VectorNeighbor, type VectorSource } from '../vectors/vector-index.ts';
import { scattered } from './evaluate.ts';
import { withoutHeldOut } from './held-out.ts';
import { rankedSearch, type SearchedLibrary } from './ranked-search.ts';

function libraryOf(rows: ReadonlyMap<number, Float32Array>): SearchedLibrary {
  const nearest = (query: Float32Array, k: number): VectorNeighbor[] =>
    [...rows]
      .map(([id, row]) => ({ id, score: dot(query, row) }))
      .sort((a, b) => b.score - a.score || a.id - b.id)
      .slice(0, k);
  const vectors: VectorSource = {
    search: (query, k) => Promise.resolve({ neighbors: nearest(query, k), exact: true }),
    vector: (id) => rows.get(id) ?? null,
  };
  const lists = new NeighborGraph();
  for (const [id, row] of rows) {
    const neighbors = nearest(row, rows.size).filter((neighbor) => neighbor.id !== id);
    lists.set(id, neighbors, rows.size);
    lists.setSmoothedLength(
      id,
      smoothedLength(row, lists.neighbors(id), (other) => rows.get(other) ?? null),
    );
  }
  return { vectors, signature: () => new Uint8Array(), lists, ceiling: 0.7 };
}

const row = fc
  .array(fc.integer({ min: -9, max: 9 }), { minLength: 6, maxLength: 6 })
  .map((values) => normalize(Float32Array.from(values, (value, i) => value + 0.1 * (i + 1))));

test('a library with pictures held out answers as one that never had them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 4, maxLength: 18 }),
      fc.integer({ min: 2, max: 4 }),
      async (rows, n) => {
        const all = new Map(rows.map((vector, i) => [i + 1, vector]));
        const heldOut = new Set([...all.keys()].filter((id) => id % n === 0));
        const rest = new Map([...all].filter(([id]) => !heldOut.has(id)));
        const view = withoutHeldOut(libraryOf(all), heldOut);
        const without = libraryOf(rest);
        for (const id of heldOut) {
          const vector = all.get(id) as Float32Array;
          const query = { vector, signature: null, without: new Set([id]), k: 5, exact: true };
          const [seen, expected] = [await rankedSearch(view, query), await rankedSearch(without, query)];
          // not as text: two that round apart may be the same to the seventh digit
          expect(seen.neighbors.map(({ score }) => score)).toEqual(
            expected.neighbors.map(({ score }) => expect.closeTo(score, 4) as number),
          );
          expect(seen.neighbors.some((neighbor) => heldOut.has(neighbor.id))).toBe(false);
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('the parts hold every picture once and are of one size, the same each time', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1 })), fc.integer({ min: 2, max: 10 }), (ids, count) => {
      const parts = scattered(ids, count);
      expect(parts.flat().sort((a, b) => a - b)).toEqual([...ids].sort((a, b) => a - b));
      const sizes = parts.map((part) => part.length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      expect(scattered([...ids].reverse(), count)).toEqual(parts);
    }),
  );
});
