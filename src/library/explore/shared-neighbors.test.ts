import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharedNeighborGraph, type NeighborTable } from './shared-neighbors.ts';

function table(lists: readonly (readonly number[])[], k: number): NeighborTable {
  const places = new Int32Array(lists.length * k).fill(-1);
  for (const [place, list] of lists.entries()) places.set(list.slice(0, k), place * k);
  return { k, places, scores: new Float32Array(places.length).fill(0.5) };
}

/** Each edge with its weight, worked out with sets. */
function slowly(lists: readonly (readonly number[])[]): Map<string, number> {
  const closed = lists.map((list, place) => new Set([place, ...list]));
  const edges = new Map<string, number>();
  for (const [i, list] of lists.entries()) {
    for (const j of list) {
      const [a, b] = [closed[i] ?? new Set(), closed[j] ?? new Set()];
      edges.set(`${Math.min(i, j)}-${Math.max(i, j)}`, a.intersection(b).size / a.union(b).size);
    }
  }
  return edges;
}

describe('the graph of shared neighbors', () => {
  it('joins every two neighbors once, by the Jaccard index of their neighborhoods', () => {
    const lists = fc
      .integer({ min: 1, max: 12 })
      .chain((size) =>
        fc.array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 5 }), { minLength: size, maxLength: size }),
      )
      .map((all) => all.map((list, place) => list.filter((other) => other !== place)));
    fc.assert(
      fc.property(lists, (all) => {
        const { from, to, weights } = sharedNeighborGraph(table(all, 5));
        const edges = new Map(Array.from(from, (a, e) => [`${a}-${to[e] ?? 0}`, weights[e] ?? 0]));
        expect(edges.size).toBe(from.length);
        const expected = slowly(all);
        expect([...edges.keys()].sort()).toEqual([...expected.keys()].sort());
        for (const [edge, weight] of expected) expect(edges.get(edge)).toBeCloseTo(weight, 6);
      }),
    );
  });

  it('weighs a mutual pair more than one that only one side knows', () => {
    const mutual = sharedNeighborGraph(table([[1], [0]], 1));
    const oneSided = sharedNeighborGraph(table([[1], [2], [1]], 1));
    expect(mutual.weights[0]).toBe(1);
    expect(oneSided.weights[0]).toBeLessThan(1);
  });
});
