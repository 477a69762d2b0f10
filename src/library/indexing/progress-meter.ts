/** Rate is taken over this time: long enough to be steady, short enough to follow a change from small files to large. */
const WINDOW_MS = 10_000;

/** Too few pictures or too short a time give a number that is worse than none. */
const MIN_DONE = 8;
const MIN_MS = 1_000;

/**
 * What is done so soon after the first picture was under way before it, and what came before the first was the scan, and the filling of the
 * pipeline: none of it tells how fast the rest will be.
 */
const FIRST_MS = 500;

interface Sample {
  readonly at: number;
  readonly done: number;
}

/**
 * Rate and time left of a run, from when pictures were done. Time at pause does not count. Pure but for the clock, which is
 * given: milliseconds from any origin.
 */
export class ProgressMeter {
  readonly #now: () => number;
  readonly #samples: Sample[];
  #done = 0;
  #activeMs = 0;
  #since: number | null;
  #firstAt: number | null = null;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#since = now();
    this.#samples = [];
  }

  /** Milliseconds since the start, pauses left out. */
  get activeMs(): number {
    return this.#activeMs + (this.#since === null ? 0 : this.#now() - this.#since);
  }

  /** Counts pictures that needed work; unchanged ones would make the rate a fairy tale. */
  add(count: number): void {
    this.#done += count;
    const at = this.activeMs;
    this.#firstAt ??= at;
    if (at - this.#firstAt <= FIRST_MS) this.#samples.length = 0;
    this.#samples.push({ at, done: this.#done });
    // one sample older than the window stays, so that the window is always full
    while (this.#samples.length > 2 && (this.#samples[1]?.at ?? at) <= at - WINDOW_MS) this.#samples.shift();
  }

  pause(): void {
    this.#activeMs = this.activeMs;
    this.#since = null;
  }

  resume(): void {
    this.#since ??= this.#now();
  }

  /** Pictures a second over the last 10 s; 0 before there is enough to tell. */
  rate(): number {
    const first = this.#samples[0];
    if (!first) return 0;
    const elapsed = this.activeMs - first.at;
    const done = this.#done - first.done;
    return elapsed < MIN_MS || done < MIN_DONE ? 0 : (1000 * done) / elapsed;
  }

  /** Seconds for `remaining` pictures at the present rate, or null where it cannot be told yet. */
  secondsLeft(remaining: number): number | null {
    const rate = this.rate();
    return remaining === 0 ? 0 : rate > 0 ? remaining / rate : null;
  }
}
