import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import {
  at,
  finiteDifferences,
  gaussianRows,
  mean,
  relativeError,
  type Rows,
} from '../distances/plain-distances.test-fixture.ts';
import { l2Normalize } from '../tensors/l2-normalize.ts';
import {
  BATCHES,
  DEFAULT_CASES,
  LOSS_CASES,
  withTensors,
  type LabelledRows,
  type LossCase,
} from './cases.test-fixture.ts';
import type { MetricLoss } from './index.ts';
import { withItself } from './plain-losses.test-fixture.ts';

function lossesOf(loss: MetricLoss, batch: LabelledRows): number[] {
  return withTensors(batch, (labels, embeddings) => [
    ...loss
      .perExample({
        queryLabels: labels,
        queryEmbeddings: embeddings,
        keyLabels: labels,
        keyEmbeddings: embeddings,
        removeDiagonal: true,
      })
      .dataSync(),
  ]);
}

function gradientOf(loss: MetricLoss, { labels, rows }: LabelledRows): number[][] {
  return withTensors({ labels, rows }, (classes, embeddings) =>
    (tf.grad((given) => loss.batchLoss(classes, given as tf.Tensor2D))(embeddings) as tf.Tensor2D).arraySync(),
  );
}

function meanLoss({ make }: LossCase, batch: LabelledRows): number {
  return withTensors(batch, (labels, embeddings) => make().batchLoss(labels, embeddings).dataSync()[0] as number);
}

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  describe.each(LOSS_CASES.map((lossCase) => [lossCase.title, lossCase] as const))('%s', (_title, lossCase) => {
    it.each(Object.keys(BATCHES))('is, for each example, that of plain numbers: %s', (which) => {
      const batch = BATCHES[which] as LabelledRows;
      const losses = lossesOf(lossCase.make(), batch);
      const expected = lossCase.plain(withItself(batch.labels, batch.rows), lossCase.options);
      expect(relativeError([losses], [expected])).toBeLessThan(1e-4);
    });
  });

  it.each(DEFAULT_CASES.map((lossCase) => [lossCase.title, lossCase] as const))(
    'leaves nothing in memory, with gradients or without: %s',
    (_title, { make }) => {
      const { labels, rows } = BATCHES['normal'] as LabelledRows;
      const head = tf.variable(tf.tensor2d(gaussianRows(5, 6, 4)));
      const features = tf.tensor2d(rows as number[][]);
      const classes = tf.tensor1d(labels as number[], 'int32');
      const loss = make();
      const before = tf.memory().numTensors;
      loss.compute(classes, features).dispose();
      const { value, grads } = tf.variableGrads(
        () => loss.batchLoss(classes, l2Normalize(tf.matMul(features, head))),
        [head],
      );
      expect(Object.keys(grads)).toHaveLength(1);
      tf.dispose([value, ...Object.values(grads)]);
      expect(tf.memory().numTensors).toBe(before);
      loss.dispose();
      tf.dispose([head, features, classes]);
    },
  );
});

/**
 * Mined pairs and the circle loss's weights are constants of the gradient, so that the plain losses are moved with these as they
 * are where the gradient is taken. The batches lie away from where a pair, or a hinge, would change within a step.
 */
describe('the gradient is that of finite differences', () => {
  beforeAll(() => useBackend('cpu'));

  const batches: LabelledRows[] = [
    { labels: [0, 1, 2, 0, 1, 2, 0, 1], rows: gaussianRows(21, 8, 4) },
    { labels: [5, 5, 5, 6, 6, 7, 5], rows: gaussianRows(22, 7, 4) },
  ];

  it.each(LOSS_CASES.map((lossCase) => [lossCase.title, lossCase] as const))(
    '%s',
    (_title, { make, plain, options }) => {
      for (const { labels, rows } of batches) {
        const frozenAt = withItself(labels, rows);
        const plainLoss = (moved: Rows): number => mean(plain(withItself(labels, moved), { ...options, frozenAt }));
        // Exponents in the hundreds need smaller steps.
        const step = 1e-6;
        const error = relativeError(gradientOf(make(), { labels, rows }), finiteDifferences(plainLoss, rows, step));
        expect(error).toBeLessThan(2e-4);
      }
    },
  );
});

it.each(LOSS_CASES.map((lossCase) => [lossCase.title, lossCase] as const))(
  'the gradient is finite for every batch: %s',
  async (_title, { make }) => {
    await useBackend('cpu');
    for (const batch of Object.values(BATCHES)) {
      expect(gradientOf(make(), batch).flat().every(Number.isFinite)).toBe(true);
    }
  },
);

describe.each(DEFAULT_CASES.map((lossCase) => [lossCase.title, lossCase] as const))('%s', (_title, lossCase) => {
  beforeAll(() => useBackend('cpu'));

  const seeds = fc.integer({ min: 0, max: 1_000_000 });

  it('is the same in any order of the batch', () => {
    const order = fc.shuffledSubarray([...Array(12).keys()], { minLength: 12 });
    const classes = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(seeds, classes, order, (seed, labels, permutation) => {
        const rows = gaussianRows(seed, 12, 5);
        const permuted = { labels: permutation.map((i) => at(labels, i)), rows: permutation.map((i) => at(rows, i)) };
        const [loss, other] = [meanLoss(lossCase, { labels, rows }), meanLoss(lossCase, permuted)];
        expect(Math.abs(loss - other)).toBeLessThan(1e-4 * Math.max(1, loss));
      }),
      { seed: 3, numRuns: 30 },
    );
  });

  it('is the same for embeddings that were scaled before they were normalized', () => {
    fc.assert(
      fc.property(seeds, fc.double({ min: 0.01, max: 100, noNaN: true }), (seed, scale) => {
        const rows = gaussianRows(seed, 8, 5);
        const of = (factor: number): number =>
          withTensors(
            { labels: [0, 0, 1, 1, 2, 2, 2, 3], rows },
            (labels, embeddings) =>
              lossCase
                .make()
                .batchLoss(labels, l2Normalize(tf.mul(embeddings, factor)))
                .dataSync()[0] as number,
          );
        expect(Math.abs(of(1) - of(scale))).toBeLessThan(1e-4 * Math.max(1, of(1)));
      }),
      { seed: 4, numRuns: 30 },
    );
  });

  it('is the mean over all examples, those without pairs included, and never negative', () => {
    for (const batch of Object.values(BATCHES)) {
      const loss = meanLoss(lossCase, batch);
      expect(loss).toBeCloseTo(mean(lossesOf(lossCase.make(), batch)), 4);
      expect(loss).toBeGreaterThanOrEqual(0);
    }
  });
});
