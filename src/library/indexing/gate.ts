/** Lets a bounded number of pictures into the pipeline at once, and none while it is shut: how pause and memory are kept. */
export class Gate {
  readonly #places: () => number;
  readonly #queue: (() => void)[] = [];
  #inside = 0;
  #open = true;

  /** @param places asked each time where it changes */
  constructor(places: number | (() => number)) {
    this.#places = typeof places === 'number' ? () => places : places;
  }

  /** Resolves when there is a place and the gate is open; rejects with the signal's reason. */
  async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#open && this.#inside < this.#places()) {
      this.#inside++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const admit = (): void => {
        signal.removeEventListener('abort', abandon);
        this.#inside++;
        resolve();
      };
      const abandon = (): void => {
        this.#queue.splice(this.#queue.indexOf(admit), 1);
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      this.#queue.push(admit);
      signal.addEventListener('abort', abandon, { once: true });
    });
  }

  /** Resolves when the gate is open, without taking a place for longer; rejects as {@link enter}. */
  async pass(signal: AbortSignal): Promise<void> {
    await this.enter(signal);
    this.leave();
  }

  leave(): void {
    this.#inside--;
    this.#admit();
  }

  shut(): void {
    this.#open = false;
  }

  reopen(): void {
    this.#open = true;
    this.#admit();
  }

  #admit(): void {
    while (this.#open && this.#inside < this.#places()) {
      const next = this.#queue.shift();
      if (!next) return;
      next();
    }
  }
}
