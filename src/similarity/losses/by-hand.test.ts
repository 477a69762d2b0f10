import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import { SimilarityError, type SimilarityErrorCode } from '../errors.ts';
import { withTensors } from './cases.test-fixture.ts';
import {
  CircleLoss,
  getLoss,
  LiftedStructLoss,
  lossFromConfig,
  MultiNegativesRankLoss,
  MultiSimilarityLoss,
  PNLoss,
  SoftNearestNeighborLoss,
  TripletLoss,
  XBM,
  type MetricLoss,
} from './index.ts';

beforeAll(() => useBackend('cpu'));

function lossesOf(loss: MetricLoss, labels: number[], rows: number[][]): number[] {
  return withTensors({ labels, rows }, (classes, embeddings) => [
    ...loss
      .perExample({
        queryLabels: classes,
        queryEmbeddings: embeddings,
        keyLabels: classes,
        keyEmbeddings: embeddings,
        removeDiagonal: true,
      })
      .dataSync(),
  ]);
}

describe('worked out by hand', () => {
  const labels = [0, 0, 1, 1];
  const apart = [
    [1, 0],
    [1, 0],
    [0, 1],
    [0, 1],
  ];
  const { exp, log } = Math;

  // Two classes at right angles: cosine distances 0 and 1, squared Euclidean ones 0 and 2; each example has two negatives.
  it.each([
    [new TripletLoss(), log(1 + exp(-1))],
    [new TripletLoss({ margin: 1.1 }), 0.1],
    [new TripletLoss({ margin: 1 }), 0],
    [new PNLoss(), log(1 + exp(-1))],
    [new PNLoss({ margin: 1.5 }), 0.5],
    // No positive is farther than the nearest negative less 0.1.
    [new MultiSimilarityLoss(), 0],
    [new MultiSimilarityLoss({ epsilon: 2 }), log(1 + exp(-1)) / 2 + log(1 + 2 * exp(-20)) / 40],
    // Logits 0.4 (0 - 0.4), and twice 0.4 (0.6 - 1).
    [new CircleLoss({ gamma: 1 }), log(1 + 2 * exp(-0.32))],
    [new LiftedStructLoss(), log(4) ** 2 / 2],
    [new LiftedStructLoss({ margin: -1 }), 0],
    [new SoftNearestNeighborLoss(), log(1 + 2 * exp(-2))],
    [new SoftNearestNeighborLoss({ temperature: 2 }), log(1 + 2 * exp(-1))],
    [new MultiNegativesRankLoss({ scale: 1 }), log(1 + 2 * exp(-1))],
  ])('%#: of two classes at right angles', (loss, expected) => {
    for (const value of lossesOf(loss, labels, apart)) expect(value).toBeCloseTo(expected, 5);
  });

  // On a line, by their coordinates: class 0 at 0 and 2, class 1 at 3 and 9.
  const line = [[0], [2], [3], [9]];
  const gaps: Record<string, number[]> = {
    hard: [2 - 3, 2 - 1, 6 - 1, 6 - 7],
    // 3 lies beyond 2's positive; beyond 9's the nearer of both; nothing lies beyond 6 of 3, whose farthest is 3.
    'semi-hard': [2 - 3, 2 - 7, 6 - 3, 6 - 7],
    easy: [2 - 9, 2 - 7, 6 - 3, 6 - 9],
  };
  it.each(Object.keys(gaps))('mines %s negatives on a line', (negativeMiningStrategy) => {
    const options = { distance: 'euclidean', margin: 10, negativeMiningStrategy: negativeMiningStrategy as 'hard' };
    const losses = lossesOf(new TripletLoss(options), labels, line);
    const expected = (gaps[negativeMiningStrategy] as number[]).map((gap) => gap + 10);
    losses.forEach((loss, i) => {
      expect(loss).toBeCloseTo(expected[i] as number, 4);
    });
  });

  it('lets the positive push the negative away too where that is nearer to it', () => {
    // Of 0 the negative at 3 is 1 from the positive at 2; of 9 that at 2 is 1 from the positive at 3.
    const losses = lossesOf(
      new PNLoss({ distance: 'euclidean', margin: 10, negativeMiningStrategy: 'hard' }),
      labels,
      line,
    );
    [2 - 1, 2 - 1, 6 - 1, 6 - 1].forEach((gap, i) => {
      expect(losses[i]).toBeCloseTo(gap + 10, 4);
    });
  });

  it('gives one of two equally far positives the whole gradient', () => {
    const rows = [[0], [1], [-1], [5]];
    const loss = new TripletLoss({ distance: 'euclidean', margin: 100, negativeMiningStrategy: 'hard' });
    const gradient = withTensors({ labels: [0, 0, 0, 1], rows }, (classes, embeddings) =>
      tf
        .grad((given) => {
          const [first] = tf.split(
            loss.perExample({
              queryLabels: classes,
              queryEmbeddings: given as tf.Tensor2D,
              keyLabels: classes,
              keyEmbeddings: given as tf.Tensor2D,
              removeDiagonal: true,
            }),
            4,
          ) as [tf.Tensor];
          return tf.sum(first);
        })(embeddings)
        .dataSync(),
    );
    expect([...gradient].map((value) => Math.round(value * 1e4) / 1e4)).toEqual([-1 + 1, 1, 0, -1]);
  });
});

