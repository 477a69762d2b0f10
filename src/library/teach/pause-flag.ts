const RUNNING = 0;
const PAUSED = 1;

/** Holds a worker in the middle of its computation, wherever it looks at the flag: memory that two threads share. */
export class PauseFlag {
  readonly buffer: SharedArrayBuffer;
  readonly #flag: Int32Array;

  constructor(buffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#flag = new Int32Array(buffer);
  }

  set(paused: boolean): void {
    Atomics.store(this.#flag, 0, paused ? PAUSED : RUNNING);
    Atomics.notify(this.#flag, 0);
  }

  /** For the worker: returns when it may go on. Nothing else of its thread runs meanwhile. */
  waitWhilePaused(): void {
    while (Atomics.load(this.#flag, 0) === PAUSED) Atomics.wait(this.#flag, 0, PAUSED);
  }
}
