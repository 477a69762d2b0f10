import type { EncodeModel } from './encode-model.ts';
import type { EncodeWorkerData } from '../encode-worker-messages.ts';
import type { Batch } from './batch-queue.ts';
import { REAL_CLOCK, type Clock } from './clock.ts';
import type { EncodeDevice } from './device.ts';
import { BATCHES_A_WORKER, LaneWorker } from './lane-worker.ts';
import type { WorkerSource } from './worker-host.ts';

export interface LaneOptions {
  readonly device: EncodeDevice;
  readonly model: EncodeModel;
  /** The worker's file, and further data for it: tests bring their own. */
  readonly url: URL;
  readonly workerData?: object | undefined;
  /** Sessions side by side. */
  readonly workers: number;
  /** Pictures that a worker takes at once. */
  readonly batch: number;
  /** Pictures per second, where they are known from before. */
  readonly rate?: number | null;
  readonly clock?: Clock;
}

export interface LaneEvents {
  /** It can take a batch. */
  readonly room: () => void;
  /** A worker is gone with these batches, and is started again. */
  readonly restarted: (batches: readonly Batch[], reason: string) => void;
  /** The device is given up, with these batches. */
  readonly lost: (batches: readonly Batch[], reason: string) => void;
  /** A worker refused this one. Only of the CPU: from another device it is taken for a loss. */
  readonly refused: (batch: Batch, reason: string) => void;
}

/** A device that has done so many batches since its worker was replaced is as good as new. */
const FORGIVEN_AFTER_BATCHES = 1_000;

/** How much of the running rate the newest batch makes. */
const NEWEST = 0.2;

/**
 * A device with its workers. The CPU's are replaced as often as they end. Another device's are replaced once; the second time it
 * is given up, since a driver that fails twice fails again.
 */
export class Lane {
  readonly device: EncodeDevice;
  /** Pictures that a worker takes at once; can be changed at any time. */
  batch: number;
  readonly #options: LaneOptions;
  readonly #clock: Clock;
  #events: LaneEvents;
  readonly #workers: LaneWorker[] = [];
  /** Workers that it may have; see {@link Lane.start}. */
  #most: number;
  /** Workers that are being started. */
  #coming = 0;
  readonly #growing = new Set<Promise<void>>();
  #msPerPicture: number | null;
  #strikes = 0;
  #batchesSinceStrike = 0;
  #state: 'open' | 'closing' | 'lost' = 'open';

  private constructor(options: LaneOptions, events: LaneEvents) {
    this.device = options.device;
    this.batch = options.batch;
    this.#options = options;
    this.#most = options.workers;
    this.#clock = options.clock ?? REAL_CLOCK;
    this.#events = events;
    const rate = options.rate ?? null;
    this.#msPerPicture = rate === null ? null : (1000 * options.workers) / rate;
  }

