import { ServiceError } from '../../contract/errors.ts';
import { BatchQueue, type Batch } from './batch-queue.ts';
import { REAL_CLOCK, type Clock } from './clock.ts';
import { pictureBytes } from './encode-model.ts';
import { Lane, type LaneEvents, type LaneOptions } from './lane.ts';

/** What a device was found to do. */
export interface TrialResult {
  /** Pictures per second; null where it failed. */
  readonly rate: number | null;
  /** Pictures at once with which it does. */
  readonly batch: number;
  /** Sessions side by side with which it does. */
  readonly workers: number;
  /** Why it is not to be used; null where it may be. */
  readonly failure: string | null;
}

export interface TrialOptions extends Omit<LaneOptions, 'workers' | 'batch'> {
  /** The sample pictures and what the CPU makes of them. */
  readonly sample: { readonly pixels: Uint8Array; readonly features: Float32Array };
  /** The rate to beat. */
  readonly cpuRate: number;
  /** The whole trial takes no longer. */
  readonly limitMs: number;
  /** Ends it at once. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/** Vectors of one picture by two devices are one vector if their cosine is this. */
export const SAME_VECTOR = 0.999;

/** Sizes that are tried, in turn, while the rate grows by a twentieth. */
const BATCHES = [8, 16, 32, 64, 128];
const WORTH_IT = 1.05;

/** One that does a single picture this many times slower than the CPU does not catch up by batches. */
const HOPELESS = 20;

/** The sample holds as many pictures as the smallest batch: all of them are compared. */
export const SAMPLE_PICTURES = BATCHES[0] ?? 8;

/**
 * Tries a device in its own process: one picture, then batches of growing size, then two sessions, so that one uploads while
 * the other computes. Its vectors must be the CPU's.
 *
 * @returns what was found, and the lane, warm, where it may be used; never rejects for what the device does
 */
export async function tryDevice(options: TrialOptions): Promise<{ result: TrialResult; lane: Lane | null }> {
  const clock = options.clock ?? REAL_CLOCK;
  const trial = new Trial(options, clock);
  const stop = (): void => trial.lane?.kill('it was closed');
  options.signal?.addEventListener('abort', stop, { once: true });
  const stopLimit = clock.after(options.limitMs, () => {
    trial.expired = true;
    trial.lane?.kill('too slow');
  });
  try {
    await trial.run();
  } catch (error) {
    // What was measured before the time was up, or before a batch was too large for it, stands.
    if (trial.best === null) {
      const tooSlow = `it did not encode a picture in ${Math.round(options.limitMs / 1000)} s`;
      const failure = trial.expired ? tooSlow : reasonOf(error);
      trial.lane?.kill(failure);
      return { result: { rate: null, batch: SAMPLE_PICTURES, workers: 1, failure }, lane: null };
    }
    trial.lane?.kill(reasonOf(error));
    return { result: { ...trial.best, failure: null }, lane: null };
  } finally {
    stopLimit();
    options.signal?.removeEventListener('abort', stop);
  }
  const best = trial.best ?? { rate: 0, batch: SAMPLE_PICTURES, workers: 1 };
  return { result: { ...best, failure: null }, lane: trial.expired ? null : trial.lane };
}

/** In a trial nothing is done again: whatever happens to a batch has failed. */
const FAILING: LaneEvents = {
  room: () => undefined,
  restarted: failAll,
  lost: failAll,
  refused: (batch, reason) => batch.failed(reason),
};

function failAll(batches: readonly Batch[], reason: string): void {
  for (const batch of batches) batch.failed(reason);
}

class Trial {
  lane: Lane | null = null;
  best: { rate: number; batch: number; workers: number } | null = null;
  readonly #options: TrialOptions;
  readonly #clock: Clock;
  expired = false;

