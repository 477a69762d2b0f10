import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import { F1Score } from '../classification-metrics/index.ts';
import { metricEmbedding } from '../layers/index.ts';
import { MultiSimilarityLoss, TripletLoss, XBM } from '../losses/index.ts';
import { MultiShotMemorySampler } from '../samplers/index.ts';
import { SqliteStore } from '../stores/index.ts';
import { DistanceMetric } from '../training-metrics/index.ts';
import { clusters, FEATURES, smallModel } from './clusters.test-fixture.ts';
import { SimilarityModel } from './similarity-model.ts';

const KNOWN = [0, 1, 2, 3, 4, 5];
const NEW = [8, 9];

const train = clusters(KNOWN, 24, 1);
const indexed = clusters(KNOWN, 8, 2);
const queries = clusters(KNOWN, 10, 3);

/** Far from every class: zeros go through all layers as zeros, at a right angle to everything. */
const far = { data: new Float32Array(2 * FEATURES), shape: [2, FEATURES] };

describe('a similarity model on clusters', () => {
  let model: SimilarityModel;
  let losses: readonly number[];

  beforeAll(async () => {
    await useBackend('wasm');
    model = smallModel();
    model.compile({ optimizer: 'adam', learningRate: 0.005, loss: 'multisim' });
    const { history } = await model.fit(train, { epochs: 20, validationData: queries });
    losses = history['loss'] ?? [];
    expect(history['val_loss']).toHaveLength(20);
    await model.index(indexed.x, indexed.y, [...indexed.y.keys()]);
  });

  afterAll(() => {
    model.dispose();
  });

  it('learns', () => {
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 3);
  });

  it('finds the same class next to a query, and did not before it was trained', async () => {
    const untrained = smallModel();
    untrained.compile();
    await untrained.index(indexed.x, indexed.y);
    const before = await untrained.evaluateRetrieval(queries.x, queries.y, ['precision@1']);
    untrained.dispose();
    expect(before['precision@1']).toBeLessThan(0.8);
    const after = await model.evaluateRetrieval(queries.x, queries.y, ['precision@1', 'map@5']);
    expect(after['precision@1']).toBeGreaterThanOrEqual(0.95);
  });

  it('gives lookups with rank, class and data, alone and in batches', async () => {
    const lookups = await model.lookup(queries.x, 3);
    expect(lookups).toHaveLength(60);
    expect(lookups[0]).toHaveLength(3);
    expect(lookups[0]?.[0]).toMatchObject({ rank: 1, label: 0, data: expect.any(Number) as number });
    const first = { data: queries.x.data.slice(0, FEATURES), shape: [FEATURES] };
    expect(await model.singleLookup(first, 3)).toEqual(lookups[0]);
    const tensor = tf.tensor(first.data, [FEATURES]);
    expect(await model.singleLookup(tensor, 3)).toEqual(lookups[0]);
    tensor.dispose();
  });

  it('predicts the same in any batches', async () => {
    const whole = await model.predict(queries.x);
    const parts = await model.predict(queries.x, { batchSize: 7 });
    expect(whole.shape).toEqual([60, 8]);
    const difference = tf.max(tf.abs(tf.sub(whole, parts)));
    expect((await difference.data())[0]).toBeLessThan(1e-6);
    tf.dispose([whole, parts, difference]);
  });

  it('matches classes that it is calibrated for, and nothing to what lies far away', async () => {
    await expect(model.match(queries.x)).rejects.toMatchObject({ code: 'NOT_CALIBRATED' });
    const { cutpoints } = await model.calibrate(queries.x, queries.y, { thresholdsTargets: { careful: 0.5 } });
    expect(Object.keys(cutpoints)).toEqual(['optimal', 'careful']);
    const test = clusters(KNOWN, 10, 4);
    const matches = await model.match(test.x);
    const right = matches.filter((label, i) => label === test.y[i]).length;
    expect(right / matches.length).toBeGreaterThan(0.9);
    expect(await model.match(far)).toEqual([-1, -1]);
    expect(await model.match(far, { noMatchLabel: -7 })).toEqual([-7, -7]);
    expect(await model.matchAll(far)).toEqual({ optimal: [-1, -1], careful: [-1, -1] });
    await expect(model.match(far, { cutpoint: 'none' })).rejects.toMatchObject({ code: 'UNKNOWN_NAME' });
    const evaluation = await model.evaluateClassification(test.x, test.y);
    expect(Object.keys(evaluation)).toEqual(['optimal', 'careful']);
    expect(evaluation['optimal']?.['precision']).toBeGreaterThan(0.9);
    expect(Object.keys(evaluation['optimal'] ?? {}).sort()).toEqual(['distance', 'f1_score', 'precision', 'recall']);
  });

  it('matches classes that are added without training', async () => {
    const added = clusters(NEW, 8, 2);
    await model.index(added.x, added.y);
    const { data } = clusters([NEW[0] ?? 0], 1, 9).x;
    const id = await model.indexSingle({ data, shape: [FEATURES] }, NEW[0], 'one more');
    expect(id).toBe(model.indexSize() - 1);
    expect(model.indexSize()).toBe(48 + 16 + 1);
    expect(model.toRows()).toHaveLength(65);
    expect(model.toRows(1)).toMatchObject([{ id: 0, label: 0, data: 0 }]);
    const test = clusters(NEW, 20, 5);
    const { 'precision@1': precision } = await model.evaluateRetrieval(test.x, test.y, ['precision@1']);
    expect(precision).toBeGreaterThanOrEqual(0.85);
  });

  it('forgets what is indexed', () => {
    model.resetIndex();
    expect(model.indexSize()).toBe(0);
    expect(model.indexSummary()).toMatchObject({ size: 0, dimensions: 8, distance: 'cosine', isCalibrated: false });
  });
});

