/** What each loss is tested with: settings, the plain-number implementation they belong to, and batches. */
import * as tf from '@tensorflow/tfjs-core';
import { gaussianRows, type Rows } from '../distances/plain-distances.test-fixture.ts';
import {
  CircleLoss,
  LiftedStructLoss,
  MultiNegativesRankLoss,
  MultiSimilarityLoss,
  PNLoss,
  SoftNearestNeighborLoss,
  TripletLoss,
  type MetricLoss,
} from './index.ts';
import {
  plainCircle,
  plainLiftedStruct,
  plainMultiNegativesRank,
  plainMultiSimilarity,
  plainPN,
  plainSoftNearestNeighbor,
  plainTriplet,
  type PlainLoss,
  type PlainOptions,
} from './plain-losses.test-fixture.ts';

export interface LossCase {
  readonly title: string;
  readonly make: () => MetricLoss;
  readonly plain: PlainLoss;
  readonly options: PlainOptions;
}

type Settings = Partial<PlainOptions>;

function cases(
  LossClass: new (options: never) => MetricLoss,
  plain: PlainLoss,
  distance: PlainOptions['distance'],
  settings: readonly Settings[],
): LossCase[] {
  return settings.map((given) => ({
    title: `${LossClass.name} ${JSON.stringify(given)}`,
    make: () => new LossClass(given as never),
    plain,
    options: { distance, ...given },
  }));
}

const MINING: Settings[] = ['hard', 'easy'].flatMap((positiveMiningStrategy) =>
  ['hard', 'semi-hard', 'easy'].map((negativeMiningStrategy) => ({ positiveMiningStrategy, negativeMiningStrategy })),
);
const DISTANCES: Settings[] = (['euclidean', 'squared_euclidean', 'manhattan', 'snr'] as const).map((distance) => ({
  distance,
}));
const MARGINS: Settings[] = [0, 0.3, 100, -100].map((margin) => ({ margin }));

export const LOSS_CASES: readonly LossCase[] = [
  ...cases(TripletLoss, plainTriplet, 'cosine', [{}, ...MINING, ...DISTANCES, ...MARGINS]),
  ...cases(PNLoss, plainPN, 'cosine', [{}, ...MINING, { distance: 'euclidean' }, { distance: 'snr' }, ...MARGINS]),
  ...cases(MultiSimilarityLoss, plainMultiSimilarity, 'cosine', [
    {},
    ...DISTANCES,
    { epsilon: 10 },
    { epsilon: -10 },
    { epsilon: 0 },
    { alpha: 500, beta: 500 },
    { alpha: 0.01, beta: 0.01 },
    { lmda: -20, center: 5 },
  ]),
  ...cases(CircleLoss, plainCircle, 'cosine', [
    {},
    { distance: 'euclidean' },
    { gamma: 1000 },
    { gamma: 0.01 },
    { margin: 0 },
    { margin: 3 },
    { margin: -3 },
  ]),
  ...cases(LiftedStructLoss, plainLiftedStruct, 'cosine', [
    {},
    { positiveMiningStrategy: 'easy' },
    { distance: 'euclidean' },
    { distance: 'snr' },
    ...MARGINS,
  ]),
  ...cases(SoftNearestNeighborLoss, plainSoftNearestNeighbor, 'squared_euclidean', [
    {},
    { distance: 'cosine' },
    { temperature: 0.01 },
    { temperature: 1000 },
  ]),
  ...cases(MultiNegativesRankLoss, plainMultiNegativesRank, 'inner_product', [
    {},
    { distance: 'cosine' },
    { scale: 0.01 },
    { scale: 200 },
  ]),
];

/** One case of each loss, with its default settings. */
export const DEFAULT_CASES = LOSS_CASES.filter(({ title }) => title.endsWith(' {}'));

export interface LabelledRows {
  readonly labels: readonly number[];
  readonly rows: Rows;
}

const rows = gaussianRows(11, 12, 6);
const sameRow = [0.5, -0.25, 0.125, 1, -0.75, 0.3];

export const BATCHES: Readonly<Record<string, LabelledRows>> = {
  normal: { labels: [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3], rows },
  'classes of unequal size, one of a single example': { labels: [7, 7, 7, 7, 7, -2, -2, 5, 5, 5, 5, 100_000], rows },
  'all of one class': { labels: rows.map(() => 3), rows },
  'no two of one class': { labels: rows.map((_, i) => i), rows },
  'all embeddings the same': { labels: [0, 0, 0, 1, 1, 2], rows: [0, 0, 0, 1, 1, 2].map(() => sameRow) },
  'perfectly apart': {
    labels: [0, 0, 1, 1, 2, 2],
    rows: [0, 0, 1, 1, 2, 2].map((label) => [0, 1, 2, 3].map((d) => (d === label ? 1 : 0.1))),
  },
  'a single example': { labels: [4], rows: rows.slice(0, 1) },
};

/** Runs with a batch as tensors, in a tidy. */
export function withTensors<Result extends tf.TensorContainer>(
  { labels, rows: embeddings }: LabelledRows,
  run: (labels: tf.Tensor1D, embeddings: tf.Tensor2D) => Result,
): Result {
  return tf.tidy(() => run(tf.tensor1d(labels as number[], 'int32'), tf.tensor2d(embeddings as number[][])));
}