describe('pairs without labels', () => {
  const queries = [
    [1, 0],
    [0, 1],
    [1, 1],
  ];
  const keys = [
    [0.5, 0.5],
    [0, 1],
    [1, 0],
  ];

  it('count all other keys as negatives', () => {
    const loss = new MultiNegativesRankLoss({ scale: 2 });
    const similarity = (i: number, j: number): number =>
      2 * (queries[i] as number[]).reduce((sum, value, d) => sum + value * ((keys[j] as number[])[d] as number), 0);
    const expected = [0, 1, 2].map(
      (i) => Math.log([0, 1, 2].reduce((sum, j) => sum + Math.exp(similarity(i, j)), 0)) - similarity(i, i),
    );
    const value = tf.tidy(() => loss.computePairs(tf.tensor2d(queries), tf.tensor2d(keys)).dataSync()[0]);
    expect(value).toBeCloseTo(
      (expected[0] as number) / 3 + (expected[1] as number) / 3 + (expected[2] as number) / 3,
      5,
    );
  });

  it('have to be as many as there are queries', () => {
    const loss = new MultiNegativesRankLoss();
    expect(() => tf.tidy(() => loss.computePairs(tf.ones([3, 2]), tf.ones([2, 2])))).toThrow(
      /keys has another shape.*\[3, 2\] was expected.*\[2, 2\]/,
    );
  });
});