  /**
   * Starts its workers. Of the CPU's it is the first alone, and the others as soon as there is work for them: each takes 0.3 s of the
   * processor and 30 MB, and a program that is opened to look at pictures encodes none.
   *
   * Rejects, with none left running, with what the device or the model says where one does not start.
   */
  static async start(options: LaneOptions, events: LaneEvents): Promise<Lane> {
    const lane = new Lane(options, events);
    try {
      const first = options.device.kind === 'cpu' ? 1 : options.workers;
      const starting = Array.from({ length: first }, () => lane.#addWorker());
      const failed = (await Promise.allSettled(starting)).find((outcome) => outcome.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      return lane;
    } catch (error) {
      await lane.close();
      throw error;
    }
  }

  /** Who is told from now on. */
  attach(events: LaneEvents): void {
    this.#events = events;
  }

  /** Pictures per second with all workers busy; null before the first batch. */
  get rate(): number | null {
    return this.#msPerPicture === null ? null : (1000 * this.#most) / this.#msPerPicture;
  }

  /** So many work where there is enough to do. */
  get workers(): number {
    return this.#most;
  }

  /** Batches under way, as a part of what it can hold; 1 and above: it takes no more. */
  get fullness(): number {
    if (this.#state !== 'open') return Number.POSITIVE_INFINITY;
    return Math.min(...this.#workers.map(({ load }) => load / BATCHES_A_WORKER), Number.POSITIVE_INFINITY);
  }

  take(batch: Batch): void {
    const worker = this.#workers.reduce((best, other) => (other.load < best.load ? other : best));
    const mustWait = worker.load > 0;
    worker.take(batch);
    if (mustWait && this.#workers.length + this.#coming < this.#most) this.#grow();
  }

  /** Starts or ends workers, so that there are so many. Rejects where one does not start. */
  async setWorkers(count: number): Promise<void> {
    try {
      while (this.#workers.length < count) await this.#addWorker();
    } finally {
      this.#most = Math.min(count, this.#workers.length);
    }
    const surplus = this.#workers.splice(count);
    await Promise.all(surplus.map((worker) => worker.idle().then(() => worker.close())));
  }

  /** Takes no more, does what it has, and ends. */
  async retire(): Promise<void> {
    if (this.#state === 'open') this.#state = 'closing';
    await Promise.all(this.#workers.map((worker) => worker.idle()));
    await this.close();
  }

  /** Ends its workers; what they have not done goes to `lost`. */
  async close(): Promise<void> {
    if (this.#state === 'open') this.#state = 'closing';
    await Promise.all([...this.#workers.map((worker) => worker.close()), ...this.#growing]);
  }

  /** Ends its workers at once. */
  kill(reason: string): void {
    this.#state = 'lost';
    for (const worker of [...this.#workers]) worker.kill(reason);
  }

  async #addWorker(): Promise<void> {
    const options = {
      source: this.#source(),
      usual: () => this.#msPerPicture,
      failureEnds: this.device.kind !== 'cpu',
      clock: this.#clock,
    };
    this.#coming++;
    const starting = LaneWorker.start(options, {
      done: (pictures, milliseconds) => this.#measure(pictures, milliseconds),
      refused: (batch, reason) => {
        this.#events.refused(batch, reason);
        this.#events.room();
      },
      ended: (ended, batches, reason) => this.#ended(ended, batches, reason),
    });
    const worker = await starting.finally(() => this.#coming--);
    this.#workers.push(worker);
    if (this.#state !== 'open') await worker.close();
  }

  /** One more, aside. Where it does not start, those that are there do all of the work. */
  #grow(): void {
    const started: Promise<void> = this.#addWorker().then(
      () => this.#events.room(),
      () => {
        this.#most = Math.max(1, this.#workers.length);
      },
    );
    this.#growing.add(started);
    void started.finally(() => this.#growing.delete(started));
  }

  #source(): WorkerSource {
    const { url, workerData, model, device } = this.#options;
    const data = { model, provider: device.provider, ...workerData } satisfies EncodeWorkerData;
    // A driver's crash must not be the service's, and its hang must be endable.
    return { url, data, isolation: device.kind === 'cpu' ? 'thread' : 'process', env: device.env };
  }

  #measure(pictures: number, milliseconds: number): void {
    // Clocks have a grain.
    const measured = Math.max(1e-3, milliseconds) / pictures;
    this.#msPerPicture =
      this.#msPerPicture === null ? measured : this.#msPerPicture + NEWEST * (measured - this.#msPerPicture);
    if (++this.#batchesSinceStrike >= FORGIVEN_AFTER_BATCHES) this.#strikes = 0;
    this.#events.room();
  }

  #ended(worker: LaneWorker, batches: readonly Batch[], reason: string): void {
    const index = this.#workers.indexOf(worker);
    if (index < 0) return; // It never came up, or was one too many: who started or ended it knows.
    this.#workers.splice(index, 1);
    if (this.#state !== 'open') {
      this.#events.lost(batches, reason);
      return;
    }
    this.#strike(batches, reason);
  }

  /** A worker's end: it is replaced, or the device is given up. */
  #strike(batches: readonly Batch[], reason: string): void {
    this.#batchesSinceStrike = 0;
    if (this.device.kind !== 'cpu' && ++this.#strikes > 1) {
      this.#state = 'lost';
      this.#events.lost(batches, reason);
      for (const worker of [...this.#workers]) worker.kill(reason);
      return;
    }
    this.#events.restarted(batches, reason);
    this.#addWorker().then(
      () => this.#events.room(),
      (error: unknown) => {
        // It does not start again: the others do its work, where there are any.
        if (this.#workers.length > 0 || this.#state !== 'open') return;
        this.#state = 'lost';
        this.#events.lost([], error instanceof Error ? error.message : String(error));
      },
    );
  }
}
