import { Worker } from 'node:worker_threads';
import { ServiceError } from '../contract/errors.ts';

/** What a worker of the pool is sent. */
export interface PoolRequest<Input> {
  readonly id: number;
  readonly input: Input;
}

/** What it answers: first `ready`, once; then a result or the reason of a failure for each request. */
export type PoolAnswer<Output> =
  | { readonly type: 'ready' }
  | { readonly type: 'result'; readonly id: number; readonly output: Output }
  | { readonly type: 'failure'; readonly id: number; readonly reason: string };

/** A worker ends by itself after this, having released what it holds. */
export const CLOSE_WORKER = 'close';

export interface PoolOptions {
  readonly url: URL;
  readonly workerData: unknown;
  /** How many workers. */
  readonly threads: number;
}

interface Job<Input, Output> {
  readonly input: Input;
  readonly resolve: (output: Output) => void;
  readonly reject: (error: ServiceError) => void;
  /** How many workers died while they had this job. */
  crashes: number;
}

/** One running and one waiting at the worker: it goes on without waiting for this thread, and memory stays bounded. */
const JOBS_A_WORKER = 2;
/** A job, or a start, that has cost two workers is given up. */
const MAX_CRASHES = 2;

/**
 * Worker threads that all do the same. A job goes to the least busy worker; further ones wait here, first come, first
 * served. A worker that dies is replaced and its jobs are done again by another, once.
 */
export class WorkerPool<Input, Output> {
  readonly #options: PoolOptions;
  readonly #slots: Slot<Input, Output>[] = [];
  readonly #waiting: Job<Input, Output>[] = [];
  #closed = false;

  private constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Starts all workers. ENCODER_FAILED, with none left running, where one does not start. */
  static async start<Input, Output>(options: PoolOptions): Promise<WorkerPool<Input, Output>> {
    const pool = new WorkerPool<Input, Output>(options);
    try {
      const starting = Array.from({ length: options.threads }, async () => pool.#slots.push(await pool.#startSlot()));
      const failed = (await Promise.allSettled(starting)).find((outcome) => outcome.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      return pool;
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  /** Does one job. ENCODER_FAILED where the worker says so, dies twice over it, or the pool is closed. */
  run(input: Input): Promise<Output> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ input, resolve, reject, crashes: 0 });
      this.#dispatch();
    });
  }

  /** Gives up what is not done and ends the workers. Further jobs are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#dispatch();
    await Promise.all(this.#slots.splice(0).map((slot) => slot.close()));
  }

  #startSlot(): Promise<Slot<Input, Output>> {
    return Slot.start<Input, Output>(this.#options, {
      idle: () => this.#dispatch(),
      died: (slot, jobs, reason) => this.#replace(slot, jobs, reason),
    });
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      if (this.#closed || this.#slots.length === 0) {
        const reason = this.#closed ? 'it was closed' : 'no worker thread could be kept running';
        for (const job of this.#waiting.splice(0)) job.reject(new ServiceError('ENCODER_FAILED', reason));
        return;
      }
      const free = this.#slots.reduce((best, slot) => (slot.load < best.load ? slot : best));
      if (free.load >= JOBS_A_WORKER) return;
      const job = this.#waiting.shift();
      if (job !== undefined) free.take(job);
    }
  }

  #replace(dead: Slot<Input, Output>, jobs: readonly Job<Input, Output>[], reason: string): void {
    const again: Job<Input, Output>[] = [];
    // Only the first was running; those behind it are not to blame.
    for (const [index, job] of jobs.entries()) {
      if (index === 0) job.crashes++;
      if (job.crashes < MAX_CRASHES && !this.#closed) again.push(job);
      else job.reject(new ServiceError('ENCODER_FAILED', this.#closed ? 'it was closed' : reason));
    }
    this.#waiting.unshift(...again);
    const index = this.#slots.indexOf(dead);
    if (index < 0 || this.#closed) return;
    void this.#startSlot().then(
      async (slot) => {
        if (this.#closed) return slot.close();
        this.#slots[index] = slot;
        this.#dispatch();
      },
      () => {
        // It does not start again: the others do its work, and where there are none, `#dispatch` says so.
        this.#slots.splice(this.#slots.indexOf(dead), 1);
        this.#dispatch();
      },
    );
  }
}

interface SlotEvents<Input, Output> {
  readonly idle: () => void;
  readonly died: (slot: Slot<Input, Output>, jobs: readonly Job<Input, Output>[], reason: string) => void;
}

/** One worker thread and the jobs that it has, oldest first. */
class Slot<Input, Output> {
  readonly #worker: Worker;
  readonly #events: SlotEvents<Input, Output>;
  readonly #jobs = new Map<number, Job<Input, Output>>();
  readonly #ended: Promise<void>;
  #nextId = 0;
  #dead = false;
  #reason = '';

  private constructor(options: PoolOptions, events: SlotEvents<Input, Output>) {
    this.#events = events;
    this.#worker = new Worker(options.url, { workerData: options.workerData });
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#dead = true;
        resolve();
        const jobs = [...this.#jobs.values()];
        this.#jobs.clear();
        events.died(this, jobs, this.#reason === '' ? `a worker thread ended with code ${code}` : this.#reason);
      });
    });
    this.#worker.on('error', (error) => (this.#reason = error instanceof Error ? error.message : String(error)));
    this.#worker.on('message', (answer: PoolAnswer<Output>) => this.#receive(answer));
  }

  static async start<Input, Output>(
    options: PoolOptions,
    events: SlotEvents<Input, Output>,
  ): Promise<Slot<Input, Output>> {
    const slot = new Slot(options, events);
    const ready = new Promise<void>((resolve) => slot.#worker.once('message', () => resolve()));
    await Promise.race([ready, slot.#ended]);
    if (slot.#dead) throw new ServiceError('ENCODER_FAILED', slot.#reason);
    // An idle worker keeps no process alive.
    slot.#worker.unref();
    return slot;
  }

  /** Jobs that it has; a dead one takes none. */
  get load(): number {
    return this.#dead ? Number.POSITIVE_INFINITY : this.#jobs.size;
  }

  take(job: Job<Input, Output>): void {
    const id = this.#nextId++;
    this.#jobs.set(id, job);
    this.#worker.ref();
    // Copied, not transferred: the job may have to be done again. 150 kB a picture take 0.02 ms, encoding it 3.5 ms.
    this.#worker.postMessage({ id, input: job.input } satisfies PoolRequest<Input>);
  }

  async close(): Promise<void> {
    if (!this.#dead) {
      this.#worker.ref();
      this.#worker.postMessage(CLOSE_WORKER);
    }
    await this.#ended;
  }

  #receive(answer: PoolAnswer<Output>): void {
    if (answer.type === 'ready') return;
    const job = this.#jobs.get(answer.id);
    this.#jobs.delete(answer.id);
    if (this.#jobs.size === 0) this.#worker.unref();
    if (answer.type === 'result') job?.resolve(answer.output);
    else job?.reject(new ServiceError('ENCODER_FAILED', answer.reason));
    this.#events.idle();
  }
}
