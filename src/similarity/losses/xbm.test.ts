import * as tf from '@tensorflow/tfjs-core';
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
import { DEFAULT_CASES, withTensors, type LabelledRows, type LossCase } from './cases.test-fixture.ts';
import { MultiSimilarityLoss, XBM } from './index.ts';
import type { PlainPairs } from './plain-losses.test-fixture.ts';

const LABELS = [
  [0, 0, 1, 1, 2, 3],
  [3, 4, 4, 0, 1, 5],
  [5, 5, 5, 5, 5, 5],
  [1, 2, 3, 4, 6, 7],
];
const BATCHES: readonly LabelledRows[] = LABELS.map((labels, step) => ({
  labels,
  rows: gaussianRows(50 + step, 6, 5),
}));

/** The memory in plain arrays: what each batch is compared with, and what of it is remembered. */
function keysOfSteps(memorySize: number, warmupSteps: number): LabelledRows[] {
  let memory: LabelledRows = { labels: [], rows: [] };
  return BATCHES.map(({ labels, rows }, step) => {
    const keys = {
      labels: [...labels, ...memory.labels].slice(0, memorySize),
      rows: [...rows, ...memory.rows].slice(0, memorySize),
    };
    if (step >= warmupSteps) memory = keys;
    return keys;
  });
}

function pairsOf({ labels, rows }: LabelledRows, keys: LabelledRows, moved: Rows = rows): PlainPairs {
  const own = Math.min(rows.length, keys.rows.length);
  return {
    queryLabels: labels,
    queries: moved,
    keyLabels: keys.labels,
    keys: [...moved.slice(0, own), ...keys.rows.slice(own)],
    removeDiagonal: true,
  };
}

const SETTINGS = [
  { memorySize: 100, warmupSteps: 0 },
  { memorySize: 100, warmupSteps: 2 },
  { memorySize: 9, warmupSteps: 0 },
  { memorySize: 6, warmupSteps: 0 },
  { memorySize: 4, warmupSteps: 1 },
];

const CASES = DEFAULT_CASES.map((lossCase) => [lossCase.title, lossCase] as const);

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  describe.each(CASES)('around %s', (_title, { make, plain, options }) => {
    it.each(SETTINGS)('compares batches with a memory of %o', (settings) => {
      const xbm = new XBM(make(), settings);
      const keys = keysOfSteps(settings.memorySize, settings.warmupSteps);
      BATCHES.forEach((batch, step) => {
        const loss = withTensors(
          batch,
          (labels, embeddings) => xbm.compute(labels, embeddings).dataSync()[0] as number,
        );
        const expected = mean(plain(pairsOf(batch, at(keys, step)), options));
        expect(Math.abs(loss - expected)).toBeLessThan(1e-4 * Math.max(1, expected));
        expect(xbm.memoryCount).toBe(step < settings.warmupSteps ? 0 : at(keys, step).labels.length);
      });
      xbm.dispose();
    });
  });

  it('keeps two tensors, and gives them back', () => {
    const head = tf.variable(tf.tensor2d(gaussianRows(5, 5, 3)));
    const before = tf.memory().numTensors;
    const xbm = new XBM(new MultiSimilarityLoss(), { memorySize: 15, warmupSteps: 1 });
    BATCHES.forEach((batch, step) => {
      withTensors(batch, (labels, embeddings) => {
        const { value, grads } = tf.variableGrads(() => xbm.batchLoss(labels, tf.matMul(embeddings, head)), [head]);
        tf.dispose([value, ...Object.values(grads)]);
      });
      expect(tf.memory().numTensors).toBe(before + (step === 0 ? 0 : 2));
    });
    xbm.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(xbm.memoryCount).toBe(0);
    xbm.dispose();
    head.dispose();
  });
});

describe('the gradient is that of finite differences, with the memory as it is', () => {
  beforeAll(() => useBackend('cpu'));

  function gradientAfter(lossCase: LossCase, memorySize: number, step: number): number[][] {
    const xbm = new XBM(lossCase.make(), { memorySize });
    const gradients = BATCHES.slice(0, step + 1).map((batch) =>
      withTensors(batch, (labels, embeddings) =>
        (tf.grad((given) => xbm.batchLoss(labels, given as tf.Tensor2D))(embeddings) as tf.Tensor2D).arraySync(),
      ),
    );
    xbm.dispose();
    return at(gradients, step);
  }

  it.each(CASES)('%s', (_title, lossCase) => {
    for (const memorySize of [4, 100]) {
      const keys = keysOfSteps(memorySize, 0);
      for (const step of [1, 3]) {
        const batch = at(BATCHES, step);
        const frozenAt = pairsOf(batch, at(keys, step));
        const loss = (moved: Rows): number =>
          mean(lossCase.plain(pairsOf(batch, at(keys, step), moved), { ...lossCase.options, frozenAt }));
        const error = relativeError(
          gradientAfter(lossCase, memorySize, step),
          finiteDifferences(loss, batch.rows, 1e-6),
        );
        expect(error).toBeLessThan(2e-4);
      }
    }
  });
});

describe('the memory', () => {
  beforeAll(() => useBackend('cpu'));

  it('stays as it is where a batch is only validated', () => {
    const loss = new MultiSimilarityLoss();
    const xbm = new XBM(loss, { memorySize: 50 });
    const value = (
      batch: LabelledRows,
      of: 'batchLoss' | 'validationLoss',
      from = xbm as typeof xbm | typeof loss,
    ): number => withTensors(batch, (labels, embeddings) => from[of](labels, embeddings).dataSync()[0] as number);
    value(at(BATCHES, 0), 'batchLoss');
    expect(value(at(BATCHES, 1), 'validationLoss')).toBe(value(at(BATCHES, 1), 'batchLoss', loss));
    expect(xbm.memoryCount).toBe(6);
    xbm.dispose();
  });

  it('begins its warm-up again after it was disposed of', () => {
    const xbm = new XBM(new MultiSimilarityLoss(), { memorySize: 50, warmupSteps: 1 });
    const step = (): void => {
      withTensors(at(BATCHES, 0), (labels, embeddings) => void xbm.batchLoss(labels, embeddings));
    };
    step();
    step();
    expect(xbm.memoryCount).toBe(6);
    xbm.dispose();
    step();
    expect(xbm.memoryCount).toBe(0);
    xbm.dispose();
  });

  it('takes no embeddings of other dimensions', () => {
    const xbm = new XBM(new MultiSimilarityLoss(), { memorySize: 50 });
    withTensors(at(BATCHES, 0), (labels, embeddings) => void xbm.compute(labels, embeddings));
    expect(() => tf.tidy(() => xbm.compute([0, 0], tf.ones([2, 4])))).toThrow(/embeddings .*5 dimensions.*\[4\]/);
    expect(() => tf.tidy(() => xbm.compute([0, 0], tf.ones([2])))).toThrow(/embeddings .*2 dimensions/);
    xbm.dispose();
  });

  it('takes the distance of the loss that it is around', () => {
    expect(new XBM(new MultiSimilarityLoss({ distance: 'l2' }), { memorySize: 1 }).distance.name).toBe('euclidean');
  });
});
