import { REAL_CLOCK, type Clock } from '../devices/clock.ts';
import type { TrainDevice } from '../devices/device.ts';
import { AskedWorker } from './asked-worker.ts';
import type { HeadTask, ProjectTask, StepDone, TrainedHead, TrainingRequest, TrainingResult } from './head.ts';
import { workerUrl } from '../worker-url.ts';

export interface TrainOptions {
  /** After each step. */
  readonly onStep?: ((done: StepDone) => void) | undefined;
  /** Ends the training before its next step. */
  readonly signal?: AbortSignal | undefined;
}

/** A step, or the start of a backend, may take this long; then the device hangs. Compiling a GPU's programs takes seconds. */
const LIMIT_MS = 120_000;

/** Trains and projects on one device, in a worker of its own: a thread for WebAssembly, a process for what has drivers. */
export class Trainer {
  readonly device: TrainDevice;
  readonly #worker: AskedWorker<TrainingRequest, TrainingResult>;

  private constructor(device: TrainDevice, clock: Clock, url: URL) {
    this.device = device;
    const isolation = device.kind === 'wasm' ? 'thread' : 'process';
    this.#worker = new AskedWorker({ device, url, isolation, limit: LIMIT_MS, clock });
  }

  /** @throws DeviceLostError where the backend cannot be had */
  static async start(
    device: TrainDevice,
    clock = REAL_CLOCK,
    url = workerUrl('./training-worker', import.meta.url),
  ): Promise<Trainer> {
    const trainer = new Trainer(device, clock, url);
    await trainer.#worker.ready;
    return trainer;
  }

  /** @throws DeviceLostError; Error with the task's fault; the reason of the signal */
  async train(task: HeadTask, { onStep, signal }: TrainOptions = {}): Promise<TrainedHead> {
    signal?.throwIfAborted();
    const id = this.#worker.newId();
    const cancel = (): void => this.#worker.tell({ type: 'cancel', id });
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const answer = await this.#worker.ask({ type: 'train', id, task }, onStep);
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
    const answer = await this.#worker.ask({ type: 'project', id: this.#worker.newId(), task });
    if (answer.type !== 'projected') throw new Error(`the training worker answered ${answer.type}`);
    return answer.rows;
  }

  /** Ends the worker at once; what it does is lost. */
  close(): void {
    this.#worker.close();
  }
}
