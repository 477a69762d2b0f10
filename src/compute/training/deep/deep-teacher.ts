import type { TrainDevice } from '../../devices/device.ts';
import { samplePictures } from '../../devices/sample-pictures.ts';
import { AskedWorker } from '../asked-worker.ts';
import type { StepDone } from '../head.ts';
import type { DeepAnswer, DeepEstimate, DeepPictures, DeepRequest, DeepResult, DeepTask } from './deep-task.ts';
import { workerUrl } from '../../worker-url.ts';

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

/** The worker, asked one thing at a time. */
class DeepTeacher {
  readonly #worker: AskedWorker<DeepRequest, DeepAnswer>;

  constructor(device: TrainDevice) {
    // a process: a thread that is ended while WebAssembly compiles in it can take the whole service with it
    this.#worker = new AskedWorker({
      device,
      url: workerUrl('./deep-worker', import.meta.url),
      isolation: 'process',
      limit: LIMIT_MS,
    });
  }

  /** @throws DeviceLostError where the backend cannot be had */
  get ready(): Promise<void> {
    return this.#worker.ready;
  }

  async begin(task: DeepTask): Promise<void> {
    await this.#worker.ask({ type: 'begin', id: this.#worker.newId(), task });
  }

  async add(pictures: DeepPictures): Promise<void> {
    await this.#worker.ask({ type: 'add', id: this.#worker.newId(), pictures });
  }

  async estimate(): Promise<DeepEstimate> {
    const answer = await this.#worker.ask({ type: 'estimate', id: this.#worker.newId() });
    if (answer.type !== 'estimated') throw new Error(`the deep worker answered ${answer.type}`);
    return answer.estimate;
  }

  async train(onStep: DeepTeachOptions['onStep']): Promise<DeepResult> {
    const answer = await this.#worker.ask({ type: 'train', id: this.#worker.newId() }, onStep);
    if (answer.type !== 'taught') throw new Error(`the deep worker answered ${answer.type}`);
    return answer.result;
  }

  setPaused(paused: boolean): void {
    this.#worker.tell({ type: 'pause', paused });
    this.#worker.setHeld(paused);
  }

  /** Ends the worker at once; what it does is lost. */
  close(): void {
    this.#worker.close();
  }
}
