import type { TrainDevice } from '../devices/device.ts';
import type { HeadTask, ProjectTask, TrainedHead } from './head.ts';
import { DeviceLostError } from './asked-worker.ts';
import { Trainer, type TrainOptions } from './trainer.ts';

/** Two backends do the same where the losses of every step differ by no more. */
export const SAME_LOSS = 1e-3;

/** What was found of a device that trains. */
export interface TrainReport {
  readonly id: string;
  readonly kind: TrainDevice['kind'];
  readonly name: string;
  /** Training steps per second, measured; null where they were not. */
  readonly rate: number | null;
  /** Why it is not to be used; null where it may be. */
  readonly failure: string | null;
}

/** The trial's task, of the size of a real one: a head of the built-in encoder, batches of 48. */
const TRIAL = { rows: 192, featureSize: 768, dimensions: 128, classes: 12, steps: 12 } as const;
/** Steps that are not timed: a GPU compiles its programs in them. */
const WARM_UP = 4;

/**
 * Tries the devices on the same small training, the first (WASM, whose losses are the measure) and then the others, each in its
 * own worker.
 *
 * @returns a report a device, in the order given
 */
export async function tryTraining(devices: readonly TrainDevice[]): Promise<TrainReport[]> {
  const reports: TrainReport[] = [];
  let expected: readonly number[] | null = null;
  for (const device of devices) {
    const { id, kind, name } = device;
    try {
      const { rate, losses } = await measureTraining(device);
      expected ??= losses;
      const far = losses.reduce((most, loss, i) => Math.max(most, Math.abs(loss - (expected?.[i] ?? Number.NaN))), 0);
      const failure =
        far <= SAME_LOSS ? null : `its losses differ by ${far.toPrecision(2)}, at most ${SAME_LOSS} is allowed`;
      reports.push({ id, kind, name, rate: failure === null ? rate : null, failure });
    } catch (error) {
      reports.push({ id, kind, name, rate: null, failure: error instanceof Error ? error.message : String(error) });
    }
  }
  return reports;
}

/** Steps per second of one device. @throws Error where it cannot train */
export async function measureTraining(device: TrainDevice): Promise<{ rate: number; losses: readonly number[] }> {
  const trainer = await Trainer.start(device);
  try {
    let warmAt = 0;
    const onStep = ({ step }: { step: number }): void => {
      if (step === WARM_UP) warmAt = performance.now();
    };
    const { losses } = await trainer.train(trialTask(), { onStep });
    return { rate: (1000 * (TRIAL.steps - WARM_UP)) / (performance.now() - warmAt), losses };
  } finally {
    trainer.close();
  }
}

/** Clusters with noise, and a random head: the same each time. */
function trialTask(): HeadTask {
  const { rows, featureSize, dimensions, classes, steps } = TRIAL;
  let state = 1;
  const noise = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const centres = Float32Array.from({ length: classes * featureSize }, noise);
  const labels = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const features = Float32Array.from(
    { length: rows * featureSize },
    (_, i) => (centres[(Math.floor(i / featureSize) % classes) * featureSize + (i % featureSize)] ?? 0) + 2 * noise(),
  );
  const kernel = Float32Array.from({ length: featureSize * dimensions }, () => noise() / Math.sqrt(featureSize));
  const batch = { classesPerBatch: classes, examplesPerClassPerBatch: 4 };
  return {
    features,
    featureSize,
    labels,
    dimensions,
    start: { kernel, bias: null },
    steps,
    learningRate: 1e-4,
    ...batch,
  };
}

/** The devices that may be used, the fastest first; WASM last of those that nobody measured. */
export function byRate(devices: readonly TrainDevice[], reports: readonly TrainReport[]): TrainDevice[] {
  const rateOf = ({ id }: TrainDevice): number => reports.find((report) => report.id === id)?.rate ?? 0;
  const failed = new Set(reports.filter(({ failure }) => failure !== null).map(({ id }) => id));
  return devices.filter(({ id }) => !failed.has(id)).sort((a, b) => rateOf(b) - rateOf(a));
}

export interface TrainingOptions {
  /** In the order of choice; each is used when those before it have failed. WASM as the last is always there. */
  readonly devices: readonly TrainDevice[];
  /** A device failed, and the next goes on: a sentence for the user. */
  readonly onNotice?: ((sentence: string) => void) | undefined;
  /** The worker's file, for tests of its failures. */
  readonly worker?: URL;
}

/** Trains and projects on the first device that does. A task whose device is lost is done again, from its start, by the next. */
export class Training {
  readonly #options: TrainingOptions;
  readonly #left: TrainDevice[];
  #trainer: Promise<Trainer> | null = null;
  #closings = 0;

  constructor(options: TrainingOptions) {
    this.#options = options;
    this.#left = [...options.devices];
  }

  /** The device in use; null where all have failed. */
  get device(): TrainDevice | null {
    return this.#left[0] ?? null;
  }

  /** As {@link Trainer.train}; steps are told anew where the next device begins again. */
  train(task: HeadTask, options: TrainOptions = {}): Promise<TrainedHead> {
    return this.#withTrainer((trainer) => trainer.train(task, options));
  }

  /** As {@link Trainer.projectRows}. */
  projectRows(task: ProjectTask): Promise<Float32Array> {
    return this.#withTrainer((trainer) => trainer.projectRows(task));
  }

  /** Ends the worker at once. The next task starts another. */
  async close(): Promise<void> {
    const trainer = this.#trainer;
    this.#trainer = null;
    this.#closings++;
    (await trainer?.catch(() => null))?.close();
  }

  async #withTrainer<Result>(run: (trainer: Trainer) => Promise<Result>): Promise<Result> {
    const closings = this.#closings;
    for (;;) {
      const [device] = this.#left;
      if (device === undefined) throw new DeviceLostError('no device is left to train on');
      const starting = (this.#trainer ??= Trainer.start(device, undefined, this.#options.worker));
      try {
        return await run(await starting);
      } catch (error) {
        // Closed by its owner, or the task's own fault: not to be done again.
        if (!(error instanceof DeviceLostError) || this.#closings !== closings) throw error;
        // Another task on it was quicker to notice.
        if (this.#trainer !== starting) continue;
        this.#trainer = null;
        this.#left.shift();
        const next = this.#left[0]?.name;
        if (next !== undefined) this.#options.onNotice?.(`Training on ${error.message}. It begins again on ${next}.`);
      }
    }
  }
}
