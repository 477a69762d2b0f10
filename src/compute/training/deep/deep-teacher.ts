import { REAL_CLOCK, type Clock } from '../../devices/clock.ts';
import type { TrainDevice } from '../../devices/device.ts';
import { samplePictures } from '../../devices/sample-pictures.ts';
import { startWorker, type RunningWorker } from '../../devices/worker-host.ts';
import type { StepDone } from '../head.ts';
import { DeviceLostError } from '../trainer.ts';
import type { DeepAnswer, DeepEstimate, DeepPictures, DeepRequest, DeepResult, DeepTask } from './deep-task.ts';

/** A step may take this long, or the start of a backend: a software GPU needs half a minute for a batch. */
const LIMIT_MS = 600_000;

export interface DeepTeachOptions {
  readonly device: TrainDevice;
  /** Ends the worker at once. */
  readonly signal?: AbortSignal | undefined;
  /** After each step. */
  readonly onStep?: ((done: StepDone) => void) | undefined;
  /** After each part of the pictures was prepared: how many so far. */
  readonly onPrepared?: ((pictures: number) => void) | undefined;
  /** Called with what holds the training before its next step, and lets it go on. */
  readonly onPausable?: ((setPaused: (paused: boolean) => void) => void) | undefined;
}

/**
 * Trains the last blocks of the built-in encoder together with a head, in a worker of its own. `DeepTask` has the settings.
 *
 * @param pictures in parts, so that not all need be in memory: what is kept of a view is some 12 KB with one block trained
 * @throws DeviceLostError where the backend cannot be had or is lost; Error with the task's fault; the reason of the signal
 */
export async function deepTeach(
  task: DeepTask,
  pictures: AsyncIterable<DeepPictures> | Iterable<DeepPictures>,
  { device, signal, onStep, onPrepared, onPausable }: DeepTeachOptions,
): Promise<DeepResult> {
  return withTeacher(device, signal, async (teacher) => {
    onPausable?.((paused) => teacher.setPaused(paused));
    await teacher.begin(task);
    let prepared = 0;
    for await (const some of pictures) {
      await teacher.add(some);
      onPrepared?.((prepared += some.labels.length));
    }
    return await teacher.train(onStep);
  });
}

/**
 * How long a deep teaching takes on a device, measured: some steps of full batches on made pictures, of which nothing is kept.
 *
 * @throws as {@link deepTeach}
 */
export async function measureDeepTeach(
  task: DeepTask,
  { device, signal }: Pick<DeepTeachOptions, 'device' | 'signal'>,
): Promise<DeepEstimate> {
  const { side } = task;
  const classes = Math.max(2, task.classesPerBatch);
  return withTeacher(device, signal, async (teacher) => {
    await teacher.begin(task);
    const labels = Int32Array.from({ length: classes }, (_, i) => i);
    await teacher.add({ pixels: samplePictures(classes, side, side), labels, heldOut: new Uint8Array(classes) });
    return await teacher.estimate();
  });
}

async function withTeacher<Result>(
  device: TrainDevice,
  signal: AbortSignal | undefined,
  work: (teacher: DeepTeacher) => Promise<Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  const teacher = new DeepTeacher(device);
  const stop = (): void => teacher.close();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await teacher.ready;
    return await work(teacher);
  } catch (error) {
    // That the worker is gone is not the caller's reason.
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    teacher.close();
  }
}

interface Pending {
  readonly resolve: (answer: DeepAnswer) => void;
  readonly reject: (error: Error) => void;
  readonly onStep: ((done: StepDone) => void) | undefined;
}

/** The worker, asked one thing at a time. */
class DeepTeacher {
  readonly ready: Promise<void>;
  readonly #device: TrainDevice;
  readonly #worker: RunningWorker;
  readonly #clock: Clock = REAL_CLOCK;
  readonly #pending = new Map<number, Pending>();
  #endReady!: { resolve: () => void; reject: (error: Error) => void };
  #nextId = 0;
  #lost: DeviceLostError | null = null;
  #stopLimit: (() => void) | null = null;
  #paused = false;

  constructor(device: TrainDevice) {
    this.#device = device;
    this.ready = new Promise((resolve, reject) => (this.#endReady = { resolve, reject }));
    // told to whoever waits for it; nobody need
    this.ready.catch(() => undefined);
    this.#worker = startWorker(
      {
        url: workerUrl(),
        data: { device },
        // a thread that is ended while WebAssembly compiles in it can take the whole process with it
        isolation: 'process',
        env: device.env,
      },
      { message: (message) => this.#receive(message as DeepAnswer), ended: (reason) => this.#end(reason) },
    );
    this.#restartLimit();
  }

  async begin(task: DeepTask): Promise<void> {
    await this.#ask({ type: 'begin', id: this.#nextId++, task });
  }

  async add(pictures: DeepPictures): Promise<void> {
    await this.#ask({ type: 'add', id: this.#nextId++, pictures });
  }

  async estimate(): Promise<DeepEstimate> {
    const answer = await this.#ask({ type: 'estimate', id: this.#nextId++ });
    if (answer.type !== 'estimated') throw new Error(`the deep worker answered ${answer.type}`);
    return answer.estimate;
  }

  async train(onStep: Pending['onStep']): Promise<DeepResult> {
    const answer = await this.#ask({ type: 'train', id: this.#nextId++ }, onStep);
    if (answer.type !== 'taught') throw new Error(`the deep worker answered ${answer.type}`);
    return answer.result;
  }

  setPaused(paused: boolean): void {
    if (this.#lost !== null) return;
    this.#paused = paused;
    this.#worker.post({ type: 'pause', paused } satisfies DeepRequest);
    this.#restartLimit();
  }

  /** Ends the worker at once; what it does is lost. */
  close(): void {
    this.#end('it was closed');
    this.#worker.kill();
  }

  #ask(request: Extract<DeepRequest, { id: number }>, onStep?: Pending['onStep']): Promise<DeepAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== null) {
        reject(this.#lost);
        return;
      }
      this.#pending.set(request.id, { resolve, reject, onStep });
      this.#worker.post(request);
      this.#restartLimit();
    });
  }

  #receive(answer: DeepAnswer): void {
    if (this.#lost !== null) return;
    this.#restartLimit();
    if (answer.type === 'ready') {
      this.#endReady.resolve();
      return;
    }
    const pending = this.#pending.get(answer.id);
    if (answer.type === 'step') {
      pending?.onStep?.(answer.done);
      return;
    }
    this.#pending.delete(answer.id);
    if (answer.type === 'failure') pending?.reject(new Error(answer.reason));
    else pending?.resolve(answer);
  }

  #restartLimit(): void {
    this.#stopLimit?.();
    if (this.#paused) return;
    this.#stopLimit = this.#clock.after(LIMIT_MS, () => {
      this.#end(`it did not answer in ${LIMIT_MS / 1000} s`);
      this.#worker.kill();
    });
  }

  #end(reason: string): void {
    if (this.#lost !== null) return;
    this.#stopLimit?.();
    this.#lost = new DeviceLostError(`${this.#device.name}: ${reason}`);
    this.#endReady.reject(this.#lost);
    for (const { reject } of this.#pending.values()) reject(this.#lost);
    this.#pending.clear();
  }
}

function workerUrl(): URL {
  const file = import.meta.url.endsWith('.ts') ? './deep-worker.ts' : './deep-worker.js';
  return new URL(file, import.meta.url);
}
