import { IdSet } from '../vectors/id-set.ts';
import type { VectorNeighbor } from '../vectors/vector-index.ts';

/** Neighbors kept of each picture. Search smooths over the first ten; the rest stand in where one of those goes. */
export const GRAPH_NEIGHBORS = 20;

const FIRST_CAPACITY = 1024;

/** What a search needs of the graph; a view without some pictures can stand in for it. */
export interface NeighborLists {
  /** The nearest other pictures, best first; empty where nothing is known. */
  neighbors(id: number): readonly VectorNeighbor[];
  /** Sum over the first neighbors with a score above 0 of score × `valueOf(neighbor)`. */
  weightedSum(id: number, first: number, valueOf: (neighbor: number) => number): number;
  /** Length of the picture's vector summed with its neighbors': see `smoothing.ts`. 1 where nothing is known. */
  smoothedLength(id: number): number;
}

/**
 * The k nearest neighbors of each picture, by cosine of the plain vectors: best first, equal scores by ascending id.
 *
 * About 200 bytes a picture, in typed arrays. It only holds lists; `NeighborCache` fills them from the index.
 */
export class NeighborGraph implements NeighborLists {
  /** By id, from 1 as the database gives them; 0 where there is no list, else one more than its place. */
  #slots = new Uint32Array(FIRST_CAPACITY);
  readonly #held = new IdSet();
  readonly #free: number[] = [];
  #used = 0;
  #ids = new Uint32Array(FIRST_CAPACITY * GRAPH_NEIGHBORS);
  #scores = new Float32Array(FIRST_CAPACITY * GRAPH_NEIGHBORS);
  #counts = new Uint8Array(FIRST_CAPACITY);
  /** NaN: to be measured anew. */
  #lengths = new Float32Array(FIRST_CAPACITY);
  #builtAt = new Uint32Array(FIRST_CAPACITY);
  readonly #unmeasured = new IdSet();

  get size(): number {
    return this.#held.size;
  }

  has(id: number): boolean {
    return this.#held.has(id);
  }

  /** Pictures that have a list; not to be changed. */
  get held(): IdSet {
    return this.#held;
  }

  /** Ascending. */
  ids(): IterableIterator<number> {
    return this.#held.keys();
  }

