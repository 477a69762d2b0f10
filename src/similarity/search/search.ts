import { checkFinite, checkSameDimensions } from '../checks.ts';
import type { Distance } from '../distances/index.ts';
import { SimilarityError } from '../errors.ts';

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
  /** `linear` and `hnsw` are this module's own; another implementation has a name of its own. */
  readonly kind: string;
  readonly distance: Distance;
  readonly dimensions: number;
  readonly size: number;
  /**
   * Copies the embedding in.
   *
   * @param id a whole number, 0 or more
   * @throws SimilarityError WRONG_LENGTH, NOT_FINITE or DUPLICATE (the id is there already)
   */
  add(embedding: Float32Array, id: number): void;
  /**
   * All of them, or none where one is refused.
   *
   * @param embeddings [ids.length × dimensions] rows one after the other
   */
  batchAdd(embeddings: Float32Array, ids: readonly number[]): void;
  /** @param k at least 1; where the index holds fewer, all are returned */
  lookup(embedding: Float32Array, k: number): Nearest;
  /** @param embeddings [n × dimensions] rows one after the other */
  batchLookup(embeddings: Float32Array, k: number): Nearest[];
  /** Writes the index, as it is when this is called, as files into an existing folder. */
  save(folder: string): Promise<void>;
  /**
   * Replaces what is there by what `save` wrote.
   *
   * @throws SimilarityError FILE_MISSING, FILE_DAMAGED, or WRONG_LENGTH where it has other dimensions
   */
  load(folder: string): Promise<void>;
  /** Everything out, as if newly made. */
  reset(): void;
}

/** @throws SimilarityError WRONG_LENGTH, NOT_FINITE or DUPLICATE */
export function checkAdded(
  embeddings: Float32Array,
  ids: readonly number[],
  search: Search,
  has: (id: number) => boolean,
): void {
  const { dimensions } = search;
  if (embeddings.length !== ids.length * dimensions) {
    throw new SimilarityError('WRONG_LENGTH', 'embeddings', {
      expected: `${ids.length} rows of ${dimensions} numbers were expected`,
      shape: [embeddings.length],
    });
  }
  checkFinite('embeddings', embeddings, [ids.length, dimensions]);
  const added = new Set<number>();
  for (const id of ids) {
    if (has(id) || added.has(id)) throw new SimilarityError('DUPLICATE', 'id', { expected: `it is ${id}` });
    added.add(id);
  }
}

/** @throws SimilarityError WRONG_LENGTH or NOT_FINITE */
export function checkQuery(embedding: Float32Array, dimensions: number): void {
  checkSameDimensions('embedding', embedding.length, dimensions);
  checkFinite('embedding', embedding);
}

/**
 * Looks up each row.
 *
 * @throws SimilarityError WRONG_LENGTH where the last row is not whole
 */
export function lookupRows(search: Search, embeddings: Float32Array, k: number): Nearest[] {
  const { dimensions } = search;
  const count = embeddings.length / dimensions;
  if (!Number.isInteger(count)) {
    throw new SimilarityError('WRONG_LENGTH', 'embeddings', {
      expected: `rows of ${dimensions} numbers were expected`,
      shape: [embeddings.length],
    });
  }
  return Array.from({ length: count }, (_, i) =>
    search.lookup(embeddings.subarray(i * dimensions, (i + 1) * dimensions), k),
  );
}
