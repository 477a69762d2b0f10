import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { ModelVectors } from '../vectors/model-vectors.ts';
import type { VectorNeighbor } from '../vectors/vector-index.ts';
import { loadGraph, saveGraph } from './graph-file.ts';
import { listInThreads, type OnList } from './list-threads.ts';
import { GRAPH_NEIGHBORS, NeighborGraph, type NeighborLists } from './neighbor-graph.ts';
import { smoothedLength } from './smoothing.ts';
import { recentVectors } from './whole-graph.ts';

/** Lists made between two looks at the event loop: 8 × 0.5 ms at 20,000 pictures, so a search waits at most about 4 ms. */
const SLICE = 8;

/** So many lists, or more, are made in threads: 2,000 are half a second, and a thread reads the index first. */
const THREADED = 2_000;

/** The graph is brought up to date when nothing has changed for so long: an index run is not slowed down by it. */
const QUIET_MS = 400;

/** The file is written at most this often while open, and when the library is closed. */
const SAVE_MS = 5 * 60_000;

/**
 * A new picture is offered to so many of its nearest. Those that have it among their own nearest without being among these are
 * far from everything; they find it when their list is next searched.
 */
const REACH = 64;

/** A list is searched anew when the library has grown by a quarter since, or when so few of it are left. */
const GROWTH = 1.25;
const FEW = 15;

/**
 * The neighbor graph of one model, kept in step with its vectors in the background. It is a cache: it compares what it has with
 * what the vectors have, does what is missing, and starts again where they changed meanwhile. Searches never wait for it;
 * where it is not current, {@link lists} is null and they go by plain vectors.
 */
export class NeighborCache {
  readonly #vectors: ModelVectors;
  readonly #model: string;
  readonly #folder: string;
  readonly #readonly: boolean;
  #graph: NeighborGraph;
  /** The vectors' revision that the graph is of; -1 where of none. */
  #currentRevision = -1;
  /** The same of its lists, whose lengths may not be measured yet. */
  #listedRevision = -1;
  readonly #whenListed = new Set<() => void>();
  #running: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #dirty = false;
  #lastSave = performance.now();
  readonly #closing = new AbortController();

  private constructor(vectors: ModelVectors, model: string, folder: string, readonly: boolean, graph: NeighborGraph) {
    this.#vectors = vectors;
    this.#model = model;
    this.#folder = folder;
    this.#readonly = readonly;
    this.#graph = graph;
  }

  /**
   * @param folder where the graph's file lies
   * @param readonly nothing is written, and what is missing is only made where {@link settled} asks for it
   * @param loading what `loadGraph` gives of it, where it was begun before
   */
  static async open(
    vectors: ModelVectors,
    model: string,
    folder: string,
    readonly: boolean,
    loading = loadGraph(folder, model),
  ): Promise<NeighborCache> {
    const loaded = await loading;
    // ids that have no vector: a backup of the catalog was restored, and they will be given to other pictures
    const known = loaded && [...loaded.held.difference(vectors.present)].every((id) => vectors.holds(id));
    const cache = new NeighborCache(vectors, model, folder, readonly, known ? loaded : new NeighborGraph());
    if (cache.#isComplete()) cache.#currentRevision = vectors.revision;
    if (!readonly) {
      vectors.whenChanged(() => cache.#schedule());
      cache.#schedule();
    }
    return cache;
  }

  /** The lists of all pictures that a search can find, or null while some are missing or out of date. */
  get lists(): NeighborLists | null {
    return this.#currentRevision === this.#vectors.revision ? this.#graph : null;
  }

  /** The lists as far as they are made: of some pictures there may be none yet, or an old one. */
  get known(): NeighborLists {
    return this.#graph;
  }

  /** Whether every picture's list is made; what searches need beside that may be missing. */
  get isListed(): boolean {
    return this.lists !== null || this.#listedRevision === this.#vectors.revision;
  }

  /** As {@link settled}, for what needs the lists alone: lengths take as long again. */
  async listed(): Promise<void> {
    const settled = this.settled();
    if (this.isListed) return void settled.catch(() => undefined);
    const { promise, resolve } = Promise.withResolvers<null>();
    const listener = (): void => resolve(null);
    this.#whenListed.add(listener);
    await Promise.race([settled, promise]).finally(() => this.#whenListed.delete(listener));
  }

  /** Brings the graph up to date now, rather than when it is quiet. It is not where the vectors change all the time. */
  async settled(): Promise<void> {
    await this.#vectors.idle();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#update();
  }

  /** Forgets all lists: the index was built anew. */
  clear(): void {
    this.#graph = new NeighborGraph();
    this.#currentRevision = -1;
    this.#listedRevision = -1;
    this.#dirty = true;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#closing.signal.aborted || this.#readonly) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      // without the graph searches go by plain vectors; the next change tries again
      void this.#update().catch(() => undefined);
    }, QUIET_MS);
    this.#timer.unref();
  }

  #update(): Promise<void> {
    this.#running ??= this.#bringUpToDate().finally(() => (this.#running = null));
    return this.#running;
  }

