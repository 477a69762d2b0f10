import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import { clusters, FEATURES, smallModel } from '../models/clusters.test-fixture.ts';
import type { SimilarityModel } from '../models/index.ts';
import { WarmupCosineDecay } from '../schedules/index.ts';
import { EvalCallback, LearningRateScheduler, SplitValidationLoss, splitValidation } from './index.ts';

const KNOWN = [0, 1, 2, 3];
const train = clusters(KNOWN, 12, 1);
const targets = clusters([...KNOWN, 8, 9], 6, 2);
const queries = clusters([...KNOWN, 8, 9], 5, 3);

/** Rows of the queries. */
const part = (begin: number, end: number): { x: { data: Float32Array; shape: number[] }; y: Int32Array } => ({
  x: { data: queries.x.data.slice(begin * FEATURES, end * FEATURES), shape: [end - begin, FEATURES] },
  y: queries.y.slice(begin, end),
});
const known = part(0, 20);
const unknown = part(20, 30);

describe('splitting a validation', () => {
  it('keeps the order', () => {
    expect(splitValidation([5, 1, 2, 1, 7], [1, 7, 9])).toEqual({ known: [1, 3, 4], unknown: [0, 2] });
    expect(splitValidation([], [1])).toEqual({ known: [], unknown: [] });
  });
});

describe('callbacks of a training', () => {
  let model: SimilarityModel;

  beforeAll(async () => {
    await useBackend('cpu');
  });

  beforeEach(() => {
    model = smallModel();
    model.compile({ optimizer: 'adam', learningRate: 0.003, loss: 'multisim' });
  });

  afterEach(() => {
    model.dispose();
  });

  it('evaluate what known and unknown classes find, and leave the index alone', async () => {
    await model.index(train.x, train.y);
    const before = tf.memory().numTensors;
    const x = tf.tensor(queries.x.data, [30, 12]);
    const callback = new EvalCallback({
      queries: x,
      queryLabels: queries.y,
      targets: targets.x,
      targetLabels: targets.y,
      metrics: ['binary_accuracy', 'f1'],
      retrievalMetrics: ['precision@1'],
      knownClasses: KNOWN,
    });
    const { history } = await model.fit(train, { epochs: 3, stepsPerEpoch: 2, callbacks: [callback] });
    x.dispose();
    expect(Object.keys(history).sort()).toEqual([
      'binary_accuracy_known_classes',
      'binary_accuracy_unknown_classes',
      'f1_known_classes',
      'f1_unknown_classes',
      'learningRate',
      'loss',
      'precision@1_known_classes',
      'precision@1_unknown_classes',
    ]);
    expect(history['precision@1_known_classes']).toHaveLength(3);
    // With no limit to the distance a match is right where the nearest neighbor is.
    expect(history['binary_accuracy_known_classes']).toEqual(history['precision@1_known_classes']);
    expect(model.indexSize()).toBe(48);
    // Adam's moments of the first training: two for each of four weights, and its two factors.
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(10);
  });

  it('gives the numbers that the model itself gives', async () => {
    const callback = new EvalCallback({
      queries: queries.x,
      queryLabels: queries.y,
      targets: targets.x,
      targetLabels: targets.y,
      metrics: [],
      retrievalMetrics: ['map@3'],
    });
    const { history } = await model.fit(train, { stepsPerEpoch: 2, callbacks: [callback] });
    await model.index(targets.x, targets.y);
    const { 'map@3': expected } = await model.evaluateRetrieval(queries.x, queries.y, ['map@3']);
    expect(history['map@3']).toEqual([expected]);
  });

  it('leave out a part without any example', async () => {
    const callback = new SplitValidationLoss({ x: train.x, y: train.y, knownClasses: KNOWN });
    const { history } = await model.fit(train, { stepsPerEpoch: 1, callbacks: [callback] });
    expect(Object.keys(history).sort()).toEqual(['learningRate', 'loss', 'val_loss_known_classes']);
  });

  it('tell the loss on known and on unknown classes', async () => {
    const callback = new SplitValidationLoss({ x: queries.x, y: queries.y, knownClasses: KNOWN, batchSize: 64 });
    const { history } = await model.fit(train, { epochs: 2, stepsPerEpoch: 1, callbacks: [callback] });
    expect(history['val_loss_known_classes']?.at(-1)).toBe((await model.evaluate(known, 64))['loss']);
    expect(history['val_loss_unknown_classes']?.at(-1)).toBe((await model.evaluate(unknown, 64))['loss']);
  });

  it('schedule the learning rate of each step', async () => {
    const schedule = new WarmupCosineDecay({ maxLearningRate: 0.01, totalSteps: 6, warmupSteps: 2 });
    const rates: number[] = [];
    await model.fit(train, {
      epochs: 2,
      stepsPerEpoch: 3,
      callbacks: [new LearningRateScheduler(schedule)],
      onProgress: ({ logs }) => rates.push(logs['learningRate'] ?? Number.NaN),
    });
    expect(rates).toEqual([0, 1, 2, 3, 4, 5].map((step) => schedule.at(step)));
  });

  it('end the training early, and see what the callbacks before them saw', async () => {
    const callback = new SplitValidationLoss({ x: queries.x, y: queries.y, knownClasses: KNOWN });
    const monitor = 'val_loss_unknown_classes';
    const { epochs, history } = await model.fit(train, {
      epochs: 30,
      stepsPerEpoch: 1,
      callbacks: [callback],
      earlyStopping: { monitor, minDelta: 1, restoreBestWeights: true },
    });
    expect(epochs).toBe(2);
    const { loss } = await model.evaluate(unknown);
    expect(loss).toBeCloseTo(history[monitor]?.[0] ?? Number.NaN, 5);
  });

  it('refuse labels of another length, unknown names, and more neighbors than there are targets', () => {
    const options = { queries: queries.x, queryLabels: queries.y, targets: targets.x, targetLabels: targets.y };
    const failing = [
      [{ queryLabels: [1] }, 'queryLabels'],
      [{ targetLabels: [1] }, 'targetLabels'],
      [{ metrics: ['no'] }, 'metric'],
      [{ retrievalMetrics: ['no'] }, 'metric'],
      [{ distance: 'no' }, 'distance'],
      [{ matcher: 'no' }, 'matcher'],
      [{ k: 37 }, 'k'],
    ] as const;
    for (const [changes, argument] of failing) {
      expect(() => new EvalCallback({ ...options, ...changes })).toThrow(
        expect.objectContaining({ argument }) as Error,
      );
    }
    expect(() => new SplitValidationLoss({ x: queries.x, y: [1], knownClasses: [] })).toThrow(
      expect.objectContaining({ code: 'WRONG_LENGTH', argument: 'y' }) as Error,
    );
  });
});
