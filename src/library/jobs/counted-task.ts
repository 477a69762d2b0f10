import { setImmediate as letOthersRun } from 'node:timers/promises';
import { ServiceError } from '../../contract/errors.ts';
import { Gate } from '../indexing/gate.ts';
import { ProgressMeter } from '../indexing/progress-meter.ts';
import type { HowFar, TaskControl } from './jobs.ts';

/** Work that goes on step by step: how far it is, how fast, and the wish that it ends. */
export class CountedTask implements TaskControl {
  readonly isListedLate = true;
  protected readonly gate = new Gate(Infinity);
  protected readonly meter = new ProgressMeter();
  readonly #cancelled = new AbortController();
  #done = 0;
  #total = 0;
  #ended: Promise<unknown> = Promise.resolve();

  get paused(): boolean {
    return false;
  }

  get ending(): boolean {
    return this.#cancelled.signal.aborted;
  }

  /** Aborts with ServiceError JOB_CANCELLED. */
  get signal(): AbortSignal {
    return this.#cancelled.signal;
  }

  /** So many steps more are to be done than was known. */
  expect(steps: number): void {
    this.#total += steps;
  }

  /** So many steps are done. Others run before the next one. @throws ServiceError JOB_CANCELLED */
  async step(done = 1): Promise<void> {
    this.#done += done;
    this.meter.add(done);
    await letOthersRun();
    await this.gate.pass(this.signal);
  }

  readonly howFar: HowFar = () => {
    const [done, total] = [Math.min(this.#done, this.#total), this.#total];
    return {
      done,
      total,
      rate: this.meter.rate(),
      secondsLeft: this.paused ? null : this.meter.secondsLeft(total - done),
    };
  };

  /** @param ended rejects where it failed, which whoever waits for it is told */
  endsWith<Result>(ended: Promise<Result>): Promise<Result> {
    this.#ended = ended.catch(() => undefined);
    return ended;
  }

  async cancel(): Promise<void> {
    this.#cancelled.abort(new ServiceError('JOB_CANCELLED', ''));
    await this.#ended;
  }
}

/** As a {@link CountedTask}, which can be paused before each step. */
export class PausableTask extends CountedTask {
  #paused = false;

  override get paused(): boolean {
    return this.#paused;
  }

  pause(): void {
    this.#paused = true;
    this.meter.pause();
    this.gate.shut();
  }

  resume(): void {
    this.#paused = false;
    this.meter.resume();
    this.gate.reopen();
  }
}
