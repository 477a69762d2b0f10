import type * as tf from '@tensorflow/tfjs-core';
import { setImmediate } from 'node:timers/promises';
import type { Callback, Logs, TrainingHandle } from '../callbacks/callback.ts';
import { checkCount } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import type { Batch, Sampler } from '../samplers/sampler.ts';
import { HistoryRecorder, RunningMeans, type History } from './history.ts';
import { learningRateOf, setLearningRate } from './learning-rate.ts';
import { trainStep, type Step } from './train-step.ts';

/** How far a training is. */
export interface TrainingProgress {
  /** From 0. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in this epoch. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Of the step that was just done. */
  readonly logs: Logs;
}

/** What can be set of any training. */
export interface TrainingOptions<Model> {
  /** @default 1 */
  readonly epochs?: number | undefined;
  /** @default the sampler's */
  readonly stepsPerEpoch?: number | undefined;
  readonly callbacks?: readonly Callback<Model>[] | undefined;
  /** Ends the training with the signal's reason, before the next step. The model stays as trained until there. */
  readonly signal?: AbortSignal | undefined;
  /** Prints a line an epoch to the console. @default false */
  readonly verbose?: boolean | undefined;
  /** Called after each step. */
  readonly onProgress?: ((progress: TrainingProgress) => void) | undefined;
}

/** A training of any kind of model. */
export interface Training<Model> extends TrainingOptions<Model> {
  /** What callbacks are given. */
  readonly model: Model;
  readonly sampler: Sampler;
  readonly optimizer: tf.Optimizer;
  /** What is trained. */
  readonly variables: readonly tf.Variable[];
  readonly step: Step;
  /**
   * Replaces a batch by what the step works on, outside of the tape: the features of a frozen backbone. The new batch is
   * disposed of after the step, and so is the old one.
   */
  readonly prepare?: ((batch: Batch) => Batch) | undefined;
  /** Called after the last step of each epoch: what else is known of it. */
  readonly epochLogs?: (() => Logs) | undefined;
  /** Called after each epoch: `loss` and metrics on validation data; `val_` is put before each name. */
  readonly validate?: (() => Promise<Logs>) | undefined;
}

/** The state of one training. */
class FitLoop<Model> {
  readonly #training: Training<Model>;
  readonly #epochs: number;
  readonly #stepsPerEpoch: number;
  readonly #callbacks: readonly Callback<Model>[];
  readonly #handle: TrainingHandle<Model>;
  #stopped = false;
  #stepsDone = 0;

  constructor(training: Training<Model>) {
    this.#training = training;
    this.#epochs = checkCount('epochs', training.epochs ?? 1);
    this.#stepsPerEpoch = checkCount('stepsPerEpoch', training.stepsPerEpoch ?? training.sampler.stepsPerEpoch);
    this.#callbacks = training.callbacks ?? [];
    if (training.variables.length === 0) {
      throw new SimilarityError('EMPTY', 'model', { expected: 'it has no variable that can be trained' });
    }
    const { optimizer, model } = training;
    this.#handle = {
      model,
      get learningRate() {
        return learningRateOf(optimizer) ?? Number.NaN;
      },
      set learningRate(value: number) {
        setLearningRate(optimizer, value);
      },
      stop: () => {
        this.#stopped = true;
      },
    };
  }

  async run(): Promise<History> {
    const recorder = new HistoryRecorder();
    const begun: Callback<Model>[] = [];
    try {
      for (const callback of this.#callbacks) {
        begun.push(callback);
        await callback.onTrainBegin?.(this.#handle);
      }
      for (let epoch = 0; epoch < this.#epochs && !this.#stopped; epoch++) {
        recorder.add(await this.#runEpoch(epoch));
      }
    } catch (error) {
      // Callbacks are told of the end in any case, but what went wrong first is what the caller should see.
      await this.#end(begun).catch(() => undefined);
      throw error;
    }
    await this.#end(begun);
    return recorder.result();
  }

  async #end(callbacks: readonly Callback<Model>[]): Promise<void> {
    for (const callback of callbacks) await callback.onTrainEnd?.(this.#handle);
  }

  async #runEpoch(epoch: number): Promise<Logs> {
    const { sampler, validate } = this.#training;
    for (const callback of this.#callbacks) await callback.onEpochBegin?.(epoch, this.#handle);
    const means = new RunningMeans();
    for (let step = 0; step < this.#stepsPerEpoch && !this.#stopped; step++)
      means.add(await this.#runStep(epoch, step));
    sampler.onEpochEnd();
    const logs = { ...means.means(), ...this.#training.epochLogs?.() };
    for (const [name, value] of Object.entries((await validate?.()) ?? {})) logs[`val_${name}`] = value;
    const learningRate = learningRateOf(this.#training.optimizer);
    if (learningRate !== undefined) logs['learningRate'] = learningRate;
    for (const callback of this.#callbacks) Object.assign(logs, await callback.onEpochEnd?.(epoch, logs, this.#handle));
    if (this.#training.verbose === true) console.log(epochLine(epoch, this.#epochs, logs));
    return logs;
  }

  async #runStep(epoch: number, step: number): Promise<Logs> {
    // Without this a training on a backend that computes at once would leave the process deaf to everything else.
    await setImmediate();
    this.#training.signal?.throwIfAborted();
    const done = this.#stepsDone++;
    for (const callback of this.#callbacks) await callback.onBatchBegin?.(done, this.#handle);
    const logs = await this.#trainOn(await this.#training.sampler.nextBatch());
    if (!Number.isFinite(logs['loss'])) {
      throw new SimilarityError('DIVERGED', 'loss', {
        expected: `it is ${String(logs['loss'])} in step ${step} of epoch ${epoch}; a smaller learning rate may help`,
      });
    }
    const learningRate = learningRateOf(this.#training.optimizer);
    const reported = learningRate === undefined ? logs : { ...logs, learningRate };
    for (const callback of this.#callbacks) await callback.onBatchEnd?.(done, reported, this.#handle);
    this.#training.onProgress?.({
      epoch,
      epochs: this.#epochs,
      step: step + 1,
      stepsPerEpoch: this.#stepsPerEpoch,
      logs: reported,
    });
    return logs;
  }

  async #trainOn(batch: Batch): Promise<Record<string, number>> {
    const { prepare, step, variables, optimizer } = this.#training;
    let prepared = batch;
    try {
      if (prepare !== undefined) prepared = prepare(batch);
      return await trainStep(step, prepared, variables, optimizer);
    } finally {
      for (const view of new Set([...batch.views, ...prepared.views])) view.dispose();
    }
  }
}

function epochLine(epoch: number, epochs: number, logs: Logs): string {
  const numbers = Object.entries(logs).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`);
  return `epoch ${epoch + 1}/${epochs}: ${numbers.join(', ')}`;
}

/**
 * Trains a model: as many epochs of as many batches of the sampler, each one step of the optimizer on the step's loss.
 *
 * Callbacks are told of the end of the training also where it fails or is aborted. The event loop runs between steps.
 *
 * @returns means over the steps of each epoch
 * @throws SimilarityError DIVERGED where the loss is no finite number any more, with the epoch and the step, both from 0: the
 *   variables are left as they were before that step; EMPTY where there is nothing to train; OUT_OF_RANGE or NOT_AN_INTEGER for
 *   `epochs` and `stepsPerEpoch`; the reason of `signal`
 */
export async function fitLoop<Model>(training: Training<Model>): Promise<History> {
  return await new FitLoop(training).run();
}