  constructor(options: TrialOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  async run(): Promise<void> {
    const { cpuRate, sample, model } = this.#options;
    this.lane = await Lane.start({ ...this.#options, workers: 1, batch: SAMPLE_PICTURES }, FAILING);
    if (this.expired) throw new Error('it took too long to start');
    const size = pictureBytes(model);
    const one = sample.pixels.subarray(0, size);
    // The first also compiles the device's programs, so it is not timed.
    this.#compare(await this.#encode(one));
    const [single] = await this.#timed(() => this.#encode(one));
    this.best = { rate: single, batch: SAMPLE_PICTURES, workers: 1 };
    if (single * HOPELESS < cpuRate) return;
    this.best = null;
    this.#compare(await this.#encode(sample.pixels));
    for (const batch of BATCHES) {
      if (!(await this.#improves(batch, 1))) break;
    }
    await this.lane.setWorkers(2);
    const two = await this.#improves(this.#found().batch, 2);
    const { batch, workers } = this.#found();
    this.lane.batch = batch;
    if (!two) await this.lane.setWorkers(workers);
  }

  #found(): { rate: number; batch: number; workers: number } {
    return this.best ?? { rate: 0, batch: SAMPLE_PICTURES, workers: 1 };
  }

  /** Whether it is faster like this, by enough to matter. */
  async #improves(batch: number, workers: number): Promise<boolean> {
    if (this.lane !== null) this.lane.batch = batch;
    const pixels = repeated(this.#options.sample.pixels, batch, pictureBytes(this.#options.model));
    const rounds = 2 * workers;
    const many = (): Promise<unknown> => Promise.all(Array.from({ length: rounds }, () => this.#encode(pixels)));
    await many();
    const [calls] = await this.#timed(many);
    const rate = calls * rounds * batch;
    if (this.best !== null && rate < this.best.rate * WORTH_IT) return false;
    this.best = { rate, batch, workers };
    return true;
  }

  /** Calls a second, and what the call gave. */
  async #timed<Result>(call: () => Promise<Result>): Promise<[number, Result]> {
    const started = this.#clock.now();
    const result = await call();
    return [1000 / Math.max(1e-3, this.#clock.now() - started), result];
  }

  #encode(pixels: Uint8Array): Promise<Float32Array> {
    const { model } = this.#options;
    const queue = new BatchQueue(pictureBytes(model), model.featureSize);
    const done = queue.add(pixels);
    const batch = queue.take(Number.POSITIVE_INFINITY);
    if (batch !== null) this.lane?.take(batch);
    return done;
  }

  #compare(features: Float32Array): void {
    const { sample, model } = this.#options;
    const least = leastCosine(features, sample.features, model.featureSize);
    if (least >= SAME_VECTOR) return;
    throw new Error(`its vectors are not the CPU's (cosine ${least.toFixed(4)}, at least ${SAME_VECTOR} is wanted)`);
  }
}

/** What an error says, without the sentence around it that is made for a person's request. */
export function reasonOf(error: unknown): string {
  if (error instanceof ServiceError) return error.detail;
  return error instanceof Error ? error.message : String(error);
}

/** The least cosine between the rows of `a` and those of `b` at the same place; NaN counts as -1. */
export function leastCosine(a: Float32Array, b: Float32Array, size: number): number {
  let least = 1;
  for (let first = 0; first < a.length; first += size) {
    let [dot, aa, bb] = [0, 0, 0];
    for (let i = first; i < first + size; i++) {
      const x = a[i] ?? Number.NaN;
      const y = b[i] ?? Number.NaN;
      dot += x * y;
      aa += x * x;
      bb += y * y;
    }
    const cosine = dot / Math.sqrt(aa * bb);
    least = Math.min(least, Number.isNaN(cosine) ? -1 : cosine);
  }
  return least;
}

function repeated(sample: Uint8Array, pictures: number, pictureSize: number): Uint8Array {
  const pixels = new Uint8Array(pictures * pictureSize);
  for (let at = 0; at < pixels.length; at += sample.length) pixels.set(sample.subarray(0, pixels.length - at), at);
  return pixels;
}
