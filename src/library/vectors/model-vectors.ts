import { join } from 'node:path';
import { setImmediate as letOthersRun } from 'node:timers/promises';
import { ServiceError } from '../../contract/errors.ts';
import type { FeatureStore } from '../catalog/feature-store.ts';
import { ExactIndex } from './exact-index.ts';
import { HnswIndex } from './hnsw-index.ts';
import type { IdSet, ReadonlyIds } from './id-set.ts';
import { loadIndex, saveIndex, type SavedIndex } from './index-files.ts';
import { NearestHeap } from './nearest-heap.ts';
import { dot, type VectorNeighbor, type VectorSource } from './vector-index.ts';

/** Insertions between two looks at the event loop: 16 × 0.4 ms, so a search waits at most about 6 ms. */
const SLICE = 16;

/**
 * Of a part of the library that is smaller than the root of this many times its size, each picture is scored: to score one takes as long as some
 * ten steps through the index, which needs the more of them the smaller the part is. Of 20,000 pictures (256 values, 100 results, a busy machine) the index took
 * 20 ms for 1 % of them, 11 ms for 5 % and 3 ms for 30 %, each of the pictures 6, 41 and 182 ms; all ten first results were right.
 */
const SCORED_PART = 15;

/** Vectors scored between two looks at the event loop: 128 × 30 µs. */
const SCORED_AT_ONCE = 128;

interface VectorModel {
  readonly id: string;
  readonly dimensions: number;
}

interface KnownVectors {
  readonly present: IdSet;
  readonly stored: IdSet;
  readonly index: Promise<HnswIndex | null>;
}

/** Reads the index of a model, in a thread of its own: null where it has to be built. Never rejects. */
export function loadIndexOf({ id, dimensions }: VectorModel, folder: string): Promise<HnswIndex | null> {
  return loadIndex(join(folder, id), id, dimensions);
}

/**
 * The vectors of one model: the HNSW index, kept in step with the store, and the exact scan beside it. The index is a cache:
 * what it lacks after a crash is inserted from the store, and where it is missing as a whole the exact scan answers meanwhile.
 */
export class ModelVectors implements VectorSource {
  readonly #store: FeatureStore;
  readonly #model: VectorModel;
  readonly #folder: string;
  readonly #exact: ExactIndex;
  readonly #present: IdSet;
  #hnsw: HnswIndex;
  #complete = false;
  #dirty = false;
  /** One change of the index at a time: hnswlib must not insert while it writes its file. */
  #turn: Promise<unknown> = Promise.resolve();
  /** What is being filled in, and what that lacks yet. */
  readonly #filling = new Set<Promise<void>>();
  #missing: number[] = [];
  #closing = false;
  #revision = 0;
  #onChange: (() => void) | null = null;

