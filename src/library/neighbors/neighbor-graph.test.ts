import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { VectorNeighbor } from '../vectors/vector-index.ts';
import { GRAPH_NEIGHBORS, NeighborGraph } from './neighbor-graph.ts';

/** Cosines that float32 holds, so that what comes back can be compared. */
const score = fc.integer({ min: -64, max: 64 }).map((value) => value / 64);
const best = (a: VectorNeighbor, b: VectorNeighbor): number => b.score - a.score || a.id - b.id;

function rows(graph: NeighborGraph): unknown[] {
  return [...graph.ids()]
    .sort((a, b) => a - b)
    .map((id) => [id, graph.builtAt(id), graph.smoothedLength(id), graph.neighbors(id)]);
}

test('a list keeps the best that it was offered, in whatever order', () => {
  const offers = fc.uniqueArray(fc.record({ id: fc.integer({ min: 2, max: 200 }), score }), {
    selector: ({ id }) => id,
    maxLength: 60,
  });
  fc.assert(
    fc.property(offers, fc.nat({ max: 60 }), (neighbors, first) => {
      const graph = new NeighborGraph();
      const initial = neighbors.slice(0, first).sort(best).slice(0, GRAPH_NEIGHBORS);
      graph.set(1, initial, 1);
      for (const neighbor of neighbors.slice(first)) graph.offer(1, neighbor);
      expect(graph.neighbors(1)).toEqual([...neighbors].sort(best).slice(0, GRAPH_NEIGHBORS));
    }),
  );
});

test('a picture is never its own neighbor, and one offered again is there once', () => {
  const graph = new NeighborGraph();
  graph.set(
    1,
    [1, 2, 3].map((id) => ({ id, score: 0.5 })),
    3,
  );
  graph.offer(1, { id: 1, score: 1 });
  graph.offer(1, { id: 3, score: 0.75 });
  expect(graph.neighbors(1)).toEqual([
    { id: 3, score: 0.75 },
    { id: 2, score: 0.5 },
  ]);
});

test('what is removed is in no list, and its place is used again', () => {
  const graph = new NeighborGraph();
  for (let id = 1; id <= 2_000; id++) graph.set(id, [{ id: (id % 2_000) + 1, score: 0.5 }], 2_000);
  const changed = graph.remove(new Set([5, 7, 2_000]));
  expect(changed.sort((a, b) => a - b)).toEqual([4, 6, 1_999]);
  expect(graph.size).toBe(1_997);
  expect(graph.neighbors(4)).toEqual([]);
  expect(graph.neighbors(5)).toEqual([]);
  graph.set(3_000, [{ id: 1, score: 0.25 }], 1_998);
  expect(graph.neighbors(3_000)).toEqual([{ id: 1, score: 0.25 }]);
  expect(graph.neighbors(8)).toEqual([{ id: 9, score: 0.5 }]);
});

test('a changed list loses its length until it is measured again', () => {
  const graph = new NeighborGraph();
  graph.set(1, [{ id: 2, score: 0.5 }], 2);
  graph.setSmoothedLength(1, 1.5);
  expect(graph.unmeasured()).toEqual([]);
  expect(graph.smoothedLength(1)).toBe(1.5);
  graph.offer(1, { id: 3, score: 0.75 });
  expect(graph.unmeasured()).toEqual([1]);
  expect(graph.smoothedLength(1)).toBe(1);
  expect(graph.smoothedLength(99)).toBe(1);
});

test('the weighted sum is over the first neighbors, and none that points away', () => {
  const graph = new NeighborGraph();
  graph.set(
    1,
    [0.5, 0.25, -0.5].map((value, i) => ({ id: i + 2, score: value })),
    4,
  );
  expect(graph.weightedSum(1, 10, (id) => id)).toBe(0.5 * 2 + 0.25 * 3);
  expect(graph.weightedSum(1, 1, (id) => id)).toBe(1);
  expect(graph.weightedSum(99, 10, () => 1)).toBe(0);
});

test('packed and unpacked it is the same, unmeasured lengths too', () => {
  const list = fc.uniqueArray(fc.record({ id: fc.integer({ min: 1, max: 500 }), score }), { selector: ({ id }) => id });
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { maxLength: 30 }), list, (ids, neighbors) => {
      const graph = new NeighborGraph();
      for (const [i, id] of ids.entries()) {
        graph.set(id, neighbors.slice(i).sort(best), i);
        if (i % 2 === 0) graph.setSmoothedLength(id, 1 + i / 8);
      }
      const copy = new NeighborGraph();
      copy.unpack(graph.pack());
      expect(rows(copy)).toEqual(rows(graph));
      expect([...copy.unmeasured()].sort()).toEqual([...graph.unmeasured()].sort());
    }),
  );
  expect(() => new NeighborGraph().unpack(new Uint8Array(7))).toThrow(RangeError);
});
