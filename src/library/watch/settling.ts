/** A file that has not changed for so long is complete: longer than a copying program pauses, and half of the two seconds till it is shown. */
const STILL_MS = 500;
/**
 * What is complete is told with what is not yet, so that the two ends of a move come together: few changes wait for each other so long,
 * and a burst so long, so that it becomes one job.
 */
const FEW_MS = 300;
const BURST = 50;
const BURST_MS = 10_000;

/** How a file looked, null where there is none. */
export type Look = { readonly size: number; readonly mtimeMs: number } | null;

interface Unsettled {
  look: Look | undefined;
  /** When it last changed, or was last seen to differ. */
  since: number;
}

/**
 * Which changed files are complete. Pure: the clock and the looks at files come from outside. Times are in milliseconds of one clock.
 */
export class Settling<Key> {
  readonly #unsettled = new Map<Key, Unsettled>();
  readonly #settled = new Map<Key, number>();

  /** Something was told of a file. */
  note(key: Key, now: number): void {
    this.#settled.delete(key);
    this.#unsettled.set(key, { look: undefined, since: now });
  }

  get empty(): boolean {
    return this.#unsettled.size === 0 && this.#settled.size === 0;
  }

  /** Files to look at as soon as may be, for how they are when they were last told of. */
  unseen(): Key[] {
    return [...this.#unsettled].filter(([, { look }]) => look === undefined).map(([key]) => key);
  }

  /** Files to look at now: nothing was told of them for a while. */
  due(now: number): Key[] {
    return [...this.#unsettled]
      .filter(([, { look, since }]) => look !== undefined && now - since >= STILL_MS)
      .map(([key]) => key);
  }

  /** What a look at an {@link unseen} or {@link due} file saw. A file that grew without a word of it is waited for again. */
  looked(key: Key, look: Look, now: number): void {
    const known = this.#unsettled.get(key);
    if (!known) return;
    if (known.look === undefined) {
      known.look = look;
      return;
    }
    if (now - known.since < STILL_MS) return;
    if (isSame(known.look, look)) {
      this.#unsettled.delete(key);
      this.#settled.set(key, now);
    } else {
      known.look = look;
      known.since = now;
    }
  }

  /** Takes what is to be told now; empty while more is to come. */
  take(now: number): Key[] {
    if (this.#settled.size === 0) return [];
    const patience = this.#settled.size + this.#unsettled.size > BURST ? BURST_MS : FEW_MS;
    const [oldest = now] = this.#settled.values();
    if (this.#unsettled.size > 0 && now - oldest < patience) return [];
    const keys = [...this.#settled.keys()];
    this.#settled.clear();
    return keys;
  }
}

function isSame(a: Look, b: Look): boolean {
  return a?.size === b?.size && a?.mtimeMs === b?.mtimeMs;
}
