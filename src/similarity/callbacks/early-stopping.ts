import * as tf from '@tensorflow/tfjs-core';
import { checkCount, checkRange, unknownName } from '../checks.ts';
import type { Callback, Logs, TrainingHandle } from './callback.ts';

/** A model whose state of an earlier epoch can be brought back. */
export interface Restorable {
  /** Everything that training changes, moving averages too; always in the same order. */
  readonly variables: readonly tf.Variable[];
}

export interface EarlyStoppingOptions {
  /** The column of the history that goes. Default `val_loss`. */
  readonly monitor?: string;
  /** How many epochs without an improvement are put up with. Default 0: the first ends the training. */
  readonly patience?: number;
  /** What is no more than this is no improvement. Default 0. */
  readonly minDelta?: number;
  /**
   * Whether less or more of it is better. Default `auto`: more of accuracy, precision, recall, F1, mAP and NDCG, less of
   * everything else.
   */
  readonly mode?: 'auto' | 'min' | 'max';
  /** Whether the model ends as it was after its best epoch. Default false. */
  readonly restoreBestWeights?: boolean;
}

const MORE_IS_BETTER = /accuracy|precision|recall|f1|map@|ndcg|npv/;

const MODES = ['auto', 'min', 'max'];

/** Ends a training that makes no progress any more. */
export class EarlyStopping implements Callback<Restorable> {
  readonly monitor: string;
  readonly patience: number;
  readonly minDelta: number;
  readonly restoreBestWeights: boolean;
  /** 1 where more is better, -1 where less is. */
  readonly #sign: 1 | -1;
  #best: { readonly epoch: number; readonly value: number; readonly weights: Float32Array[] } | undefined;
  #stoppedEpoch: number | undefined;

  /** @throws SimilarityError OUT_OF_RANGE, NOT_AN_INTEGER or UNKNOWN_NAME */
  constructor(options: EarlyStoppingOptions = {}) {
    const { monitor = 'val_loss', mode = 'auto' } = options;
    this.monitor = monitor;
    this.patience = checkCount('patience', options.patience ?? 0, 0);
    this.minDelta = checkRange('minDelta', options.minDelta ?? 0, 0);
    this.restoreBestWeights = options.restoreBestWeights ?? false;
    if (!MODES.includes(mode)) throw unknownName('mode', mode, MODES);
    this.#sign = mode === 'max' || (mode === 'auto' && MORE_IS_BETTER.test(monitor)) ? 1 : -1;
  }

  /** The best epoch of the last training, from 0; undefined before its first has ended. */
  get bestEpoch(): number | undefined {
    return this.#best?.epoch;
  }

  /** The epoch that the last training was ended after, from 0; undefined where it was not ended. */
  get stoppedEpoch(): number | undefined {
    return this.#stoppedEpoch;
  }

  onTrainBegin(): void {
    this.#best = undefined;
    this.#stoppedEpoch = undefined;
  }

  /** @throws SimilarityError UNKNOWN_NAME where the history has no column of that name */
  async onEpochEnd(epoch: number, logs: Logs, training: TrainingHandle<Restorable>): Promise<void> {
    const value = logs[this.monitor];
    if (value === undefined) throw unknownName('monitor', this.monitor, Object.keys(logs));
    if (this.#isBetter(value)) {
      const weights = this.restoreBestWeights ? await weightsOf(training.model) : [];
      this.#best = { epoch, value, weights };
    } else if (epoch - (this.#best?.epoch ?? -1) > this.patience) {
      this.#stoppedEpoch = epoch;
      training.stop();
    }
  }

  onTrainEnd({ model }: TrainingHandle<Restorable>): void {
    if (this.#best === undefined || !this.restoreBestWeights) return;
    const { weights, ...best } = this.#best;
    restoreWeights(model, weights);
    this.#best = { ...best, weights: [] };
  }

  #isBetter(value: number): boolean {
    if (Number.isNaN(value)) return false;
    return this.#best === undefined || this.#sign * (value - this.#best.value) > this.minDelta;
  }
}

/** In plain memory, so that nothing is left behind where the training fails. */
async function weightsOf({ variables }: Restorable): Promise<Float32Array[]> {
  return await Promise.all(variables.map(async (variable) => (await variable.data<'float32'>()).slice()));
}

function restoreWeights({ variables }: Restorable, weights: readonly Float32Array[]): void {
  for (const [i, variable] of variables.entries()) {
    tf.tidy(() => {
      variable.assign(tf.tensor(weights[i] as Float32Array, variable.shape, variable.dtype));
    });
  }
}
