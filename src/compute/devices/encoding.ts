import { ServiceError } from '../../contract/errors.ts';
import { BatchQueue, type Batch } from './batch-queue.ts';
import { REAL_CLOCK, type Clock } from './clock.ts';
import { cpuDevice, type DeviceReport, type EncodeDevice } from './device.ts';
import { KnownDevices } from './known-devices.ts';
import { pictureBytes, type EncodeModel } from './encode-model.ts';
import { Lane, type LaneEvents, type LaneOptions } from './lane.ts';
import { BATCHES_A_WORKER } from './lane-worker.ts';
import { samplePictures } from './sample-pictures.ts';
import { cachedTrial, keepTrial, trialKey, type TrialResults } from './trial-cache.ts';
import { reasonOf, SAMPLE_PICTURES, tryDevice, type TrialResult } from './trial.ts';

/** `auto`: the fastest. Otherwise a device's id. */
export type DeviceChoice = string;

export interface DeviceOptions {
  /** What there is; the CPU is there in any case. Asked aside, once. */
  readonly list: () => Promise<readonly EncodeDevice[]>;
  readonly choice?: DeviceChoice | undefined;
  /** Where results of trials are kept, so that later starts need none; without it there is a trial at each start. */
  readonly cacheFile?: string | undefined;
  /** Time of the trial of one device, in milliseconds. */
  readonly trialLimitMs?: number | undefined;
  /** Something the user should be told, in a sentence; each once. */
  readonly onNotice?: ((sentence: string) => void) | undefined;
  /** Another device encodes now, or was tried: `devices` has changed. */
  readonly onChange?: (() => void) | undefined;
}

export interface EncodingOptions {
  readonly model: EncodeModel;
  readonly threads: number;
  readonly url: URL;
  readonly workerData?: object | undefined;
  readonly clock?: Clock | undefined;
  /** Without them the CPU encodes. */
  readonly devices?: DeviceOptions | undefined;
  /** Starts no worker before there is something to encode. */
  readonly rested?: boolean | undefined;
}

/**
 * Pictures a thread of the CPU takes at once. More gain nothing (3.5 ms a picture from 1 to 16) and cost 8 MB of memory each.
 */
const CPU_BATCH = 8;

/** A batch that has cost two workers of the CPU is given up. */
const MAX_CRASHES = 2;

const TRIAL_LIMIT_MS = 30_000;

/**
 * Encodes on whatever is best. The CPU answers at once; the others are tried aside, and the fastest takes over between two
 * batches. A device that fails hands its batches to the next.
 */
export class Encoding {
  /** The first choice of a device is made. Never rejects. */
  readonly settled: Promise<void>;
  readonly #options: EncodingOptions;
  readonly #queue: BatchQueue;
  readonly #known: KnownDevices;
  #lanes: Lane[] = [];
  /** Warm from their trial. */
  readonly #spare = new Map<string, Lane>();
  #choice: DeviceChoice;
  /** Changes of the lanes, one after another. */
  #changing: Promise<void> = Promise.resolve();
  #pending = 0;
  /** No worker was started yet: the first picture starts them. */
  #rested: boolean;
  readonly #told = new Set<string>();
  #closed = false;
  readonly #closing = new AbortController();

  private constructor(options: EncodingOptions, cpu: EncodeDevice, cpuLane: Lane | null) {
    this.#options = options;
    this.#queue = new BatchQueue(pictureBytes(options.model), options.model.featureSize);
    this.#known = new KnownDevices(cpu);
    this.#choice = options.devices?.choice ?? 'auto';
    this.#rested = cpuLane === null;
    if (cpuLane) this.#use([cpuLane]);
    this.settled = options.devices === undefined ? Promise.resolve() : this.#settle(options.devices);
  }

  /** @throws ServiceError ENCODER_FAILED where the CPU's threads do not start; where it is rested, what is encoded fails so */
  static async start(options: EncodingOptions): Promise<Encoding> {
    const device = cpuDevice(options.threads);
    if (options.rested === true) return new Encoding(options, device, null);
    const silent: LaneEvents = { room: ignore, restarted: ignore, lost: ignore, refused: ignore };
    try {
      return new Encoding(options, device, await Lane.start(laneOptions(options, device, null), silent));
    } catch (error) {
      throw new ServiceError('ENCODER_FAILED', reasonOf(error), { cause: error });
    }
  }

  /** As `Encoder.encode`. */
  encode(pixels: Uint8Array): Promise<Float32Array> {
    const features = this.#queue.add(pixels);
    this.#pump();
    return features;
  }