describe('training a similarity model', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  it('leaks nothing, and gives the same numbers each time', async () => {
    const histories = [];
    for (let i = 0; i < 2; i++) {
      const before = tf.memory().numTensors;
      const model = smallModel();
      model.compile({ optimizer: 'adam', loss: 'triplet' });
      histories.push(await model.fit(train, { epochs: 2, stepsPerEpoch: 2, validationData: queries }));
      await model.index(indexed.x, indexed.y);
      await model.lookup(queries.x);
      model.dispose();
      expect(tf.memory().numTensors).toBe(before);
    }
    expect(histories[0]).toEqual(histories[1]);
  });

  it('gives the same numbers on every backend', async () => {
    const losses = [];
    for (const backend of ['wasm', 'cpu']) {
      await useBackend(backend);
      const model = smallModel();
      model.compile({ optimizer: 'sgd', learningRate: 0.1, loss: 'multisim' });
      const { history } = await model.fit(train, { epochs: 2, validationData: queries });
      losses.push([...(history['loss'] ?? []), ...(history['val_loss'] ?? [])]);
      model.dispose();
    }
    for (const [i, loss] of losses[0]?.entries() ?? []) expect(losses[1]?.[i]).toBeCloseTo(loss, 4);
  });

  it('takes batches of a sampler, of several views and of tensors', async () => {
    const model = smallModel();
    model.compile({ optimizer: tf.train.sgd(0.1), loss: new MultiSimilarityLoss({ alpha: 3 }) });
    const sampler = new MultiShotMemorySampler({
      ...train,
      stepsPerEpoch: 2,
      augmenter: {
        augment: (examples, labels) => ({ views: [tf.mul(examples, 1.1), tf.mul(examples, 0.9)], labels }),
      },
    });
    const before = tf.memory().numTensors;
    const { history } = await model.fit(sampler, { epochs: 2, validationData: sampler });
    expect(history['loss']).toHaveLength(2);
    const x = tf.tensor(train.x.data, [144, FEATURES]);
    const y = tf.tensor1d(train.y, 'int32');
    await model.fit({ x, y, classesPerBatch: 3, examplesPerClassPerBatch: 2, seed: 5 }, { stepsPerEpoch: 1 });
    tf.dispose([x, y]);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('watches metrics, on what it is trained on and on validation data', async () => {
    const model = smallModel();
    model.compile({ loss: 'triplet', metrics: ['avg_pos', 'dist_gap', new DistanceMetric({ name: 'mine' })] });
    const { history } = await model.fit(train, { epochs: 2, stepsPerEpoch: 2, validationData: queries });
    const names = ['avg_pos', 'dist_gap', 'mine'];
    const columns = ['learningRate', 'loss', 'val_loss', ...names, ...names.map((name) => `val_${name}`)];
    expect(Object.keys(history).sort()).toEqual(columns.sort());
    expect(history['mine']).toEqual(history['avg_pos']);
    const evaluation = await model.evaluate(queries);
    expect(evaluation['avg_pos']).toBe(history['val_avg_pos']?.at(-1));
    expect(history['avg_pos']?.[1]).not.toBe(history['avg_pos']?.[0]);
    model.dispose();
  });

  it('adds the penalties of layers and moves batch normalisation', async () => {
    const inputs = tfl.input({ shape: [FEATURES] });
    const normalized = tfl.layers.batchNormalization({ momentum: 0.1 }).apply(inputs);
    const embedding = metricEmbedding({ units: 4, kernelRegularizer: tfl.regularizers.l2({ l2: 100 }) });
    const model = new SimilarityModel({ inputs, outputs: embedding.apply(normalized) as tfl.SymbolicTensor });
    model.compile({ optimizer: 'sgd', learningRate: 1e-6, loss: 'multisim' });
    const { history } = await model.fit(train, { stepsPerEpoch: 1 });
    const { loss } = await model.evaluate(train);
    expect(history['loss']?.[0]).toBeGreaterThan((loss ?? 0) + 50);
    const [, , mean] = model.layers.getWeights();
    expect(tf.tidy(() => tf.max(tf.abs(mean as tf.Tensor)).dataSync()[0])).toBeGreaterThan(0);
    model.dispose();
  });

  it('diverges with a huge learning rate, and says so', async () => {
    const inputs = tfl.input({ shape: [FEATURES] });
    const outputs = tfl.layers.dense({ units: 3 }).apply(inputs) as tfl.SymbolicTensor;
    const model = new SimilarityModel({ inputs, outputs });
    model.compile({ optimizer: 'sgd', learningRate: 1e30, loss: new TripletLoss({ distance: 'euclidean' }) });
    await expect(model.fit(train, { epochs: 5 })).rejects.toMatchObject({ code: 'DIVERGED', argument: 'loss' });
    model.dispose();
  });

  it('is aborted', async () => {
    const model = smallModel();
    model.compile({ loss: 'triplet' });
    await expect(model.fit(train, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
    model.dispose();
  });
});

describe('a similarity model that is asked for what it cannot do', () => {
  let model: SimilarityModel;

  beforeAll(async () => {
    await useBackend('cpu');
    model = smallModel();
  });

  afterAll(() => {
    model.dispose();
  });

  it('says that it was not compiled', async () => {
    const expected = { code: 'NOT_COMPILED', argument: 'model' };
    await expect(model.fit(train)).rejects.toMatchObject(expected);
    await expect(model.evaluate(train)).rejects.toMatchObject(expected);
    await expect(model.index(train.x)).rejects.toMatchObject(expected);
    await expect(model.lookup(train.x)).rejects.toMatchObject(expected);
    expect(() => model.indexSummary()).toThrow(expect.objectContaining(expected) as Error);
    model.compile();
    await expect(model.fit(train)).rejects.toMatchObject(expected);
  });

  it('says that nothing is indexed', async () => {
    const expected = { code: 'NOT_INDEXED', argument: 'model' };
    await expect(model.lookup(queries.x)).rejects.toMatchObject(expected);
    await expect(model.match(queries.x)).rejects.toMatchObject(expected);
    await expect(model.calibrate(queries.x, queries.y)).rejects.toMatchObject(expected);
    await expect(model.evaluateRetrieval(queries.x, queries.y, ['precision@1'])).rejects.toMatchObject(expected);
  });

  it('names wrong examples and labels, and their shape', async () => {
    model.compile({ loss: 'triplet' });
    const wrong = { data: new Float32Array(6), shape: [2, 3] };
    const expected = { code: 'WRONG_SHAPE', argument: 'x', shape: [2, 3] };
    await expect(model.predict(wrong)).rejects.toMatchObject(expected);
    await expect(model.index(wrong)).rejects.toMatchObject(expected);
    await expect(model.fit({ x: wrong, y: [1, 2] })).rejects.toMatchObject(expected);
    await expect(model.predict({ data: new Float32Array(), shape: [0, FEATURES] })).rejects.toMatchObject({
      code: 'EMPTY',
      argument: 'x',
    });
    await expect(model.predict({ data: new Float32Array(3), shape: [1, FEATURES] })).rejects.toMatchObject({
      code: 'WRONG_LENGTH',
    });
    await expect(model.predict({ data: new Float32Array(12).fill(NaN), shape: [1, FEATURES] })).rejects.toMatchObject({
      code: 'NOT_FINITE',
    });
    await expect(model.fit({ x: train.x, y: [1] })).rejects.toMatchObject({ code: 'WRONG_LENGTH', argument: 'y' });
    await expect(
      model.index(
        train.x,
        [...train.y].map((label) => label + 0.5),
      ),
    ).rejects.toMatchObject({ code: 'NOT_AN_INTEGER', argument: 'y' });
    await expect(model.fit(train, { validationData: { x: train.x, y: [1] } })).rejects.toMatchObject({ argument: 'y' });
    await expect(model.indexSingle({ data: new Float32Array(12), shape: [12] }, 0.5)).rejects.toMatchObject({
      argument: 'y',
    });
    await expect(model.evaluate({ x: queries.x, y: [1] })).rejects.toMatchObject({ argument: 'y' });
    await expect(model.predict(queries.x, { batchSize: 0 })).rejects.toMatchObject({ argument: 'batchSize' });
    const sampler = new MultiShotMemorySampler({ x: { data: new Float32Array(12), shape: [4, 3] }, y: [0, 0, 1, 1] });
    await expect(model.fit(sampler)).rejects.toMatchObject({ code: 'WRONG_SHAPE', argument: 'batch', shape: [4, 3] });
  });

  it('refuses unknown names, and keeps what it had', () => {
    for (const options of [
      { loss: 'no' },
      { optimizer: 'no' },
      { distance: 'no' },
      { search: 'no' },
      { store: 'no' },
    ]) {
      expect(() => model.compile(options)).toThrow(expect.objectContaining({ code: 'UNKNOWN_NAME' }) as Error);
    }
    expect(() => model.compile({ optimizer: 'adam', learningRate: 0 })).toThrow(
      expect.objectContaining({ code: 'OUT_OF_RANGE', argument: 'learningRate' }) as Error,
    );
    expect(model.loss.name).toBe('triplet_loss');
  });

  it.each(['triplet', 'multisim', 'circle', 'soft_nn'])(
    'says that it diverges, and trains no more: %s',
    async (loss) => {
      // On WASM, whose own relu makes numbers again of what is none.
      const wild = smallModel();
      wild.compile({ optimizer: 'sgd', learningRate: 1e30, loss });
      await expect(wild.fit(train, { epochs: 2 })).rejects.toMatchObject({ code: 'DIVERGED', argument: 'loss' });
      wild.dispose();
    },
  );

  it('forgets what a loss remembers of a training that diverged', async () => {
    const loss = new XBM(new TripletLoss(), { memorySize: 64 });
    const wild = smallModel();
    wild.compile({ optimizer: 'sgd', learningRate: 1e30, loss });
    await expect(wild.fit(train, { epochs: 2 })).rejects.toMatchObject({ code: 'DIVERGED' });
    expect(loss.memoryCount).toBe(0);
    wild.dispose();
  });

  it('wants pairs of one class in a batch, unless a memory has them', async () => {
    const single = { ...train, examplesPerClassPerBatch: 1 };
    await expect(model.fit(single)).rejects.toMatchObject({
      code: 'NO_POSITIVE_PAIR',
      argument: 'examplesPerClassPerBatch',
    });
    const loss = new XBM(new TripletLoss(), { memorySize: 64 });
    const remembering = smallModel();
    remembering.compile({ loss });
    const { history } = await remembering.fit(single, { stepsPerEpoch: 4 });
    expect(history['loss']?.[0]).toBeGreaterThan(0);
    remembering.dispose();
    loss.dispose();
  });

  it('goes on with a store that it had', async () => {
    const store = new SqliteStore();
    const kept = smallModel();
    kept.compile({ store });
    await kept.index(indexed.x, indexed.y);
    kept.compile({ store, loss: 'triplet' });
    expect(kept.indexSize()).toBe(indexed.y.length);
    expect(await kept.lookup(queries.x, 1)).toHaveLength(60);
    kept.dispose();
    expect(() => store.get(0)).toThrow();
  });

  it('reports a calibration metric of any name', async () => {
    const calibrated = smallModel();
    calibrated.compile();
    await calibrated.index(indexed.x, indexed.y);
    await calibrated.calibrate(queries.x, queries.y, { calibrationMetric: new F1Score('mine') });
    const { optimal } = await calibrated.evaluateClassification(queries.x, queries.y);
    expect(Object.keys(optimal ?? {}).sort()).toEqual(['distance', 'mine', 'precision', 'recall']);
    calibrated.dispose();
  });

  it('wants one input, and a matrix for its output', () => {
    const inputs = tfl.input({ shape: [4, 4, 1] });
    const outputs = tfl.layers.conv2d({ filters: 1, kernelSize: 2 }).apply(inputs) as tfl.SymbolicTensor;
    expect(() => new SimilarityModel({ inputs, outputs })).toThrow(
      expect.objectContaining({ code: 'WRONG_RANK', argument: 'outputs', shape: [null, 3, 3, 1] }) as Error,
    );
  });

  it('is of no use any more once it is disposed of', async () => {
    const gone = smallModel();
    gone.compile({ loss: 'triplet' });
    gone.dispose();
    gone.dispose();
    const expected = { code: 'DISPOSED', argument: 'model' };
    await expect(gone.predict(queries.x)).rejects.toMatchObject(expected);
    await expect(gone.fit(train)).rejects.toMatchObject(expected);
    await expect(gone.lookup(queries.x)).rejects.toMatchObject(expected);
    expect(() => gone.compile()).toThrow(expect.objectContaining(expected) as Error);
  });
});
