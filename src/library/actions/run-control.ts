import type { TaskControl } from '../jobs/jobs.ts';

/** How far a plan is, and what a person wants of it while it goes on. */
export class RunControl implements TaskControl {
  readonly #total: number;
  readonly #onCancel: () => void;
  #done: number;
  #cancelled = false;
  #closing = false;
  #pause: PromiseWithResolvers<null> | null = null;
  #ended: Promise<unknown> = Promise.resolve();

  /** @param total files, of which so many are done */
  constructor(total: number, done: number, onCancel: () => void) {
    this.#total = total;
    this.#onCancel = onCancel;
    this.#done = done;
  }

  get progress(): { done: number; total: number } {
    return { done: this.#done, total: this.#total };
  }

  get isPaused(): boolean {
    return this.#pause !== null;
  }

  get isCancelled(): boolean {
    return this.#cancelled;
  }

  /** The library is being closed: what is left is done at the next start. */
  get isClosing(): boolean {
    return this.#closing;
  }

  get goesOn(): boolean {
    return !this.#cancelled && !this.#closing && this.#pause === null;
  }

  // as a job shows it
  get paused(): boolean {
    return this.isPaused;
  }

  get ending(): boolean {
    return this.#cancelled || this.#closing;
  }

  /** @param ended rejects where it failed, which whoever waits for it is told */
  endsWith(ended: Promise<unknown>): Promise<unknown> {
    this.#ended = ended.catch(() => undefined);
    return this.#ended;
  }

  advance(files: number): void {
    this.#done += files;
  }

  async whileUnpaused(): Promise<void> {
    await this.#pause?.promise;
  }

  pause(): void {
    if (!this.ending) this.#pause ??= Promise.withResolvers<null>();
  }

  resume(): void {
    this.#pause?.resolve(null);
    this.#pause = null;
  }

  async cancel(): Promise<void> {
    this.#cancelled = true;
    this.resume();
    this.#onCancel();
    await this.#ended;
  }

  close(): void {
    this.#closing = true;
    this.resume();
  }
}
