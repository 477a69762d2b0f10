import { checkCount, checkLabels, type Labels } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import { MultiShotMemorySampler } from '../samplers/index.ts';
import type { Examples } from '../samplers/examples.ts';
import type { Sampler } from '../samplers/sampler.ts';
import type { EmbeddingNetwork } from './embedding-network.ts';
import { checkExamples } from './example-rows.ts';

/** Examples with their classes, to be trained on as they are. */
export interface LabelledExamples {
  /** [n, …] */
  readonly x: Examples;
  /** [n] class ids */
  readonly y: Labels;
}

/** Examples in memory, and how batches are made of them. */
export interface ExamplesToFit extends LabelledExamples {
  /** Classes in each batch. Default 8, or all where there are fewer. */
  readonly classesPerBatch?: number;
  /** Examples of each of these classes. Default 4. */
  readonly examplesPerClassPerBatch?: number;
  /** The same seed gives the same batches. Default 0. */
  readonly seed?: number;
}

/** Batches of a training, made by the model itself of examples in memory. */
export interface PreparedSampler {
  readonly sampler: Sampler;
  /** Whether its batches are features of the backbone already. */
  readonly givesFeatures: boolean;
  /** Whether the training made it, and so disposes of it. */
  readonly owned: boolean;
}

export function isSampler(data: Sampler | LabelledExamples): data is Sampler {
  return 'nextBatch' in data;
}

/**
 * What examples are wrong is said before a training begins; a sampler's batches are checked as they come.
 *
 * @returns the class of each example; undefined for a sampler
 * @throws SimilarityError WRONG_SHAPE, WRONG_LENGTH, EMPTY, NOT_FINITE or NOT_AN_INTEGER
 */
export async function checkFitData(
  network: EmbeddingNetwork,
  data: Sampler | LabelledExamples,
): Promise<Int32Array | undefined> {
  if (isSampler(data)) return undefined;
  return checkLabels('y', data.y, await checkExamples('x', data.x, network.exampleShape));
}

/**
 * A sampler is taken as it is. Of examples a balanced one is made, over their features where there is a frozen backbone, so
 * that each goes through the backbone once and not in every epoch.
 *
 * @param options.needsPairs whether the loss compares the examples of one batch alone
 * @throws SimilarityError WRONG_SHAPE, WRONG_LENGTH, EMPTY, NOT_FINITE, NOT_AN_INTEGER, OUT_OF_RANGE or NO_POSITIVE_PAIR
 */
export async function samplerFor(
  network: EmbeddingNetwork,
  data: Sampler | ExamplesToFit,
  { needsPairs }: { readonly needsPairs: boolean },
): Promise<PreparedSampler> {
  if (isSampler(data)) return { sampler: data, givesFeatures: false, owned: false };
  const y = checkLabels('y', data.y, await checkExamples('x', data.x, network.exampleShape));
  const classes = new Set(y).size;
  const classesPerBatch = data.classesPerBatch ?? Math.min(8, classes);
  const examplesPerClassPerBatch = checkCount('examplesPerClassPerBatch', data.examplesPerClassPerBatch ?? 4);
  if (needsPairs && examplesPerClassPerBatch === 1) {
    const expected = 'with one example of each class in a batch there is nothing to learn from';
    throw new SimilarityError('NO_POSITIVE_PAIR', 'examplesPerClassPerBatch', { expected });
  }
  const sampler = new MultiShotMemorySampler({
    x: await network.allFeatures(data.x),
    y,
    classesPerBatch,
    examplesPerClassPerBatch,
    stepsPerEpoch: Math.ceil(y.length / (classesPerBatch * examplesPerClassPerBatch)),
    seed: data.seed ?? 0,
  });
  return { sampler, givesFeatures: true, owned: true };
}