  /** Starts the workers of one that is rested: there will be something to encode. */
  wake(): void {
    if (this.#rested && !this.#closed) void this.#apply();
  }

  /** What encodes, or will when it is woken: "CPU, 2 threads", "NVIDIA GeForce RTX 4070 (WebGPU)". */
  get provider(): string {
    const used = this.#used();
    return (used.length === 0 ? [this.#known.cpu] : used).map(({ name }) => name).join(' and ');
  }

  #used(): readonly EncodeDevice[] {
    if (this.#rested) return this.#known.ranking(this.#choice)[0] ?? [];
    return this.#lanes.map(({ device }) => device);
  }

  /** Pictures per second of all that encode now; null before the first batch, as of one that is rested. */
  get rate(): number | null {
    const rates = this.#lanes.map(({ rate }) => rate);
    return rates.length === 0 || rates.some((rate) => rate === null)
      ? null
      : rates.reduce<number>((sum, rate) => sum + (rate ?? 0), 0);
  }

  /** Pictures to have under way at once so that nothing waits. */
  get appetite(): number {
    return this.#lanes.reduce((sum, { workers, batch }) => sum + BATCHES_A_WORKER * workers * batch, 0);
  }

  get choice(): DeviceChoice {
    return this.#choice;
  }

  get devices(): readonly DeviceReport[] {
    const used = new Set(this.#used().map(({ id }) => id));
    return this.#known.all.map((device) => {
      const lane = this.#lanes.find((each) => each.device.id === device.id);
      return this.#known.report(device, used.has(device.id), lane?.rate ?? null);
    });
  }

  /** Encodes with that device from now on, or with the fastest. Resolves when it does, or when another had to be taken. */
  async choose(choice: DeviceChoice): Promise<void> {
    this.#choice = choice;
    await this.settled;
    // Asked for by name: it gets another chance.
    this.#known.forgive(choice);
    const again = this.#known.triable.filter(
      (device) => device.id === choice && this.#known.resultOf(device)?.failure != null,
    );
    if (again.length > 0) {
      const limitMs = this.#options.devices?.trialLimitMs ?? TRIAL_LIMIT_MS;
      this.#known.tried(await this.#tryAll(again, limitMs));
    }
    this.#tellUnusable();
    await this.#apply();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#closing.abort();
    this.#queue.giveAll('it was closed');
    const close = (): Promise<unknown> =>
      Promise.all([...this.#lanes, ...this.#spare.values()].map((lane) => lane.close()));
    await close();
    await this.#changing;
    await close();
  }

  /** Lists, tries or remembers, and chooses. */
  async #settle(options: DeviceOptions): Promise<void> {
    try {
      this.#known.found(await options.list());
      const { triable } = this.#known;
      if (triable.length > 0) this.#known.tried(await this.#resultsOf(triable, options));
    } catch (error) {
      this.#notice(`Looking for other devices than the CPU failed (${reasonOf(error)}).`);
    }
    if (this.#closed) return;
    this.#tellUnusable();
    if (this.#rested) this.#options.devices?.onChange?.();
    else await this.#apply();
  }

  async #resultsOf(candidates: readonly EncodeDevice[], options: DeviceOptions): Promise<TrialResults> {
    const { cacheFile } = options;
    const key = cacheFile === undefined ? '' : await trialKey(this.#options.model.file, this.#known.all);
    const kept = cacheFile === undefined ? null : await cachedTrial(cacheFile, key);
    if (kept !== null) return kept;
    const results = await this.#tryAll(candidates, options.trialLimitMs ?? TRIAL_LIMIT_MS);
    if (cacheFile !== undefined && !this.#closed) await keepTrial(cacheFile, key, results);
    return results;
  }

  async #tryAll(candidates: readonly EncodeDevice[], limitMs: number): Promise<TrialResults> {
    const { model, threads } = this.#options;
    const { width, height } = model;
    const pixels = samplePictures(SAMPLE_PICTURES, width, height);
    const features = await this.encode(pixels);
    await Promise.all(Array.from({ length: 4 * threads }, () => this.encode(pixels)));
    const cpuRate = this.rate ?? 0;
    const results: Record<string, TrialResult> = {
      [this.#known.cpu.id]: { rate: cpuRate, batch: CPU_BATCH, workers: threads, failure: null },
    };
    for (const device of candidates) {
      if (this.#closed) break;
      const { signal } = this.#closing;
      const sample = { pixels, features };
      const options = { ...laneOptions(this.#options, device, null), sample, cpuRate, limitMs, signal };
      const { result, lane } = await tryDevice(options);
      results[device.id] = result;
      if (lane === null) continue;
      if (signal.aborted) void lane.close();
      else this.#spare.set(device.id, lane);
    }
    return results;
  }

  /** Brings the lanes in line with the choice. */
  #apply(): Promise<void> {
    this.#rested = false;
    this.#pending++;
    this.#changing = this.#changing
      .then(() => this.#change())
      .finally(() => {
        this.#pending--;
        this.#pump();
      });
    return this.#changing;
  }

  async #change(): Promise<void> {
    for (const devices of this.#known.ranking(this.#choice)) {
      if (this.#closed) return;
      const before = this.#lanes;
      const started = await Promise.all(devices.map((device) => this.#laneOf(device)));
      const lanes = started.filter((lane) => lane !== null);
      if (lanes.length === 0) continue;
      this.#use(lanes);
      for (const lane of before) if (!lanes.includes(lane)) void lane.retire();
      break;
    }
    // Slower ones need no memory; they are started again when they are needed.
    for (const lane of this.#spare.values()) void lane.retire();
    this.#spare.clear();
    this.#options.devices?.onChange?.();
  }

  #tellUnusable(): void {
    if (this.#choice === 'auto') return;
    const device = this.#known.all.find(({ id }) => id === this.#choice);
    const reason = device === undefined ? 'it is not there' : this.#known.failureOf(device);
    if (reason !== null)
      this.#notice(`${device?.name ?? this.#choice} cannot be used (${reason}): the fastest of the others encodes.`);
  }

  /** The device's lane: running, warm, or started now; null where it does not start. */
  async #laneOf(device: EncodeDevice): Promise<Lane | null> {
    const ready = this.#lanes.find((lane) => lane.device.id === device.id) ?? this.#spare.get(device.id);
    this.#spare.delete(device.id);
    if (ready !== undefined) return ready;
    const silent: LaneEvents = { room: ignore, restarted: ignore, lost: ignore, refused: ignore };
    try {
      const lane = await Lane.start(laneOptions(this.#options, device, this.#known.resultOf(device)), silent);
      this.#known.forgive(device.id);
      return lane;
    } catch (error) {
      this.#known.failed(device, reasonOf(error));
      this.#notice(`${device.name} cannot be used (${reasonOf(error)}).`);
      return null;
    }
  }

  #use(lanes: Lane[]): void {
    this.#lanes = lanes;
    for (const lane of lanes) {
      lane.attach({
        room: () => this.#pump(),
        restarted: (batches, reason) => this.#again(lane, batches, reason),
        lost: (batches, reason) => this.#lost(lane, batches, reason),
        refused: (batch, reason) => batch.failed(reason),
      });
    }
    this.#pump();
  }

  #pump(): void {
    while (!this.#queue.isEmpty) {
      if (this.#closed) {
        this.#queue.giveAll('it was closed');
        return;
      }
      const [first, ...others] = this.#lanes;
      if (first === undefined) {
        if (this.#rested) this.wake();
        else if (this.#pending === 0) this.#giveUp();
        return;
      }
      const lane = others.reduce((best, other) => (other.fullness < best.fullness ? other : best), first);
      if (lane.fullness >= 1) return;
      const batch = this.#queue.take(lane.batch);
      if (batch === null) return;
      lane.take(batch);
    }
  }

  /** Nothing runs. The next picture tries anew: memory may have been short for a moment. */
  #giveUp(): void {
    const reason = this.#known.failureOf(this.#known.cpu);
    this.#rested = true;
    this.#queue.giveAll(`no worker could be kept running${reason === null ? '' : ` (${reason})`}`);
  }

  /** A worker ended and is replaced. Only the first batch was being worked on; those behind it are not to blame. */
  #again(lane: Lane, batches: readonly Batch[], reason: string): void {
    if (this.#closed) {
      giveUp(batches);
      return;
    }
    const [first] = batches;
    const given = first !== undefined && first.crashes + 1 >= MAX_CRASHES && lane.device.kind === 'cpu';
    if (given) first.failed(reason);
    const again = given ? batches.slice(1) : batches;
    this.#queue.putBack(again, (batch) => batch.crashes + (batch === first ? 1 : 0));
    this.#notice(`${lane.device.name}: a worker ended and was replaced (${reason}). What it was at is encoded again.`);
    this.#pump();
  }

  #lost(lane: Lane, batches: readonly Batch[], reason: string): void {
    if (this.#closed) {
      giveUp(batches);
      return;
    }
    // The next device is not to suffer for this one's crashes.
    this.#queue.putBack(batches, () => 0);
    if (this.#lanes.includes(lane)) {
      this.#known.failed(lane.device, reason);
      this.#lanes = this.#lanes.filter((other) => other !== lane);
      if (lane.device.kind !== 'cpu') {
        void this.#apply().then(() =>
          this.#notice(`${lane.device.name} failed twice (${reason}): ${this.provider} goes on with encoding.`),
        );
      }
    }
    this.#pump();
  }

  #notice(sentence: string): void {
    if (this.#told.has(sentence)) return;
    this.#told.add(sentence);
    this.#options.devices?.onNotice?.(sentence);
  }
}

function ignore(): void {
  // Nothing is under way in a lane that is being started.
}

function giveUp(batches: readonly Batch[]): void {
  for (const batch of batches) batch.failed('it was closed');
}

function laneOptions(options: EncodingOptions, device: EncodeDevice, result: TrialResult | null): LaneOptions {
  const cpu = device.kind === 'cpu';
  return {
    device,
    model: options.model,
    url: options.url,
    workerData: options.workerData,
    workers: cpu ? options.threads : (result?.workers ?? 1),
    batch: cpu ? CPU_BATCH : (result?.batch ?? CPU_BATCH),
    rate: result?.rate ?? null,
    clock: options.clock ?? REAL_CLOCK,
  };
}