  private constructor(store: FeatureStore, model: VectorModel, folder: string, hnsw: HnswIndex, present: IdSet) {
    this.#store = store;
    this.#model = model;
    this.#folder = folder;
    this.#hnsw = hnsw;
    this.#present = present;
    this.#exact = new ExactIndex(
      () => store.vectors(),
      (id) => this.#present.has(id),
    );
  }

  /**
   * @param folder where the library keeps indexes; each model has a folder of its own in it
   * @param known ids of the pictures that have a file, ids of those that `store` has vectors of, and what {@link loadIndexOf} gives
   */
  static async open(
    store: FeatureStore,
    model: VectorModel,
    folder: string,
    { present, stored, index }: KnownVectors,
  ): Promise<ModelVectors> {
    const own = join(folder, model.id);
    const loaded = knownOnly(await index, stored);
    const vectors = new ModelVectors(
      store,
      model,
      own,
      loaded ?? HnswIndex.empty(model.dimensions),
      // those whose original was offline when the encoder took over have no vector yet, and cannot be found
      present.intersection(stored),
    );
    // few missing: insert them before the first answer; many: answer exactly while they are inserted
    if (loaded && stored.size - loaded.ids.size <= 2 * SLICE) await vectors.catchUp(undefined, stored);
    return vectors;
  }

  /** Pictures that a search can find. */
  get size(): number {
    return this.#present.size;
  }

  get indexed(): number {
    return this.#hnsw.size;
  }

  /** Whether the index holds all vectors, so that it answers rather than the exact scan. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Grows with each change to what a search can find. */
  get revision(): number {
    return this.#revision;
  }

  /** Ids of the pictures that a search can find; not to be changed. */
  get present(): IdSet {
    return this.#present;
  }

  /** Calls `listener` after each change of {@link revision}; a further call replaces it. */
  whenChanged(listener: () => void): void {
    this.#onChange = listener;
  }

  #changed(): void {
    this.#revision++;
    this.#onChange?.();
  }

  /** Resolves when what was begun before, such as filling the index, is done. */
  async idle(): Promise<void> {
    for (;;) {
      await this.#turn;
      if (this.#filling.size === 0) return;
      await Promise.all(this.#filling);
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /**
   * Inserts what the store has and the index lacks, and hides what has no file, without holding up a search. Each slice is a turn, so that what is
   * indexed meanwhile does not wait for all of them.
   *
   * @param step told after each slice how many vectors it has inserted; the next begins when it resolves, and none where it rejects
   * @param stored ids that the store has, where that was just asked
   */
  async catchUp(step: (inserted: number) => Promise<void> = () => letOthersRun(), stored?: IdSet): Promise<void> {
    const filling = this.#fill(step, stored);
    const ended = filling.catch(() => undefined).finally(() => this.#filling.delete(ended));
    this.#filling.add(ended);
    await filling;
  }

  async #fill(step: (inserted: number) => Promise<void>, stored?: IdSet): Promise<void> {
    for (let known = stored; ; known = undefined) {
      const inserted = await this.#inTurn(() => Promise.resolve(this.#insertMissing(known)));
      if (inserted === 0) return;
      await step(inserted);
    }
  }

  /** Inserts a slice of what is missing; with nothing missing the index is complete. @returns how many were inserted */
  #insertMissing(stored?: IdSet): number {
    if (this.#closing) return 0;
    if (this.#missing.length === 0)
      this.#missing = [...(stored ?? this.#store.vectorIds()).difference(this.#hnsw.ids)].reverse();
    const slice = this.#missing.splice(-SLICE);
    for (const id of slice) {
      const vector = this.#store.vector(id);
      if (vector) this.#insert(id, vector);
    }
    if (slice.length === 0) this.#completed();
    return slice.length;
  }

  #completed(): void {
    for (const id of this.#hnsw.ids.difference(this.#present)) this.#hnsw.hide(id);
    for (const id of this.#hnsw.hiddenIds.intersection(this.#present)) this.#hnsw.show(id);
    this.#complete = true;
    this.#changed();
  }

  #insert(id: number, vector: ArrayLike<number>): void {
    this.#hnsw.add(id, vector);
    this.#dirty = true;
  }

  /** Adds new pictures; the store has them already. */
  add(rows: readonly { readonly mediaId: number; readonly vector: ArrayLike<number> }[]): Promise<void> {
    for (const { mediaId } of rows) this.#present.add(mediaId);
    return this.#inTurn(async () => {
      for (const [i, { mediaId, vector }] of rows.entries()) {
        this.#insert(mediaId, vector);
        // a catch-up may have met it in the store before it was present, and hidden it
        this.#hnsw.show(mediaId);
        if (i % SLICE === SLICE - 1) await letOthersRun();
      }
      if (rows.length > 0) this.#changed();
    });
  }

  /** Makes pictures that are in the store findable again: a file of theirs has come back. */
  reveal(ids: readonly number[]): Promise<void> {
    return this.#inTurn(() => {
      for (const id of ids) {
        if (!this.#present.has(id) && (this.#hnsw.has(id) || this.#store.vector(id))) this.#setVisible(id, true);
      }
      return Promise.resolve();
    });
  }

  /** Sets which pictures have a file (those without a vector are left out): after files were removed, moved or came back. */
  setPresent(ids: IdSet): Promise<void> {
    return this.#inTurn(() => {
      const present = ids.intersection(this.#store.vectorIds());
      for (const id of this.#present.difference(present)) this.#setVisible(id, false);
      for (const id of present.difference(this.#present)) this.#setVisible(id, true);
      return Promise.resolve();
    });
  }

  /** The reverse of {@link reveal}: pictures whose last file is gone. */
  conceal(ids: readonly number[]): Promise<void> {
    return this.#inTurn(() => {
      for (const id of ids) if (this.#present.has(id)) this.#setVisible(id, false);
      return Promise.resolve();
    });
  }

  /** Forgets pictures; the store's rows are dropped after it. */
  forget(ids: readonly number[]): Promise<void> {
    return this.#inTurn(() => {
      const gone = new Set(ids);
      this.#missing = this.#missing.filter((id) => !gone.has(id));
      for (const id of ids) {
        if (this.#present.has(id)) this.#setVisible(id, false);
        if (!this.#hnsw.has(id)) continue;
        this.#hnsw.drop(id);
        this.#dirty = true;
      }
      return Promise.resolve();
    });
  }

  #setVisible(id: number, visible: boolean): void {
    if (visible) {
      this.#present.add(id);
      this.#hnsw.show(id);
    } else {
      this.#present.delete(id);
      this.#hnsw.hide(id);
    }
    this.#dirty = true;
    this.#changed();
  }

  /** The vector of one picture, unit length, or null where it has none. */
  vector(id: number): Float32Array | null {
    const stored = this.#store.vector(id);
    return stored && Float32Array.from(stored);
  }

  /** Whether the index has the picture, findable or hidden. */
  holds(id: number): boolean {
    return this.#hnsw.has(id);
  }

  /** The nearest pictures of one, itself left out, by the index alone; empty where the index cannot find it. */
  neighborsOf(id: number, k: number): VectorNeighbor[] {
    const vector = this.#hnsw.vector(id);
    return vector ? this.#hnsw.nearestOthers(id, new Float32Array(vector), k) : [];
  }

  /** As {@link vector}, from the index in memory: a tenth of the time. Null where the index cannot find it. */
  indexedVector(id: number): readonly number[] | null {
    return this.#hnsw.vector(id);
  }

  async search(
    query: Float32Array,
    k: number,
    exact: boolean,
    among?: ReadonlyIds,
  ): Promise<{ neighbors: VectorNeighbor[]; exact: boolean }> {
    const scan = exact || !this.#complete;
    if (scan) return { neighbors: await this.#exact.search(query, k, among), exact: true };
    const few = among !== undefined && among.size ** 2 <= SCORED_PART * this.#hnsw.size;
    const neighbors = few ? await this.#nearestOf(among, query, k) : this.#hnsw.searchNow(query, k, among);
    return { neighbors, exact: false };
  }

  async #nearestOf(few: ReadonlyIds, query: Float32Array, k: number): Promise<VectorNeighbor[]> {
    const heap = new NearestHeap(k);
    let scored = 0;
    for (const id of few) {
      if (++scored % SCORED_AT_ONCE === 0) await letOthersRun();
      const vector = this.#hnsw.vector(id);
      if (vector) heap.push(id, dot(query, vector));
    }
    return heap.sorted();
  }

  /** Writes the index file where it changed since the last time. */
  save(): Promise<void> {
    return this.#inTurn(() => this.#saveNow());
  }

  /** @param unfinished one that is being built is written too: the next start goes on from there */
  async #saveNow(unfinished = false): Promise<void> {
    if (!this.#dirty || !(this.#complete || unfinished)) return;
    await saveIndex(this.#folder, this.#model.id, this.#hnsw);
    this.#dirty = false;
  }

  /**
   * Has threads read the index: its file is written where it changed, and stays as it is until `read` is done.
   *
   * @throws ServiceError DISK_FULL or LIBRARY_READ_ONLY; INTERNAL where the index is being built anew; what `read` throws
   */
  letRead(read: (index: SavedIndex) => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#complete) throw new ServiceError('INTERNAL', 'the index is being built');
      await this.#saveNow();
      await read({ folder: this.#folder, model: this.#model.id, dimensions: this.#model.dimensions });
    });
  }

  /** Throws the index away and builds it again from the store; the exact scan answers meanwhile. @param step as of {@link catchUp} */
  async rebuild(step?: (inserted: number) => Promise<void>): Promise<void> {
    await this.#inTurn(() => {
      this.#complete = false;
      this.#missing = [];
      this.#hnsw = HnswIndex.empty(this.#model.dimensions);
      this.#dirty = true;
      this.#changed();
      return Promise.resolve();
    });
    await this.catchUp(step);
  }

  async close(write: boolean): Promise<void> {
    this.#closing = true;
    // a cache: where it cannot be written the next start makes it again, and the run has said that the disk is full
    if (write) await this.#inTurn(() => this.#saveNow(true)).catch(() => undefined);
    else await this.#turn;
  }
}

/**
 * The index, unless it finds ids that the store lacks: then the catalog is older than the index (a backup was restored), those
 * ids will be given to other pictures, and the index is built again. What is hidden in it was forgotten.
 */
function knownOnly(index: HnswIndex | null, stored: IdSet): HnswIndex | null {
  if (!index) return null;
  const unknown = index.ids.difference(stored);
  for (const id of unknown) if (!index.isHidden(id)) return null;
  for (const id of unknown) index.drop(id);
  return index;
}
