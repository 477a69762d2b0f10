import type { CopyRelation } from '../comparing/compare-pictures.ts';

/** What was found of a pair: a byte each, as it is kept in a file. */
export const VERDICT = { different: 0, resized: 1, edited: 2, unknown: 3 } as const;
export type Verdict = (typeof VERDICT)[keyof typeof VERDICT];

const VERDICTS = 4;

export function verdictOf(relation: CopyRelation | null): Verdict {
  return relation === null ? VERDICT.different : VERDICT[relation];
}

/** Null where the two are different, or nothing is known of them. */
export function relationOf(verdict: number): CopyRelation | null {
  if (verdict === VERDICT.resized) return 'resized';
  return verdict === VERDICT.edited ? 'edited' : null;
}

/** Pairs of places, each once: the lower place first, sorted by it and then by the other. */
export interface Pairs {
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** By pair; threads share it. */
  readonly verdicts: Uint8Array;
}

/** Pairs as they come, in any order and more than once. Up to some ten million pictures: a pair is one number. */
export class PairCollector {
  readonly #pictures: number;
  #keys = new Float64Array(1 << 16);
  #n = 0;

  /** @param pictures places are below it */
  constructor(pictures: number) {
    this.#pictures = pictures;
  }

  /** Of what is added twice, the lesser verdict counts: what is known before what is not. */
  add(a: number, b: number, verdict: number = VERDICT.unknown): void {
    if (a === b) return;
    if (this.#n === this.#keys.length) {
      const grown = new Float64Array(2 * this.#n);
      grown.set(this.#keys);
      this.#keys = grown;
    }
    const key = Math.min(a, b) * this.#pictures + Math.max(a, b);
    this.#keys[this.#n++] = key * VERDICTS + verdict;
  }

  /** All of them, each once. */
  pairs(): Pairs {
    const keys = this.#keys.subarray(0, this.#n).sort();
    let n = 0;
    let last = -1;
    for (let i = 0; i < keys.length; i++) {
      const key = Math.floor((keys[i] as number) / VERDICTS);
      if (key !== last) keys[n++] = keys[i] as number;
      last = key;
    }
    const first = new Int32Array(new SharedArrayBuffer(4 * n));
    const second = new Int32Array(new SharedArrayBuffer(4 * n));
    const verdicts = new Uint8Array(new SharedArrayBuffer(n));
    for (let i = 0; i < n; i++) {
      const key = Math.floor((keys[i] as number) / VERDICTS);
      first[i] = Math.floor(key / this.#pictures);
      second[i] = key % this.#pictures;
      verdicts[i] = (keys[i] as number) % VERDICTS;
    }
    return { first, second, verdicts };
  }
}

/** Pairs by either of their places, with what is found of others later. */
export class PairTable {
  readonly #pairs: Pairs;
  /** Where the pairs of each place begin, by place; and they, as places of the others and as numbers of the pairs. */
  readonly #starts: Int32Array;
  readonly #others: Int32Array;
  readonly #numbers: Int32Array;
  readonly #later = new Map<number, Verdict>();

  constructor(pairs: Pairs, pictures: number) {
    const { first, second } = pairs;
    this.#pairs = pairs;
    const starts = new Int32Array(pictures + 2);
    for (const ends of [first, second]) {
      for (let i = 0; i < ends.length; i++) {
        const at = (ends[i] as number) + 2;
        starts[at] = (starts[at] as number) + 1;
      }
    }
    for (let i = 2; i < starts.length; i++) starts[i] = (starts[i] as number) + (starts[i - 1] as number);
    this.#others = new Int32Array(2 * first.length);
    this.#numbers = new Int32Array(2 * first.length);
    for (const [from, to] of [
      [second, first],
      [first, second],
    ] as const) {
      for (let i = 0; i < from.length; i++) {
        const place = (from[i] as number) + 1;
        const at = starts[place] as number;
        starts[place] = at + 1;
        this.#others[at] = to[i] as number;
        this.#numbers[at] = i;
      }
    }
    this.#starts = starts;
  }

  /** All that a picture is in a pair with, ascending. */
  of(place: number): Int32Array {
    return this.#others.subarray(this.#starts[place], this.#starts[place + 1]);
  }

  /** Whether it may be the same as any. */
  mayHaveCopies(place: number): boolean {
    const end = this.#starts[place + 1] as number;
    for (let i = this.#starts[place] as number; i < end; i++)
      if (this.#pairs.verdicts[this.#numbers[i] as number] !== VERDICT.different) return true;
    return false;
  }

  verdict(a: number, b: number): number {
    const end = this.#starts[a + 1] as number;
    let found: number = VERDICT.unknown;
    for (let i = this.#starts[a] as number; i < end; i++)
      if (this.#others[i] === b) found = this.#pairs.verdicts[this.#numbers[i] as number] as number;
    return found === VERDICT.unknown ? (this.#later.get(this.#key(a, b)) ?? VERDICT.unknown) : found;
  }

  /** Keeps what was found of two later. */
  put(a: number, b: number, verdict: Verdict): void {
    this.#later.set(this.#key(a, b), verdict);
  }

  /** All pairs, with those that were found later. */
  pairs(): Pairs {
    if (this.#later.size === 0) return this.#pairs;
    const pictures = this.#starts.length - 2;
    const all = new PairCollector(pictures);
    const { first, second, verdicts } = this.#pairs;
    for (let i = 0; i < first.length; i++) all.add(first[i] as number, second[i] as number, verdicts[i]);
    for (const [key, verdict] of this.#later) all.add(Math.floor(key / pictures), key % pictures, verdict);
    return all.pairs();
  }

  #key(a: number, b: number): number {
    return Math.min(a, b) * (this.#starts.length - 2) + Math.max(a, b);
  }
}
