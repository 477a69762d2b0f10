import type { VectorNeighbor } from '../vectors/vector-index.ts';
import { GRAPH_NEIGHBORS, NeighborGraph } from './neighbor-graph.ts';
import { smoothedLength } from './smoothing.ts';

/** Vectors held while lengths are measured: 8 MB of 256 values. */
const HELD_VECTORS = 8_192;

interface GraphParts {
  readonly ids: readonly number[];
  /** Unit length; asked for several times, so from memory: an index gives a vector ten times as slowly. */
  readonly vectorOf: (id: number) => Float32Array | null;
  /** The nearest of `ids` by cosine to a vector, which is that of `id`, best first; with or without itself. */
  readonly nearest: (vector: Float32Array, k: number, id: number) => readonly VectorNeighbor[];
  /** Called after each list, with how many there are. */
  readonly onDone?: (lists: number) => void;
}

/** The graph of some pictures, made at once: 0.2 ms a picture and more with an index, so not on a thread that answers searches. */
export function wholeGraph({ ids, vectorOf, nearest, onDone }: GraphParts): NeighborGraph {
  const graph = new NeighborGraph();
  for (const [i, id] of ids.entries()) {
    const vector = vectorOf(id);
    // one more than is kept: itself is among them
    if (vector) graph.set(id, nearest(vector, GRAPH_NEIGHBORS + 1, id), ids.length);
    onDone?.(i + 1);
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
