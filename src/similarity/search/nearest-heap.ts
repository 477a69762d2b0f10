import type { Nearest } from './search.ts';

/**
 * Keeps the k best of everything that is pushed, in k slots: a binary heap with the worst of them on top. Of equal
 * distances the smaller id is the better one, so that the order never depends on when something was pushed.
 */
export class NearestHeap {
  readonly #k: number;
  readonly #sign: number;
  readonly #keys: Float64Array;
  readonly #ids: Float64Array;
  #size = 0;

  /** @param largestIsNearest true where the values are similarities */
  constructor(k: number, largestIsNearest: boolean) {
    this.#k = k;
    this.#sign = largestIsNearest ? -1 : 1;
    this.#keys = new Float64Array(k);
    this.#ids = new Float64Array(k);
  }

  push(id: number, distance: number): void {
    const signed = this.#sign * distance;
    // What has no distance comes last of all.
    const key = Number.isNaN(signed) ? Infinity : signed;
    if (this.#size < this.#k) {
      this.#size++;
      this.#rise(this.#size - 1, key, id);
    } else if (this.#isWorse(this.#keys[0] as number, this.#ids[0] as number, key, id)) {
      this.#sink(key, id);
    }
  }

  /** What was kept, nearest first. The heap is empty afterwards. */
  drain(): Nearest {
    const ids = new Array<number>(this.#size);
    const distances = new Array<number>(this.#size);
    while (this.#size > 0) {
      this.#size--;
      ids[this.#size] = this.#ids[0] as number;
      // Adding zero makes the zero of a turned sign positive again.
      distances[this.#size] = this.#sign * (this.#keys[0] as number) + 0;
      if (this.#size > 0) this.#sink(this.#keys[this.#size] as number, this.#ids[this.#size] as number);
    }
    return { ids, distances };
  }

  #isWorse(key: number, id: number, thanKey: number, thanId: number): boolean {
    return key > thanKey || (key === thanKey && id > thanId);
  }

  #rise(from: number, key: number, id: number): void {
    let slot = from;
    while (slot > 0) {
      const parent = (slot - 1) >> 1;
      if (!this.#isWorse(key, id, this.#keys[parent] as number, this.#ids[parent] as number)) break;
      this.#move(parent, slot);
      slot = parent;
    }
    this.#put(slot, key, id);
  }

  /** Puts an entry in the place of the top one. */
  #sink(key: number, id: number): void {
    let slot = 0;
    for (;;) {
      let child = 2 * slot + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#isWorseSlot(child + 1, child)) child++;
      if (!this.#isWorse(this.#keys[child] as number, this.#ids[child] as number, key, id)) break;
      this.#move(child, slot);
      slot = child;
    }
    this.#put(slot, key, id);
  }

  #isWorseSlot(slot: number, than: number): boolean {
    const [keys, ids] = [this.#keys, this.#ids];
    return this.#isWorse(keys[slot] as number, ids[slot] as number, keys[than] as number, ids[than] as number);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#keys[from] as number, this.#ids[from] as number);
  }

  #put(slot: number, key: number, id: number): void {
    this.#keys[slot] = key;
    this.#ids[slot] = id;
  }
}
