/** What threads that compare tell of themselves and are told, in memory that they share with who asked for it. */
export class ComparisonControl {
  readonly shared: Int32Array;

  constructor(shared: Int32Array = new Int32Array(new SharedArrayBuffer(4 * WORDS))) {
    this.shared = shared;
  }

  /** Pictures that are looked at, and how many more pairs of them are to be compared. */
  begin(pictures: number, pairs: number): void {
    Atomics.store(this.shared, PICTURES, pictures);
    Atomics.add(this.shared, PAIRS, pairs);
  }

  compared(pairs: number): void {
    Atomics.add(this.shared, COMPARED, pairs);
  }

  /** Asks threads to end when they next look; what they have found stays. */
  stop(): void {
    Atomics.store(this.shared, STOPPED, 1);
  }

  get isStopped(): boolean {
    return Atomics.load(this.shared, STOPPED) !== 0;
  }

  /** In pictures: the share of their pairs that is compared. */
  get progress(): { readonly done: number; readonly total: number } {
    const [pictures, pairs] = [Atomics.load(this.shared, PICTURES), Atomics.load(this.shared, PAIRS)];
    const compared = Math.min(pairs, Atomics.load(this.shared, COMPARED));
    return { done: pairs === 0 ? 0 : Math.floor((pictures * compared) / pairs), total: pictures };
  }
}

const [PICTURES, PAIRS, COMPARED, STOPPED] = [0, 1, 2, 3];
const WORDS = 4;
