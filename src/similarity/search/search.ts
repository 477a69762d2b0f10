import type { Distance } from '../distances/index.ts';

/** The nearest of one query, nearest first: two arrays of the same length, at most k. */
export interface Nearest {
  readonly ids: readonly number[];
  readonly distances: readonly number[];
}

/**
 * Finds the nearest embeddings of a query. It knows ids alone; what they stand for is in a store.
 * Embeddings are rows of `dimensions` numbers.
 */
export interface Search {
  readonly kind: 'linear' | 'hnsw';
  readonly distance: Distance;
  readonly dimensions: number;
  readonly size: number;
  /** @throws SimilarityError WRONG_LENGTH, NOT_FINITE or DUPLICATE (the id is there already) */
  add(embedding: Float32Array, id: number): void;
  /** @param embeddings [ids.length × dimensions] rows one after the other */
  batchAdd(embeddings: Float32Array, ids: readonly number[]): void;
  /** @param k at least 1; where the index holds fewer, all are returned */
  lookup(embedding: Float32Array, k: number): Nearest;
  /** @param embeddings [n × dimensions] rows one after the other */
  batchLookup(embeddings: Float32Array, k: number): Nearest[];
  /** Writes the index as files into an existing folder. */
  save(folder: string): Promise<void>;
  /** Replaces what is there by what `save` wrote. @throws SimilarityError FILE_MISSING, FILE_DAMAGED or WRONG_LENGTH */
  load(folder: string): Promise<void>;
  /** Everything out, as if newly made. */
  reset(): void;
}
