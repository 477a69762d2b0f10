/** Ids that can be asked for, and gone through in ascending order. */
export interface ReadonlyIds extends Iterable<number> {
  readonly size: number;
  has(id: number): boolean;
}

const FIRST_WORDS = 1024;

/**
 * A set of picture ids as bits: ids are given one after another, so that 200,000 of them take 25 kB, where a `Set` takes 8 MB. What is
 * added or removed while it is gone through may or may not be met.
 */
export class IdSet implements ReadonlyIds {
  #words = new Uint32Array(FIRST_WORDS);
  #size = 0;

  constructor(ids: Iterable<number> = []) {
    for (const id of ids) this.add(id);
  }

  get size(): number {
    return this.#size;
  }

  has(id: number): boolean {
    return (((this.#words[id >>> 5] ?? 0) >>> (id & 31)) & 1) === 1;
  }

  add(id: number): this {
    if (this.has(id)) return this;
    const word = id >>> 5;
    if (word >= this.#words.length) {
      const larger = new Uint32Array(Math.max(word + 1, 2 * this.#words.length));
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words[word] = (this.#words[word] ?? 0) | (1 << (id & 31));
    this.#size++;
    return this;
  }

  /** Whether it was there. */
  delete(id: number): boolean {
    if (!this.has(id)) return false;
    const word = id >>> 5;
    this.#words[word] = (this.#words[word] ?? 0) & ~(1 << (id & 31));
    this.#size--;
    return true;
  }

  /** As of a `Set`, so that it can be the other side of set operations. */
  keys(): IterableIterator<number> {
    return this[Symbol.iterator]();
  }

  *[Symbol.iterator](): Generator<number> {
    for (let word = 0; word < this.#words.length; word++) {
      let bits = this.#words[word] ?? 0;
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits & -bits);
        yield 32 * word + bit;
        bits &= bits - 1;
      }
    }
  }
}