  #slot(id: number): number | undefined {
    const slot = this.#slots[id] ?? 0;
    return slot === 0 ? undefined : slot - 1;
  }

  neighbors(id: number): VectorNeighbor[] {
    const slot = this.#slot(id);
    if (slot === undefined) return [];
    const start = slot * GRAPH_NEIGHBORS;
    return Array.from({ length: this.#counts[slot] ?? 0 }, (_, i) => ({
      id: this.#ids[start + i] ?? 0,
      score: this.#scores[start + i] ?? 0,
    }));
  }

  // without making the list: a search asks this of 100 pictures
  weightedSum(id: number, first: number, valueOf: (neighbor: number) => number): number {
    const slot = this.#slot(id);
    if (slot === undefined) return 0;
    const start = slot * GRAPH_NEIGHBORS;
    const end = start + Math.min(first, this.#counts[slot] ?? 0);
    let sum = 0;
    for (let i = start; i < end; i++) {
      const score = this.#scores[i] ?? 0;
      if (score > 0) sum += score * valueOf(this.#ids[i] ?? 0);
    }
    return sum;
  }

  smoothedLength(id: number): number {
    const length = this.#lengths[this.#slot(id) ?? -1];
    return length === undefined || Number.isNaN(length) ? 1 : length;
  }

  /** Size of the library when the picture's own neighbors were last searched; 0 where they never were. */
  builtAt(id: number): number {
    return this.#builtAt[this.#slot(id) ?? -1] ?? 0;
  }

  /** Pictures whose list changed since their length was measured. */
  unmeasured(): readonly number[] {
    return [...this.#unmeasured];
  }

  setSmoothedLength(id: number, length: number): void {
    const slot = this.#slot(id);
    if (slot === undefined) return;
    this.#lengths[slot] = length;
    this.#unmeasured.delete(id);
  }

  /** Replaces the list of a picture. `neighbors` are best first; more than {@link GRAPH_NEIGHBORS} are cut, itself is left out. */
  set(id: number, neighbors: readonly VectorNeighbor[], builtAt: number): void {
    const slot = this.#slot(id) ?? this.#newSlot(id);
    const kept = neighbors.filter((neighbor) => neighbor.id !== id).slice(0, GRAPH_NEIGHBORS);
    this.#write(slot, kept);
    this.#builtAt[slot] = builtAt;
    this.#markUnmeasured(id, slot);
  }

  /** Puts a new neighbor into a picture's list where it is near enough. */
  offer(id: number, neighbor: VectorNeighbor): void {
    const slot = this.#slot(id);
    if (slot === undefined || id === neighbor.id) return;
    // rounded first, so that it compares with the kept ones as it will be kept
    const offered = { id: neighbor.id, score: Math.fround(neighbor.score) };
    const list = this.neighbors(id).filter((kept) => kept.id !== offered.id);
    const place = list.findIndex((kept) => comesBefore(offered, kept));
    if (place < 0 && list.length >= GRAPH_NEIGHBORS) return;
    list.splice(place < 0 ? list.length : place, 0, offered);
    this.#write(slot, list.slice(0, GRAPH_NEIGHBORS));
    this.#markUnmeasured(id, slot);
  }

  /** Forgets pictures, and takes them out of the lists of the others. Returns the pictures whose list lost one. */
  remove(gone: ReadonlySet<number>): number[] {
    for (const id of gone) {
      const slot = this.#slot(id);
      if (slot === undefined) continue;
      this.#slots[id] = 0;
      this.#held.delete(id);
      this.#unmeasured.delete(id);
      this.#free.push(slot);
    }
    const changed: number[] = [];
    for (const id of this.#held) {
      const slot = this.#slot(id);
      if (slot === undefined || !this.#holdsAny(slot, gone)) continue;
      const left = this.neighbors(id).filter((neighbor) => !gone.has(neighbor.id));
      this.#write(slot, left);
      this.#markUnmeasured(id, slot);
      changed.push(id);
    }
    return changed;
  }

  /** Without making the list: this is asked of every picture. */
  #holdsAny(slot: number, ids: ReadonlySet<number>): boolean {
    const start = slot * GRAPH_NEIGHBORS;
    const end = start + (this.#counts[slot] ?? 0);
    for (let i = start; i < end; i++) if (ids.has(this.#ids[i] ?? 0)) return true;
    return false;
  }

  #write(slot: number, list: readonly VectorNeighbor[]): void {
    const start = slot * GRAPH_NEIGHBORS;
    for (const [i, { id, score }] of list.entries()) {
      this.#ids[start + i] = id;
      this.#scores[start + i] = score;
    }
    this.#counts[slot] = list.length;
  }

  #markUnmeasured(id: number, slot: number): void {
    this.#lengths[slot] = Number.NaN;
    this.#unmeasured.add(id);
  }

  #newSlot(id: number): number {
    const slot = this.#free.pop() ?? this.#used++;
    if (slot >= this.#counts.length) this.#grow(2 * this.#counts.length);
    if (id >= this.#slots.length) this.#slots = enlarged(this.#slots, Math.max(id + 1, 2 * this.#slots.length));
    this.#slots[id] = slot + 1;
    this.#held.add(id);
    return slot;
  }

  #grow(capacity: number): void {
    this.#ids = enlarged(this.#ids, capacity * GRAPH_NEIGHBORS);
    this.#scores = enlarged(this.#scores, capacity * GRAPH_NEIGHBORS);
    this.#counts = enlarged(this.#counts, capacity);
    this.#lengths = enlarged(this.#lengths, capacity);
    this.#builtAt = enlarged(this.#builtAt, capacity);
  }

  /** All lists as bytes, ascending by id: per picture id, builtAt, count, length and the list; see {@link unpack}. */
  pack(): Uint8Array {
    const bytes = new Uint8Array(this.#held.size * ROW_BYTES);
    const view = new DataView(bytes.buffer);
    // in locals, and without making lists: through private fields 100,000 took 65 ms instead of 28
    const [slots, neighbors, scores] = [this.#slots, this.#ids, this.#scores];
    let at = 0;
    for (const id of this.#held) {
      const slot = (slots[id] ?? 1) - 1;
      const count = this.#counts[slot] ?? 0;
      view.setUint32(at, id, true);
      view.setUint32(at + 4, this.#builtAt[slot] ?? 0, true);
      view.setUint32(at + 8, count, true);
      view.setFloat32(at + 12, this.#lengths[slot] ?? Number.NaN, true);
      const start = slot * GRAPH_NEIGHBORS;
      for (let i = 0; i < count; i++) {
        view.setUint32(at + HEAD_BYTES + 8 * i, neighbors[start + i] ?? 0, true);
        view.setFloat32(at + HEAD_BYTES + 8 * i + 4, scores[start + i] ?? 0, true);
      }
      at += ROW_BYTES;
    }
    return bytes;
  }

  /** Room for so many lists at once, where it is known how many come. */
  reserve(lists: number): void {
    if (lists > this.#counts.length) this.#grow(lists);
  }

  /** Takes in lists of what {@link pack} wrote. RangeError where the bytes are not whole rows. */
  unpack(bytes: Uint8Array): void {
    if (bytes.length % ROW_BYTES !== 0) throw new RangeError(`${bytes.length} bytes are not rows of ${ROW_BYTES}`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.length; at += ROW_BYTES) this.#unpackRow(view, at);
  }

  // without making the list, and with locals for private fields: this is done for every picture when the library is opened
  #unpackRow(view: DataView, at: number): void {
    const id = view.getUint32(at, true);
    const slot = this.#slot(id) ?? this.#newSlot(id);
    const count = Math.min(view.getUint32(at + 8, true), GRAPH_NEIGHBORS);
    const [neighbors, scores] = [this.#ids, this.#scores];
    let place = slot * GRAPH_NEIGHBORS;
    const first = at + HEAD_BYTES;
    const end = first + 8 * count;
    for (let from = first; from < end; from += 8) {
      neighbors[place] = view.getUint32(from, true);
      scores[place++] = view.getFloat32(from + 4, true);
    }
    this.#counts[slot] = count;
    this.#builtAt[slot] = view.getUint32(at + 4, true);
    const length = view.getFloat32(at + 12, true);
    this.#lengths[slot] = length;
    if (Number.isNaN(length)) this.#unmeasured.add(id);
    else this.#unmeasured.delete(id);
  }
}

const HEAD_BYTES = 16;
/** Bytes of a packed list. */
export const ROW_BYTES = HEAD_BYTES + 8 * GRAPH_NEIGHBORS;

function enlarged<T extends Uint8Array | Uint32Array | Float32Array>(array: T, length: number): T {
  const larger = new (array.constructor as new (length: number) => T)(length);
  larger.set(array);
  return larger;
}

function comesBefore(a: VectorNeighbor, b: VectorNeighbor): boolean {
  return a.score > b.score || (a.score === b.score && a.id < b.id);
}
