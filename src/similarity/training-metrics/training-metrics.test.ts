import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import type { DistanceName } from '../distances/index.ts';
import { at, gaussianRows, mean, plainDistances, sum, type Rows } from '../distances/plain-distances.test-fixture.ts';
import { SimilarityError } from '../errors.ts';
import type { Batch } from '../samplers/sampler.ts';
import {
  avgNeg,
  avgPos,
  batchClassRatio,
  distGap,
  DistanceGapMetric,
  DistanceMetric,
  getTrainingMetric,
  maxNeg,
  maxPos,
  minNeg,
  minPos,
  sumNeg,
  sumPos,
  type DistanceMetricOptions,
  type TrainingMetric,
} from './index.ts';

interface LabelledRows {
  readonly labels: readonly number[];
  readonly rows: Rows;
}

const rows = gaussianRows(41, 9, 4);
const sameRow = [0.4, 0.2, -0.9, 0.1];
const BATCHES: Readonly<Record<string, LabelledRows>> = {
  normal: { labels: [0, 1, 2, 0, 1, 2, 0, 1, 2], rows },
  'one class of a single example': { labels: [0, 0, 0, 0, 4, 4, 4, 4, 9], rows },
  'all of one class': { labels: rows.map(() => 1), rows },
  'no two of one class': { labels: rows.map((_, i) => i), rows },
  'all embeddings the same': { labels: [0, 0, 1, 1], rows: [sameRow, sameRow, sameRow, sameRow] },
  'a single example': { labels: [1], rows: rows.slice(0, 1) },
};

/** The metric in plain numbers. */
function minedDistances({ labels, rows: batch }: LabelledRows, options: DistanceMetricOptions): number[] {
  const positive = (options.anchor ?? 'positive') === 'positive';
  const mining = positive ? options.positiveMiningStrategy : options.negativeMiningStrategy;
  const choose = positive === ((mining ?? 'hard') === 'hard') ? Math.max : Math.min;
  return batch.flatMap((row, i) => {
    const paired = batch.filter((_, j) => i !== j && (labels[i] === labels[j]) === positive);
    const name = (options.distance ?? 'cosine') as DistanceName;
    return paired.length === 0 ? [] : [choose(...paired.map((other) => plainDistances[name](row, other)))];
  });
}

function aggregated(distances: readonly number[], aggregate: string): number {
  if (distances.length === 0) return NaN;
  if (aggregate === 'max') return Math.max(...distances);
  if (aggregate === 'min') return Math.min(...distances);
  return aggregate === 'sum' ? sum(distances) : mean(distances);
}

function update(metric: TrainingMetric, { labels, rows: batch }: LabelledRows): number {
  return tf.tidy(() => metric.update(labels, tf.tensor2d(batch as number[][])));
}

function expectClose(actual: number, expected: number): void {
  if (Number.isNaN(expected)) expect(actual).toBeNaN();
  else expect(Math.abs(actual - expected)).toBeLessThan(1e-5 * Math.max(1, Math.abs(expected)));
}

const OPTIONS: DistanceMetricOptions[] = (['positive', 'negative'] as const).flatMap((anchor) => [
  ...(['mean', 'avg', 'max', 'min', 'sum'] as const).map((aggregate) => ({ anchor, aggregate })),
  { anchor, aggregate: 'mean', distance: 'l2' } as const,
  { anchor, positiveMiningStrategy: 'easy', negativeMiningStrategy: 'easy', aggregate: 'max' } as const,
]);

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  describe.each(OPTIONS)('%o', (options) => {
    const plainOptions = options.distance === 'l2' ? { ...options, distance: 'euclidean' } : options;

    it.each(Object.keys(BATCHES))('of a batch is that of plain numbers: %s', (which) => {
      const batch = BATCHES[which] as LabelledRows;
      const metric = new DistanceMetric(options);
      const expected = aggregated(minedDistances(batch, plainOptions), options.aggregate ?? 'mean');
      expectClose(update(metric, batch), expected);
      expectClose(metric.result(), expected);
    });

    it('goes over all batches since the last reset, those without pairs left out', () => {
      const metric = new DistanceMetric(options);
      expect(metric.result()).toBeNaN();
      update(metric, BATCHES['normal'] as LabelledRows);
      metric.reset();
      expect(metric.result()).toBeNaN();
      const epoch = Object.values(BATCHES);
      for (const batch of epoch) update(metric, batch);
      const all = epoch.flatMap((batch) => minedDistances(batch, plainOptions));
      expectClose(metric.result(), aggregated(all, options.aggregate ?? 'mean'));
    });
  });

  it('the gap is the nearest negative less the farthest positive, over a batch and an epoch', () => {
    const metric = new DistanceGapMetric({ distance: 'euclidean' });
    const options = { distance: 'euclidean' };
    const gap = (batches: LabelledRows[]): number =>
      Math.min(...batches.flatMap((batch) => minedDistances(batch, { ...options, anchor: 'negative' }))) -
      Math.max(...batches.flatMap((batch) => minedDistances(batch, options)));
    const batches = [BATCHES['normal'], BATCHES['all embeddings the same']] as LabelledRows[];
    for (const batch of batches) expectClose(update(metric, batch), gap([batch]));
    expectClose(metric.result(), gap(batches));
    expect(metric.result()).toBeLessThan(0);
    metric.reset();
    expect(metric.result()).toBeNaN();
  });

  it('leaves nothing in memory, within a gradient too', () => {
    const embeddings = tf.tensor2d(rows);
    const labels = tf.tensor1d((BATCHES['normal'] as LabelledRows).labels as number[], 'int32');
    const before = tf.memory().numTensors;
    const metric = distGap();
    metric.update(labels, embeddings);
    const gradient = tf.grad((given) => {
      metric.updateBatch(labels, given as tf.Tensor2D);
      return tf.sum(given);
    })(embeddings);
    gradient.dispose();
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([embeddings, labels]);
  });
});

