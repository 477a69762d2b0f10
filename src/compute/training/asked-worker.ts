import { REAL_CLOCK, type Clock } from '../devices/clock.ts';
import type { TrainDevice } from '../devices/device.ts';
import { startWorker, type RunningWorker, type WorkerSource } from '../devices/worker-host.ts';
import type { StepDone } from './head.ts';

/** The device is gone, not the task at fault: another may do it. */
export class DeviceLostError extends Error {}

/** What every training worker says beside its results: `ready` once, `step`s of a training, and what went wrong with a request. */
export type WorkerAnswer =
  | { readonly type: 'ready' }
  | { readonly type: 'step'; readonly id: number; readonly done: StepDone }
  | { readonly type: 'failure'; readonly id: number; readonly reason: string };

export interface AskedWorkerOptions {
  readonly device: TrainDevice;
  readonly url: URL;
  readonly isolation: WorkerSource['isolation'];
  /** Longest time between two answers while something is asked, milliseconds; then it hangs, and is ended. */
  readonly limit: number;
  readonly clock?: Clock | undefined;
}

interface Pending<Result> {
  readonly resolve: (answer: Result) => void;
  readonly reject: (error: Error) => void;
  readonly onStep: ((done: StepDone) => void) | undefined;
}

/** A worker that trains on one device: it is asked, answers each request once, and is lost with all that was asked when it ends. */
export class AskedWorker<Request extends object, Result extends { readonly type: string; readonly id: number }> {
  /** Resolves when the backend is there. @throws DeviceLostError where it cannot be had */
  readonly ready: Promise<void>;
  readonly #options: AskedWorkerOptions;
  readonly #worker: RunningWorker;
  readonly #pending = new Map<number, Pending<Result>>();
  #endReady!: { resolve: () => void; reject: (error: Error) => void };
  #isReady = false;
  #nextId = 0;
  #lost: DeviceLostError | null = null;
  #stopLimit: (() => void) | null = null;
  #held = false;

  constructor(options: AskedWorkerOptions) {
    const { device, url, isolation } = options;
    this.#options = options;
    this.ready = new Promise((resolve, reject) => (this.#endReady = { resolve, reject }));
    // told to whoever waits for it; nobody need
    this.ready.catch(() => undefined);
    this.#worker = startWorker(
      { url, data: { device }, isolation, env: device.env },
      {
        message: (message) => this.#receive(message as WorkerAnswer | Result),
        ended: (reason) => this.#end(reason),
      },
    );
    this.#restartLimit();
  }

  /** For a request: answers carry it. */
  newId(): number {
    return this.#nextId++;
  }

  /** @throws DeviceLostError; Error with what the worker found wrong with the request */
  ask(request: Request & { readonly id: number }, onStep?: (done: StepDone) => void): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== null) {
        reject(this.#lost);
        return;
      }
      this.#pending.set(request.id, { resolve, reject, onStep });
      this.#worker.keepAlive(true);
      this.#worker.post(request);
      this.#restartLimit();
    });
  }

  /** Says something that is not answered; nothing where the worker is gone. */
  tell(request: Request): void {
    if (this.#lost === null) this.#worker.post(request);
  }

  /** Whether it was told to wait: no answer is due then. */
  setHeld(held: boolean): void {
    this.#held = held;
    if (this.#lost === null) this.#restartLimit();
  }

  /** Ends the worker at once; what it does is lost. */
  close(): void {
    this.#end('it was closed');
    this.#worker.kill();
  }

  #receive(answer: WorkerAnswer | Result): void {
    if (this.#lost !== null) return;
    if (isWorkerAnswer(answer)) this.#receiveStep(answer);
    else this.#take(answer.id)?.resolve(answer);
    this.#restartLimit();
    // An idle worker keeps no process alive.
    if (this.#pending.size === 0) this.#worker.keepAlive(false);
  }

  #receiveStep(answer: WorkerAnswer): void {
    if (answer.type === 'ready') {
      this.#isReady = true;
      this.#endReady.resolve();
    } else if (answer.type === 'step') {
      this.#pending.get(answer.id)?.onStep?.(answer.done);
    } else {
      this.#take(answer.id)?.reject(new Error(answer.reason));
    }
  }

  #take(id: number): Pending<Result> | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #restartLimit(): void {
    this.#stopLimit?.();
    this.#stopLimit = null;
    const isAsked = !this.#isReady || this.#pending.size > 0;
    if (this.#held || !isAsked) return;
    const { limit, clock = REAL_CLOCK } = this.#options;
    this.#stopLimit = clock.after(limit, () => {
      this.#end(`it did not answer in ${limit / 1000} s`);
      this.#worker.kill();
    });
  }

  #end(reason: string): void {
    if (this.#lost !== null) return;
    this.#stopLimit?.();
    this.#lost = new DeviceLostError(`${this.#options.device.name}: ${reason}`);
    this.#endReady.reject(this.#lost);
    for (const { reject } of this.#pending.values()) reject(this.#lost);
    this.#pending.clear();
  }
}

function isWorkerAnswer(answer: { readonly type: string }): answer is WorkerAnswer {
  return answer.type === 'ready' || answer.type === 'step' || answer.type === 'failure';
}
