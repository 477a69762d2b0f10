import { loadGraphModel, type GraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import { createRandom } from '../random.ts';
import { MultiShotMemorySampler } from '../samplers/index.ts';
import type { Backbone } from './backbone.ts';
import { clusters, FEATURES, smallModel } from './clusters.test-fixture.ts';
import { SimilarityModel } from './similarity-model.ts';

/** How many features both backbones give. */
const BACKBONE_FEATURES = 10;

const random = createRandom(3);
const weights = Float32Array.from({ length: FEATURES * BACKBONE_FEATURES }, () => random.between(-1, 1));

/** A graph of one matrix product and a ReLU, as the converter writes it. */
async function graphBackbone(): Promise<GraphModel> {
  const type = { type: 'DT_FLOAT' };
  const dims = (...sizes: readonly number[]): object => ({ dim: sizes.map((size) => ({ size: String(size) })) });
  const node = [
    { name: 'x', op: 'Placeholder', attr: { dtype: type, shape: { shape: dims(-1, FEATURES) } } },
    {
      name: 'w',
      op: 'Const',
      attr: { dtype: type, value: { tensor: { dtype: 'DT_FLOAT', tensorShape: dims(FEATURES, BACKBONE_FEATURES) } } },
    },
    {
      name: 'product',
      op: 'MatMul',
      input: ['x', 'w'],
      attr: { T: type, transpose_a: { b: false }, transpose_b: { b: false } },
    },
    { name: 'features', op: 'Relu', input: ['product'], attr: { T: type } },
  ];
  return await loadGraphModel(
    tf.io.fromMemory({
      format: 'graph-model',
      modelTopology: { node, versions: { producer: 1 } },
      weightSpecs: [{ name: 'w', shape: [FEATURES, BACKBONE_FEATURES], dtype: 'float32' }],
      weightData: weights.slice().buffer,
    }),
  );
}

/** The same with layers, among them one that would change if it were called as in training. */
function layersBackbone(): tfl.LayersModel {
  const dense = tfl.layers.dense({
    units: BACKBONE_FEATURES,
    useBias: false,
    activation: 'relu',
    inputShape: [FEATURES],
  });
  const model = tfl.sequential({ layers: [dense, tfl.layers.batchNormalization({ epsilon: 1e-9 })] });
  tf.tidy(() => dense.setWeights([tf.tensor2d(weights, [FEATURES, BACKBONE_FEATURES])]));
  return model;
}

const CLASSES = [0, 1, 2, 3];
const train = clusters(CLASSES, 16, 1);
const queries = clusters(CLASSES, 5, 2);

describe.each([
  ['graph model', graphBackbone],
  ['layers model', () => Promise.resolve(layersBackbone())],
] as const)('a frozen %s', (_, create) => {
  let backbone: Backbone & { dispose(): unknown };

  beforeAll(async () => {
    await useBackend('wasm');
    backbone = await create();
  });

  afterAll(() => {
    backbone.dispose();
  });

  const features = (): number[] =>
    tf.tidy(() => [...(backbone.predict(tf.tensor(queries.x.data, [20, FEATURES])) as tf.Tensor).dataSync()]);

  it('is not changed by training, and its features are what is trained on', async () => {
    const before = features();
    const tensors = tf.memory().numTensors;
    const model = smallModel({ backbone }, BACKBONE_FEATURES);
    expect(model.exampleShape).toEqual([FEATURES]);
    model.compile({ optimizer: 'adam', learningRate: 0.005, loss: 'multisim' });
    const { history } = await model.fit(train, { epochs: 25, validationData: queries });
    expect(history['loss']?.at(-1)).toBeLessThan((history['loss']?.[0] ?? 0) * 0.7);
    const sampler = new MultiShotMemorySampler({ ...train, stepsPerEpoch: 2, classesPerBatch: 4 });
    await model.fit(sampler);
    await model.index(train.x, train.y);
    const { 'precision@1': precision } = await model.evaluateRetrieval(queries.x, queries.y, ['precision@1']);
    expect(precision).toBeGreaterThanOrEqual(0.6);
    model.dispose();
    expect(features()).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('makes the same batches of examples as a sampler over them does', async () => {
    const losses = [];
    for (const prepared of [true, false]) {
      const model = smallModel({ backbone }, BACKBONE_FEATURES);
      model.compile({ loss: 'multisim' });
      const options = { ...train, classesPerBatch: 2, examplesPerClassPerBatch: 3, seed: 4 };
      const data = prepared ? options : new MultiShotMemorySampler({ ...options, stepsPerEpoch: 3 });
      losses.push((await model.fit(data, { stepsPerEpoch: 3 })).history['loss']?.[0]);
      model.dispose();
    }
    expect(losses[0]).toBeCloseTo(losses[1] ?? Number.NaN, 5);
  });

  it('is needed again where the model is loaded', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'semblance-backbone-'));
    const model = smallModel({ backbone }, BACKBONE_FEATURES);
    model.compile({ loss: 'multisim' });
    await model.index(train.x, train.y);
    await model.saveModel(folder);
    await expect(SimilarityModel.loadModel(folder)).rejects.toMatchObject({ code: 'EMPTY', argument: 'backbone' });
    const loaded = await SimilarityModel.loadModel(folder, { backbone });
    expect(await loaded.lookup(queries.x)).toEqual(await model.lookup(queries.x));
    loaded.dispose();
    model.dispose();
    await rm(folder, { recursive: true });
  });

  it('is refused where the layers take other features', async () => {
    const model = smallModel({ backbone }, BACKBONE_FEATURES + 1);
    await expect(model.predict(queries.x)).rejects.toMatchObject({
      code: 'WRONG_SHAPE',
      argument: 'features of backbone',
      shape: [20, BACKBONE_FEATURES],
    });
    model.dispose();
  });
});
