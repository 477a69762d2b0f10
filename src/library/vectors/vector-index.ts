import type { ReadonlyIds } from './id-set.ts';

/** One neighbor: the picture's id and its cosine similarity with the query, at most 1. */
export interface VectorNeighbor {
  readonly id: number;
  readonly score: number;
}

/** Anything that finds the nearest of a set of unit vectors. Two stand behind it: HNSW, and the exact scan as the reference. */
export interface VectorIndex {
  /** The `k` nearest by cosine, best first; fewer where there are fewer. */
  search(query: Float32Array, k: number): Promise<VectorNeighbor[]>;
}

/** The vectors of a library, or of a part of it, as a search asks them. */
export interface VectorSource {
  /**
   * The `k` nearest by cosine, best first; by scanning every vector where `exact` is asked for or nothing else can answer.
   *
   * @param among only these are found; all where not given
   */
  search(
    query: Float32Array,
    k: number,
    exact: boolean,
    among?: ReadonlyIds,
  ): Promise<{ readonly neighbors: readonly VectorNeighbor[]; readonly exact: boolean }>;
  /** The vector of one picture, unit length, or null where it has none. */
  vector(id: number): Float32Array | null;
}

/** Inner product of two vectors of one length; for unit vectors their cosine. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** Scales to length 1, in place. A zero vector stays zero: it is like nothing. */
export function normalize(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  if (length > 0) for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] ?? 0) / length;
  return vector;
}