describe('worked out by hand', () => {
  beforeAll(() => useBackend('cpu'));

  // On a line: class 0 at 0 and 2, class 1 at 3 and 9. Farthest positives 2, 2, 6, 6; nearest negatives 3, 1, 1, 7.
  it.each([
    [avgPos, 'avg_pos', 4],
    [maxPos, 'max_pos', 6],
    [minPos, 'min_pos', 2],
    [sumPos, 'sum_pos', 16],
    [avgNeg, 'avg_neg', 3],
    [maxNeg, 'max_neg', 7],
    [minNeg, 'min_neg', 1],
    [sumNeg, 'sum_neg', 12],
    [distGap, 'dist_gap', 1 - 6],
  ])('%#: %o', (make, name, expected) => {
    const metric = make('l2');
    expect(metric.name).toBe(name);
    expect(update(metric, { labels: [0, 0, 1, 1], rows: [[0], [2], [3], [9]] })).toBeCloseTo(expected, 4);
  });

  it('is the same in any order of the batch', () => {
    const { labels, rows: batch } = BATCHES['normal'] as LabelledRows;
    fc.assert(
      fc.property(fc.shuffledSubarray([...batch.keys()], { minLength: batch.length }), (order) => {
        for (const metric of [avgPos(), minNeg(), distGap()]) {
          const permuted = { labels: order.map((i) => at(labels, i)), rows: order.map((i) => at(batch, i)) };
          const first = update(metric, { labels, rows: batch });
          expect(update(metric, permuted)).toBeCloseTo(first, 5);
        }
      }),
      { seed: 5, numRuns: 20 },
    );
  });
});

describe('by name', () => {
  it.each([
    ['avg_pos', ['dist_pos_avg', 'distPosAvg', 'AVG_POS', 'mean_pos', 'DistanceMetric']],
    ['max_pos', ['dist_pos_max', 'distPosMax']],
    ['min_pos', ['dist_pos_min']],
    ['sum_pos', ['dist_pos_sum']],
    ['avg_neg', ['dist_neg_avg', 'mean_neg']],
    ['max_neg', ['dist_neg_max']],
    ['min_neg', ['dist_neg_min', 'minNeg']],
    ['sum_neg', ['dist_neg_sum']],
    ['dist_gap', ['distGap', 'DistanceGapMetric']],
  ])('%s is found, of the wanted distance', (name, aliases) => {
    for (const alias of [name, ...aliases]) {
      const metric = getTrainingMetric(alias, 'l1');
      expect(metric.name).toBe(name);
      expect(metric.getConfig()['distance']).toBe('manhattan');
    }
    const metric = getTrainingMetric(name);
    expect(getTrainingMetric(metric)).toBe(metric);
    expect(metric.getConfig()['distance']).toBe('cosine');
  });

  it('comes back from its settings', () => {
    const metric = new DistanceMetric({
      aggregate: 'max',
      anchor: 'negative',
      distance: 'l1',
      negativeMiningStrategy: 'easy',
    });
    expect(metric.name).toBe('max_neg');
    expect(new DistanceMetric(metric.getConfig()).getConfig()).toEqual(metric.getConfig());
  });

  it.each<() => unknown>([
    () => getTrainingMetric('accuracy'),
    () => getTrainingMetric('max_pos', 'hamming'),
    () => new DistanceMetric({ aggregate: 'median' as 'mean' }),
    () => new DistanceMetric({ anchor: 'neutral' as 'positive' }),
    () => new DistanceMetric({ positiveMiningStrategy: 'semi-hard' as 'hard' }),
    () => new DistanceMetric({ negativeMiningStrategy: 'soft' as 'hard' }),
  ])('%#: what has no such name is refused', (make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'UNKNOWN_NAME' }) as SimilarityError);
  });

  it.each<[string, () => unknown]>([
    ['WRONG_LENGTH', () => avgPos().update([0], tf.ones([2, 2]))],
    ['WRONG_RANK', () => distGap().update([0], tf.ones([2]))],
    ['NOT_FINITE', () => avgNeg().update([0], tf.tensor2d([[NaN]]))],
    ['NOT_AN_INTEGER', () => avgNeg().update([0.5], tf.tensor2d([[1]]))],
  ])('bad input is told: %s', (code, run) => {
    expect(() => tf.tidy(() => void run())).toThrow(expect.objectContaining({ code }) as SimilarityError);
  });
});

describe('batchClassRatio', () => {
  function sampler(batches: readonly number[][]) {
    let step = 0;
    return {
      stepsPerEpoch: batches.length,
      nextBatch: (): Batch => {
        const labels = Int32Array.from(at(batches, step++ % batches.length));
        return { views: [tf.zeros([labels.length, 2])], labels };
      },
      onEpochEnd: () => undefined,
      dispose: () => undefined,
    };
  }

  it('is the mean over batches of how many examples a class has, and disposes of the batches', async () => {
    const before = tf.memory().numTensors;
    expect(
      await batchClassRatio(
        sampler([
          [0, 0, 1, 1],
          [0, 1, 2, 3],
        ]),
        2,
      ),
    ).toBe(1.5);
    expect(await batchClassRatio(sampler([[5, 5, 5]]))).toBe(3);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('draws at least one batch', async () => {
    await expect(batchClassRatio(sampler([[0]]), 0)).rejects.toThrow(SimilarityError);
  });
});
