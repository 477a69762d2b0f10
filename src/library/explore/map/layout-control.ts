import { ServiceError } from '../../../contract/errors.ts';
import type { HowFar, TaskControl } from '../../jobs/jobs.ts';

const THOUSANDTHS = 1000;

/** How fast it goes is told from when so much of it is done: before, it prepares. */
const TELLING = 50;

/** How far a layout is, by what its thread tells, and the wish that it ends. */
export class LayoutControl implements TaskControl {
  /** Thousandths that are done, over shared memory. */
  readonly done = new Int32Array(new SharedArrayBuffer(4));
  readonly paused = false;
  readonly isListedLate = true;
  readonly #cancelled = new AbortController();
  readonly #began = performance.now();
  readonly #pictures: number;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(pictures: number) {
    this.#pictures = pictures;
  }

  get signal(): AbortSignal {
    return this.#cancelled.signal;
  }

  get ending(): boolean {
    return this.#cancelled.signal.aborted;
  }

  readonly howFar: HowFar = () => {
    const total = this.#pictures;
    const thousandths = Atomics.load(this.done, 0);
    const done = Math.floor((thousandths / THOUSANDTHS) * total);
    if (thousandths < TELLING) return { done, total };
    const seconds = (performance.now() - this.#began) / 1000;
    return { done, total, rate: done / seconds, secondsLeft: (seconds * (THOUSANDTHS - thousandths)) / thousandths };
  };

  /** @param ended rejects where it failed, which whoever waits for it is told */
  endsWith<Result>(ended: Promise<Result>): Promise<Result> {
    this.#ended = ended.catch(() => undefined);
    return ended;
  }

  async cancel(): Promise<void> {
    this.#cancelled.abort(new ServiceError('MAP_CANCELLED', ''));
    await this.#ended;
  }
}