describe('what is refused', () => {
  function codeOf(run: () => unknown): SimilarityErrorCode | undefined {
    try {
      tf.tidy(() => void run());
      return undefined;
    } catch (error) {
      if (error instanceof SimilarityError) return error.code;
      throw error;
    }
  }

  const loss = new TripletLoss();
  it.each<[string, SimilarityErrorCode, () => unknown]>([
    ['a row of embeddings', 'WRONG_RANK', () => loss.compute([0], tf.tensor1d([1]))],
    [
      'labels in a matrix',
      'WRONG_RANK',
      () => loss.compute(tf.tensor2d([[0]]) as unknown as tf.Tensor1D, tf.ones([1, 1])),
    ],
    ['too few labels', 'WRONG_LENGTH', () => loss.compute([0], tf.ones([2, 3]))],
    ['a label that is no whole number', 'NOT_AN_INTEGER', () => loss.compute([0, 0.5], tf.ones([2, 3]))],
    ['no embeddings', 'EMPTY', () => loss.compute([], tf.zeros([0, 3]))],
    ['whole numbers', 'WRONG_TYPE', () => loss.compute([0, 0], tf.ones([2, 3], 'int32'))],
    ['not a number', 'NOT_FINITE', () => loss.compute([0, 0], tf.tensor2d([[NaN], [1]]))],
    ['infinity', 'NOT_FINITE', () => loss.compute([0, 0], tf.tensor2d([[Infinity], [1]]))],
    ['an unknown distance', 'UNKNOWN_NAME', () => new TripletLoss({ distance: 'hamming' })],
    ['unknown mining', 'UNKNOWN_NAME', () => new TripletLoss({ positiveMiningStrategy: 'semi-hard' as 'hard' })],
    ['unknown mining of negatives', 'UNKNOWN_NAME', () => new PNLoss({ negativeMiningStrategy: 'soft' as 'hard' })],
    ['a margin that is no number', 'NOT_FINITE', () => new PNLoss({ margin: NaN })],
    ['no temperature', 'OUT_OF_RANGE', () => new SoftNearestNeighborLoss({ temperature: 0 })],
    ['a negative gamma', 'OUT_OF_RANGE', () => new CircleLoss({ gamma: -1 })],
    ['an infinite alpha', 'OUT_OF_RANGE', () => new MultiSimilarityLoss({ alpha: Infinity })],
    ['no memory', 'OUT_OF_RANGE', () => new XBM(loss, { memorySize: 0 })],
    ['half an embedding of memory', 'NOT_AN_INTEGER', () => new XBM(loss, { memorySize: 1.5 })],
    ['a negative warm-up', 'OUT_OF_RANGE', () => new XBM(loss, { memorySize: 1, warmupSteps: -1 })],
    ['an unknown loss', 'UNKNOWN_NAME', () => getLoss('hinge')],
    ['XBM by name, which has nothing to wrap', 'UNKNOWN_NAME', () => getLoss('xbm_loss')],
  ])('%s: %s', (_what, code, run) => {
    expect(codeOf(run)).toBe(code);
  });

  it('is told with the argument and its shape', () => {
    expect(() => loss.compute([0], tf.ones([2, 3]))).toThrow(/^labels .*2 examples.*\[1\]/);
  });
});

describe('a loss by name', () => {
  const CLASSES: readonly [new () => MetricLoss, string][] = [
    [TripletLoss, 'triplet_loss'],
    [MultiSimilarityLoss, 'multisim_loss'],
    [CircleLoss, 'circle_loss'],
    [PNLoss, 'pn_loss'],
    [LiftedStructLoss, 'lifted_struct_loss'],
    [SoftNearestNeighborLoss, 'soft_nn_loss'],
    [MultiNegativesRankLoss, 'multineg_rank_loss'],
  ];

  it.each(CLASSES)('%o is found by the original names, in any case', (LossClass, name) => {
    for (const alias of [name, name.toUpperCase(), LossClass.name, LossClass.name.toLowerCase()]) {
      const loss = getLoss(alias);
      expect(loss).toBeInstanceOf(LossClass);
      expect(loss.name).toBe(name);
    }
    const loss = new LossClass();
    expect(getLoss(loss)).toBe(loss);
  });

  it.each(CLASSES)('%o comes back from its settings', (LossClass) => {
    const loss = new LossClass();
    const config = JSON.parse(JSON.stringify(loss.getConfig())) as Record<string, unknown>;
    expect(lossFromConfig({ className: LossClass.name, config })).toEqual(loss);
  });

  it('comes back with settings of its own, wrapped too', () => {
    const triplet = new TripletLoss({ distance: 'l1', margin: 0.2, negativeMiningStrategy: 'easy', name: 'mine' });
    const xbm = new XBM(triplet, { memorySize: 30, warmupSteps: 4 });
    const config = JSON.parse(JSON.stringify(xbm.getConfig())) as Record<string, unknown>;
    const loss = lossFromConfig({ className: 'XBM', config });
    if (!(loss instanceof XBM)) throw new Error(`${loss.name} is no XBM`);
    expect(loss.loss).toEqual(triplet);
    expect([loss.name, loss.memorySize, loss.warmupSteps]).toEqual(['xbm_loss', 30, 4]);
  });
});
