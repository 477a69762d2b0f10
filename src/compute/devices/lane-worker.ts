import { CLOSE_WORKER, type EncodeAnswer, type EncodeRequest } from '../encode-worker-messages.ts';
import type { Batch } from './batch-queue.ts';
import type { Clock } from './clock.ts';
import { startWorker, type RunningWorker, type WorkerSource } from './worker-host.ts';

/** One running and one waiting at the worker: it goes on without waiting for this thread, and memory stays bounded. */
export const BATCHES_A_WORKER = 2;

/** A batch may take this long, or {@link PATIENCE} times what it usually takes, whichever is longer; then the worker hangs. */
const SHORTEST_LIMIT_MS = 30_000;
const PATIENCE = 50;
/** For the first batch of a device that nobody has measured yet: it may have to compile its programs. */
const FIRST_LIMIT_MS = 120_000;

/** Loading a model of some hundred megabytes from a slow disk, and compiling its shaders. */
const START_LIMIT_MS = 120_000;

/** For what it is at, and to let its session go. */
const CLOSE_LIMIT_MS = 5_000;

export interface LaneWorkerEvents {
  /** A batch is done; it took so many milliseconds of the worker's time. */
  readonly done: (pictures: number, milliseconds: number) => void;
  /** The worker says that it cannot do this batch, and stays. */
  readonly refused: (batch: Batch, reason: string) => void;
  /** It is gone, with these batches; the first was being worked on. */
  readonly ended: (worker: LaneWorker, batches: readonly Batch[], reason: string) => void;
}

export interface LaneWorkerOptions {
  readonly source: WorkerSource;
  /** What a picture usually takes, in milliseconds; null where nobody knows yet. */
  readonly usual: () => number | null;
  /**
   * Whether a batch that fails ends the worker. A device that was lost answers like that for ever: out of memory, device
   * removed, driver reset.
   */
  readonly failureEnds: boolean;
  readonly clock: Clock;
}

interface Job {
  readonly batch: Batch;
  readonly sentAt: number;
}

/** One worker and the batches that it has, oldest first. */
export class LaneWorker {
  readonly #worker: RunningWorker;
  readonly #events: LaneWorkerEvents;
  readonly #options: LaneWorkerOptions;
  readonly #jobs = new Map<number, Job>();
  readonly #ready: Promise<string | null>;
  #endReady!: (problem: string | null) => void;
  readonly #gone: Promise<void>;
  #endGone!: () => void;
  readonly #whenIdle: (() => void)[] = [];
  #nextId = 0;
  #ended = false;
  #closing = false;
  #lastAnswerAt = 0;
  #stopLimit: (() => void) | null = null;

  private constructor(options: LaneWorkerOptions, events: LaneWorkerEvents) {
    this.#options = options;
    this.#events = events;
    this.#ready = new Promise((resolve) => (this.#endReady = resolve));
    this.#gone = new Promise((resolve) => (this.#endGone = resolve));
    this.#worker = startWorker(options.source, {
      message: (message) => this.#receive(message as EncodeAnswer),
      ended: (reason) => this.#end(reason),
    });
    this.#stopLimit = options.clock.after(START_LIMIT_MS, () => this.kill('it did not start in two minutes'));
  }

  /** @throws Error with what went wrong where it does not come up */
  static async start(options: LaneWorkerOptions, events: LaneWorkerEvents): Promise<LaneWorker> {
    const worker = new LaneWorker(options, events);
    const problem = await worker.#ready;
    if (problem !== null) throw new Error(problem);
    return worker;
  }

  /** Batches that it has; one that is gone takes none. */
  get load(): number {
    return this.#ended ? Number.POSITIVE_INFINITY : this.#jobs.size;
  }

  take(batch: Batch): void {
    const id = this.#nextId++;
    this.#jobs.set(id, { batch, sentAt: this.#options.clock.now() });
    this.#worker.keepAlive(true);
    const input = batch.pixels();
    this.#worker.post(
      { id, input } satisfies EncodeRequest,
      this.#options.source.isolation === 'thread' ? [input.buffer] : [],
    );
    if (this.#jobs.size === 1) this.#startLimit();
  }

  /** Waits until it has done what it has. */
  async idle(): Promise<void> {
    while (!this.#ended && this.#jobs.size > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  /** Lets it end what it is at; the rest goes to `ended`. */
  async close(): Promise<void> {
    if (!this.#ended) {
      this.#closing = true;
      this.#worker.keepAlive(true);
      this.#worker.post(CLOSE_WORKER);
      this.#stopLimit?.();
      this.#stopLimit = this.#options.clock.after(CLOSE_LIMIT_MS, () => this.kill('it was closed'));
    }
    await this.#gone;
  }

  /** Ends it at once, whatever it does. */
  kill(reason: string): void {
    this.#worker.kill();
    // Not when the worker is gone: one that hangs in native code never is.
    this.#end(reason);
  }

  #receive(answer: EncodeAnswer): void {
    // A thread that was given up may still come round.
    if (this.#ended) return;
    if (answer.type === 'ready') {
      this.#stopLimit?.();
      this.#endReady(null);
      if (this.#jobs.size === 0) this.#rest();
      return;
    }
    const job = this.#jobs.get(answer.id);
    if (job === undefined) return;
    if (answer.type === 'failure' && this.#options.failureEnds) {
      this.kill(answer.reason);
      return;
    }
    this.#jobs.delete(answer.id);
    const now = this.#options.clock.now();
    const took = now - Math.max(job.sentAt, this.#lastAnswerAt);
    this.#lastAnswerAt = now;
    this.#startLimit();
    if (answer.type === 'failure') {
      this.#events.refused(job.batch, answer.reason);
    } else {
      job.batch.done(answer.output);
      this.#events.done(job.batch.pictures, took);
    }
    if (this.#jobs.size > 0) return;
    this.#rest();
    for (const tell of this.#whenIdle.splice(0)) tell();
  }

  /** An idle worker keeps no process alive; one that is being closed does until it is gone, for who waits for that. */
  #rest(): void {
    if (!this.#closing) this.#worker.keepAlive(false);
  }

  /** Starts the time of the batch that is being worked on now. */
  #startLimit(): void {
    this.#stopLimit?.();
    this.#stopLimit = null;
    const [first] = this.#jobs.values();
    if (first === undefined) return;
    const usual = this.#options.usual();
    const patient = usual === null ? FIRST_LIMIT_MS : PATIENCE * usual * first.batch.pictures;
    const limit = Math.max(SHORTEST_LIMIT_MS, patient);
    this.#stopLimit = this.#options.clock.after(limit, () => {
      this.kill(`${first.batch.pictures} pictures were not encoded in ${Math.round(limit / 1000)} s`);
    });
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopLimit?.();
    this.#endGone();
    this.#endReady(reason);
    const batches = [...this.#jobs.values()].map(({ batch }) => batch);
    this.#jobs.clear();
    for (const tell of this.#whenIdle.splice(0)) tell();
    this.#events.ended(this, batches, reason);
  }
}
