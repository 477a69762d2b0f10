/** What an id stands for. */
export interface StoredExample {
  /** [dimensions] */
  readonly embedding: Float32Array;
  /** Class id; undefined where there is none. */
  readonly label: number | undefined;
  /** Anything that JSON can say, and typed arrays at any depth; it comes back as it was given. */
  readonly data: unknown;
}

/** Keeps what belongs to the ids that a search returns. Ids are given in order, from 0. */
export interface Store {
  /** `memory`, `cached` and `sqlite` are this module's own; another implementation has a name of its own. */
  readonly kind: string;
  readonly size: number;
  /** @returns the id of what was added @throws SimilarityError WRONG_SHAPE where `data` cannot be stored */
  add(example: StoredExample): number;
  /** All of them, or none where one is refused. @returns the ids in the order of the examples */
  batchAdd(examples: readonly StoredExample[]): number[];
  /** @throws SimilarityError OUT_OF_RANGE where there is no such id */
  get(id: number): StoredExample;
  batchGet(ids: readonly number[]): StoredExample[];
  /** Writes everything, as it is when this is called, as files into an existing folder. */
  save(folder: string): Promise<void>;
  /** Replaces what is there by what `save` wrote. @throws SimilarityError FILE_MISSING or FILE_DAMAGED */
  load(folder: string): Promise<void>;
  /** Everything out, as if newly made. */
  reset(): void;
  /** Closes files. */
  close(): void;
}
