const FIRST_DELAY_MS = 250;
const MOST_DEATHS = 5;
const WINDOW_MS = 60_000;

/** When to start a service again that has died: later each time, and no more after five deaths within a minute. */
export class RestartPolicy {
  #deaths: number[] = [];

  /** Milliseconds to wait before the next start, or null to give up. `now` in milliseconds. */
  died(now: number): number | null {
    this.#deaths = [...this.#deaths.filter((time) => now - time < WINDOW_MS), now];
    if (this.#deaths.length >= MOST_DEATHS) return null;
    return FIRST_DELAY_MS * 2 ** (this.#deaths.length - 1);
  }

  reset(): void {
    this.#deaths = [];
  }
}
