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
