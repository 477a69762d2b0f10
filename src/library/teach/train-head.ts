import type { HeadTask, HeadWeights, HeldOutLoss, StepDone } from '../../compute/training/head.ts';
import type { Training } from '../../compute/training/training.ts';
import { createRandom } from '../../similarity/random.ts';
import type { TeachingSettings, TrainingSettings } from './choose-settings.ts';
import { closedFormHead, type LabelledRows } from './closed-form-head.ts';
import { rowsAt } from './rows.ts';

/** Whoever trains: `src/compute/training`, on whatever device is there. */
export type HeadTrainer = Pick<Training, 'train'>;

export interface TrainHeadOptions {
  readonly signal?: AbortSignal | undefined;
  /** After each step of the training; never where the settings ask for none. */
  readonly onStep?: ((done: StepDone) => void) | undefined;
}

/** A head, and how it came to be. */
export interface TaughtHead {
  readonly weights: HeadWeights;
  /** Loss of each step; empty for a closed form. */
  readonly losses: readonly number[];
  readonly heldOutLosses: readonly HeldOutLoss[];
}

/**
 * A head for labelled vectors: the closed form, and trained from there where the settings say so.
 *
 * @throws RangeError for no rows; DeviceLostError where no device is left; the reason of the signal
 */
export async function trainHead(
  labelled: LabelledRows,
  settings: TeachingSettings,
  trainer: HeadTrainer,
  { signal, onStep }: TrainHeadOptions = {},
): Promise<TaughtHead> {
  signal?.throwIfAborted();
  const { training } = settings;
  if (training === null) {
    return { weights: closedFormHead(labelled, settings.closedForm), losses: [], heldOutLosses: [] };
  }
  const { taught, stopping } = divide(labelled, training.earlyStoppingShare, settings.seed);
  const start = closedFormHead(taught, settings.closedForm);
  const task = headTask(taught, stopping, start, training, settings.seed);
  const trained = await trainer.train(task, { signal, onStep });
  return { ...trained, weights: betweenHeads(start, trained.weights, training.trainedShare) };
}

/**
 * A head between two of the same shape, weight by weight. Between a model and what it was fine-tuned to there are models that know the
 * new as well as the fine-tuned one and keep more of what it did not see (Wortsman et al., "Robust fine-tuning of zero-shot models",
 * 2022, https://arxiv.org/abs/2109.01903).
 *
 * @param share 0 gives `a`, 1 gives `b`
 */
function betweenHeads(a: HeadWeights, b: HeadWeights, share: number): HeadWeights {
  const between = (from: Float32Array, to: Float32Array): Float32Array =>
    from.map((value, i) => value + share * ((to[i] ?? value) - value));
  return {
    kernel: between(a.kernel, b.kernel),
    bias: a.bias === null || b.bias === null ? null : between(a.bias, b.bias),
  };
}

function headTask(
  taught: LabelledRows,
  stopping: LabelledRows | null,
  start: HeadWeights,
  training: TrainingSettings,
  seed: number,
): HeadTask {
  const { loss, steps, learningRate, classesPerBatch, examplesPerClassPerBatch, towardsStart } = training;
  const classes = new Set(Array.from(taught.labels)).size;
  return {
    features: taught.rows,
    featureSize: taught.dimensions,
    labels: Int32Array.from(taught.labels),
    dimensions: taught.dimensions,
    start,
    loss,
    steps,
    learningRate,
    classesPerBatch: Math.min(classesPerBatch, classes),
    examplesPerClassPerBatch,
    towardsStart,
    seed,
    ...(stopping && {
      heldOut: { features: stopping.rows, labels: Int32Array.from(stopping.labels), every: 20, patience: 3 },
    }),
  };
}

/** Takes a share of each group out; none where no group can spare two. */
function divide(
  labelled: LabelledRows,
  share: number,
  seed: number,
): { readonly taught: LabelledRows; readonly stopping: LabelledRows | null } {
  const byGroup = Map.groupBy(Array.from(labelled.labels).keys(), (row) => labelled.labels[row] as number);
  const random = createRandom(seed);
  const out = new Set<number>();
  for (const rows of byGroup.values()) {
    const count = Math.floor(rows.length * share);
    if (count >= 2) for (const row of random.sample(rows, count)) out.add(row);
  }
  if (out.size === 0) return { taught: labelled, stopping: null };
  return { taught: rowsWhere(labelled, (row) => !out.has(row)), stopping: rowsWhere(labelled, (row) => out.has(row)) };
}

function rowsWhere({ rows, dimensions, labels }: LabelledRows, isWanted: (row: number) => boolean): LabelledRows {
  const kept = Array.from(labels).flatMap((_, row) => (isWanted(row) ? [row] : []));
  return { rows: rowsAt(rows, kept, dimensions), dimensions, labels: kept.map((row) => labels[row] as number) };
}
