import type { HnswIndex } from '../vectors/hnsw-index.ts';
import { GRAPH_NEIGHBORS, NeighborGraph } from './neighbor-graph.ts';
import { smoothedLength } from './smoothing.ts';

/** Vectors held while lengths are measured: 8 MB of 256 values. */
const HELD_VECTORS = 8_192;

/**
 * The graph of every picture that an index can find, made at once: 0.2 ms a picture and more, so not on a thread that answers searches.
 *
 * @param storedVector the vectors, unit length: an index gives them ten times as slowly as memory does
 * @param onDone called after each list, with how many there are
 */
export function wholeGraph(
  index: HnswIndex,
  storedVector: (id: number) => ArrayLike<number> | null,
  onDone: (lists: number) => void,
): NeighborGraph {
  const graph = new NeighborGraph();
  const vectorOf = recentVectors(storedVector);
  const hidden = new Set(index.hidden);
  const ids = index.ids().filter((id) => !hidden.has(id));
  for (const [i, id] of ids.entries()) {
    const vector = vectorOf(id);
    // one more than is kept: itself is among them
    if (vector) graph.set(id, index.searchNow(vector, GRAPH_NEIGHBORS + 1), ids.length);
    onDone(i + 1);
  }
  for (const id of graph.unmeasured()) {
    const vector = vectorOf(id);
    if (vector) graph.setSmoothedLength(id, smoothedLength(vector, graph.neighbors(id), vectorOf));
  }
  return graph;
}

/** Vectors of an index as they are asked for, the last ones held: a picture's neighbors are mostly those of the picture before it. */
export function recentVectors(vectorOf: (id: number) => ArrayLike<number> | null): (id: number) => Float32Array | null {
  const held = new Map<number, Float32Array>();
  return (id) => {
    const known = held.get(id);
    if (known) return known;
    const vector = vectorOf(id);
    if (!vector) return null;
    const row = new Float32Array(vector);
    if (held.size >= HELD_VECTORS) held.clear();
    held.set(id, row);
    return row;
  };
}
