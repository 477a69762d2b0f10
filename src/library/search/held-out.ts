import type { NeighborLists } from '../neighbors/neighbor-graph.ts';
import { smoothedLength, SMOOTHED_NEIGHBORS } from '../neighbors/smoothing.ts';
import type { VectorNeighbor, VectorSource } from '../vectors/vector-index.ts';
import type { SearchedLibrary } from './ranked-search.ts';

/**
 * The library as if some pictures had never been in it: searches do not find them, and no other picture is smoothed by them. Of a
 * picture's 20 neighbors those that are left stand in, of which the first ten count: with a fifth held out there are enough.
 */
export function withoutHeldOut(library: SearchedLibrary, heldOut: ReadonlySet<number>): SearchedLibrary {
  const { vectors, lists } = library;
  return {
    ...library,
    vectors: { vector: (id) => vectors.vector(id), search: searchWithout(vectors, heldOut) },
    lists: lists && listsWithout(lists, heldOut, (id) => vectors.vector(id)),
  };
}

/** Asks for more than is wanted and leaves out the held ones, until there are enough or no more. */
function searchWithout(vectors: VectorSource, heldOut: ReadonlySet<number>): VectorSource['search'] {
  return async (query, k, exact) => {
    for (let asked = 2 * k; ; asked *= 2) {
      const found = await vectors.search(query, asked, exact);
      const left = found.neighbors.filter(({ id }) => !heldOut.has(id));
      if (left.length >= k || found.neighbors.length < asked) return { ...found, neighbors: left.slice(0, k) };
    }
  };
}

function listsWithout(
  lists: NeighborLists,
  heldOut: ReadonlySet<number>,
  vectorOf: (id: number) => Float32Array | null,
): NeighborLists {
  const lengths = new Map<number, number>();
  const neighbors = (id: number): readonly VectorNeighbor[] =>
    lists
      .neighbors(id)
      .filter((neighbor) => !heldOut.has(neighbor.id))
      .slice(0, SMOOTHED_NEIGHBORS);
  const measure = (id: number): number => {
    const vector = vectorOf(id);
    return vector ? smoothedLength(vector, neighbors(id), vectorOf) : 1;
  };
  return {
    neighbors,
    weightedSum: (id, first, valueOf) =>
      neighbors(id)
        .slice(0, first)
        .reduce((sum, { id: other, score }) => (score > 0 ? sum + score * valueOf(other) : sum), 0),
    smoothedLength: (id) => {
      const length = lengths.get(id) ?? measure(id);
      lengths.set(id, length);
      return length;
    },
  };
}
