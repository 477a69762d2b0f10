import { REAL_CLOCK, type Clock } from '../devices/clock.ts';
import type { TrainDevice } from '../devices/device.ts';
import { startWorker, type RunningWorker } from '../devices/worker-host.ts';
import type { HeadTask, ProjectTask, StepDone, TrainedHead, TrainingAnswer, TrainingRequest } from './head.ts';

/** The device is gone, not the task at fault: another may do it. */
export class DeviceLostError extends Error {}

export interface TrainOptions {
  /** After each step. */
  readonly onStep?: ((done: StepDone) => void) | undefined;
  /** Ends the training before its next step. */
  readonly signal?: AbortSignal | undefined;
}

interface Pending {
  readonly resolve: (answer: TrainingAnswer) => void;
  readonly reject: (error: Error) => void;
  readonly onStep: ((done: StepDone) => void) | undefined;
}

/** A step, or the start of a backend, may take this long; then the device hangs. Compiling a GPU's programs takes seconds. */
const LIMIT_MS = 120_000;

/** Trains and projects on one device, in a worker of its own: a thread for WebAssembly, a process for what has drivers. */
export class Trainer {
  readonly device: TrainDevice;
  readonly #worker: RunningWorker;
  readonly #clock: Clock;
  readonly #pending = new Map<number, Pending>();
  readonly #ready: Promise<void>;
  #endReady!: { resolve: () => void; reject: (error: Error) => void };
  #nextId = 0;
  #lost: DeviceLostError | null = null;
  #stopLimit: (() => void) | null = null;

  private constructor(device: TrainDevice, clock: Clock, url: URL) {
    this.device = device;
    this.#clock = clock;
    this.#ready = new Promise((resolve, reject) => (this.#endReady = { resolve, reject }));
    const isolation = device.kind === 'wasm' ? 'thread' : 'process';
    this.#worker = startWorker(
      { url, data: { device }, isolation, env: device.env },
      {
        message: (message) => this.#receive(message as TrainingAnswer),
        ended: (reason) => this.#end(reason),
      },
    );
    this.#restartLimit();
  }

  /** @throws DeviceLostError where the backend cannot be had */
  static async start(device: TrainDevice, clock = REAL_CLOCK, url = workerUrl()): Promise<Trainer> {
    const trainer = new Trainer(device, clock, url);
    await trainer.#ready;
    return trainer;
  }

  /** @throws DeviceLostError; Error with the task's fault; the reason of the signal */
  async train(task: HeadTask, { onStep, signal }: TrainOptions = {}): Promise<TrainedHead> {
    signal?.throwIfAborted();
    const id = this.#nextId++;
    const cancel = (): void => this.#post({ type: 'cancel', id });
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const answer = await this.#ask({ type: 'train', id, task }, onStep);
      signal?.throwIfAborted();
      if (answer.type !== 'trained') throw new Error(`the training worker answered ${answer.type}`);
      return answer.head;
    } catch (error) {
      // What the worker makes of the signal is not the caller's reason.
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Many rows through one matrix. @returns n × `dimensions` @throws DeviceLostError */
  async projectRows(task: ProjectTask): Promise<Float32Array> {
    const answer = await this.#ask({ type: 'project', id: this.#nextId++, task });
    if (answer.type !== 'projected') throw new Error(`the training worker answered ${answer.type}`);
    return answer.rows;
  }

  /** Ends the worker at once; what it does is lost. */
  close(): void {
    this.#end('it was closed');
    this.#worker.kill();
  }

  #ask(
    request: Extract<TrainingRequest, { id: number; task: unknown }>,
    onStep?: Pending['onStep'],
  ): Promise<TrainingAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== null) {
        reject(this.#lost);
        return;
      }
      this.#pending.set(request.id, { resolve, reject, onStep });
      this.#worker.keepAlive(true);
      this.#post(request);
      this.#restartLimit();
    });
  }

  #post(request: TrainingRequest): void {
    if (this.#lost === null) this.#worker.post(request);
  }

  #receive(answer: TrainingAnswer): void {
    if (this.#lost !== null) return;
    this.#restartLimit();
    if (answer.type === 'ready') {
      this.#endReady.resolve();
    } else {
      const pending = this.#pending.get(answer.id);
      if (answer.type === 'step') {
        pending?.onStep?.(answer.done);
        return;
      }
      this.#pending.delete(answer.id);
      if (answer.type === 'failure') pending?.reject(new Error(answer.reason));
      else pending?.resolve(answer);
    }
    if (this.#pending.size > 0) return;
    this.#stopLimit?.();
    // An idle worker keeps no process alive.
    this.#worker.keepAlive(false);
  }

  #restartLimit(): void {
    this.#stopLimit?.();
    this.#stopLimit = this.#clock.after(LIMIT_MS, () => {
      this.#end(`it did not answer in ${LIMIT_MS / 1000} s`);
      this.#worker.kill();
    });
  }

  #end(reason: string): void {
    if (this.#lost !== null) return;
    this.#stopLimit?.();
    this.#lost = new DeviceLostError(`${this.device.name}: ${reason}`);
    this.#endReady.reject(this.#lost);
    for (const { reject } of this.#pending.values()) reject(this.#lost);
    this.#pending.clear();
  }
}

function workerUrl(): URL {
  const file = import.meta.url.endsWith('.ts') ? './training-worker.ts' : './training-worker.js';
  return new URL(file, import.meta.url);
}