  async #bringUpToDate(): Promise<void> {
    while (!this.#closing.signal.aborted && this.#vectors.complete && this.lists === null) {
      const { revision } = this.#vectors;
      await this.#makeLists();
      if (this.#vectors.revision === revision) {
        this.#listedRevision = revision;
        for (const listener of this.#whenListed) listener();
      }
      await this.#measureLengths();
      // cut short by closing it is not current, and nothing asks any more
      if (this.#vectors.revision === revision) this.#currentRevision = revision;
    }
    if (this.#dirty && performance.now() - this.#lastSave > SAVE_MS) await this.#save();
  }

  /** Whether what was loaded needs nothing done. */
  #isComplete(): boolean {
    const graph = this.#graph;
    if (!this.#vectors.complete || graph.size !== this.#vectors.size || graph.unmeasured().length > 0) return false;
    return this.#toSearch().length === 0;
  }

  /** Pictures whose own list is missing, or made when the library was much smaller. */
  #toSearch(): number[] {
    const { present } = this.#vectors;
    const ids: number[] = [];
    for (const id of present) {
      if (!this.#graph.has(id) || present.size > GROWTH * this.#graph.builtAt(id)) ids.push(id);
    }
    return ids;
  }

  async #makeLists(): Promise<void> {
    const graph = this.#graph;
    const vectors = this.#vectors;
    const gone = new Set([...graph.ids()].filter((id) => !vectors.present.has(id)));
    const shortened = gone.size === 0 ? [] : graph.remove(gone).filter((id) => graph.neighbors(id).length < FEW);
    const searched = new Set([...this.#toSearch(), ...shortened]);
    if (gone.size + searched.size > 0) this.#dirty = true;
    // where every list is made, each finds its own neighbors and none need be offered
    const all = searched.size >= vectors.size;
    const reach = all ? GRAPH_NEIGHBORS : REACH;
    const keep = (id: number, found: readonly VectorNeighbor[], length?: number): void => {
      const isNew = !all && !graph.has(id);
      graph.set(id, found, vectors.size);
      if (length !== undefined) graph.setSmoothedLength(id, length);
      if (isNew) for (const neighbor of found) graph.offer(neighbor.id, { id, score: neighbor.score });
    };
    if (searched.size >= THREADED && !this.#readonly) {
      await this.#listInThreads(Uint32Array.from(searched), reach, (id, found, length) => {
        keep(id, found, length);
        searched.delete(id);
      });
    }
    let done = 0;
    for (const id of searched) {
      if (this.#closing.signal.aborted) return;
      if (vectors.indexedVector(id)) keep(id, vectors.neighborsOf(id, reach));
      if (++done % SLICE === 0) await letOthersRun();
    }
  }

  /** Where threads fail, such as for want of disk, what they did not make is left to this one. */
  async #listInThreads(ids: Uint32Array, reach: number, onList: OnList): Promise<void> {
    const letRead = this.#vectors.letRead.bind(this.#vectors);
    const { signal } = this.#closing;
    await listInThreads({ ids, reach, letRead, onList, signal }).catch(() => undefined);
  }

  async #measureLengths(): Promise<void> {
    const vectorOf = recentVectors((id) => this.#vectors.indexedVector(id));
    for (const [i, id] of this.#graph.unmeasured().entries()) {
      if (this.#closing.signal.aborted) return;
      const vector = vectorOf(id);
      if (vector) {
        this.#graph.setSmoothedLength(id, smoothedLength(vector, this.#graph.neighbors(id), vectorOf));
        this.#dirty = true;
      }
      if (i % (4 * SLICE) === 0) await letOthersRun();
    }
  }

  async #save(): Promise<void> {
    if (this.#readonly || !this.#dirty) return;
    this.#dirty = false;
    this.#lastSave = performance.now();
    await saveGraph(this.#folder, this.#model, this.#graph);
  }

  /** Stops where it is, and writes what there is: the next start goes on from there. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the neighbor graph was closed'));
    if (this.#timer) clearTimeout(this.#timer);
    await this.#running?.catch(() => undefined);
    // a cache: where it cannot be written the next start makes it again
    await this.#save().catch(() => undefined);
  }
}
