import { SimilarityError } from './errors.ts';

/** One neighbor that a lookup found. */
export interface Lookup {
  /** 1 for the nearest. */
  readonly rank: number;
  /** Distance from the query, in the unit of the index's distance; for inner product the product itself, largest first. */
  readonly distance: number;
  /** Class id of the neighbor; undefined where it was indexed without one. */
  readonly label: number | undefined;
  /** The neighbor's embedding, [dimensions]. */
  readonly embedding: Float32Array;
  /** What was indexed with it: anything, as it was given. */
  readonly data: unknown;
}

/** The lookups of many queries as two matrices, which is what metrics and matchers compute with. */
export interface LookupTable {
  readonly queries: number;
  /** The length of the longest lookup: the number of columns. */
  readonly neighbors: number;
  /** [queries × neighbors] class ids; NaN, which equals no label, for a neighbor without one and where there is no neighbor. */
  readonly labels: Float64Array;
  /** [queries × neighbors]; where there is no neighbor, the farthest that there is: ±Infinity. */
  readonly distances: Float64Array;
  /** [queries] how many neighbors each lookup found. */
  readonly lengths: Int32Array;
  /** True where the values are similarities. */
  readonly largestIsNearest: boolean;
}

/**
 * @param lookups [queries] lists, nearest first, not necessarily of the same length
 * @param measure the distance of the index they come from; by default one whose smallest value is the nearest
 * @throws SimilarityError EMPTY where there is no query
 */
export function tabulateLookups(
  lookups: readonly (readonly Lookup[])[],
  { largestIsNearest }: { readonly largestIsNearest: boolean } = { largestIsNearest: false },
): LookupTable {
  const queries = lookups.length;
  if (queries === 0) throw new SimilarityError('EMPTY', 'lookups', { expected: 'no query was looked up', shape: [0] });
  const lengths = Int32Array.from(lookups, ({ length }) => length);
  const neighbors = lengths.reduce((longest, length) => Math.max(longest, length), 0);
  const labels = new Float64Array(queries * neighbors).fill(NaN);
  const distances = new Float64Array(queries * neighbors).fill(largestIsNearest ? -Infinity : Infinity);
  for (const [query, found] of lookups.entries()) {
    for (const [i, { label, distance }] of found.entries()) {
      labels[query * neighbors + i] = label ?? NaN;
      distances[query * neighbors + i] = distance;
    }
  }
  return { queries, neighbors, labels, distances, lengths, largestIsNearest };
}

/** Whether a neighbor at that distance is as near as the threshold asks for. */
export function isWithin(distance: number, threshold: number, largestIsNearest: boolean): boolean {
  return largestIsNearest ? distance >= threshold : distance <= threshold;
}
