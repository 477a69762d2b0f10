import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SimCLRAugmenter } from '../augmenters/index.ts';
import { useBackend } from '../backends/index.ts';
import { SimCLRLoss, SwAVLoss } from '../contrastive-losses/index.ts';
import { createRandom } from '../random.ts';
import { SingleShotMemorySampler, type Sampler } from '../samplers/index.ts';
import { clusters, FEATURES } from './clusters.test-fixture.ts';
import type { ContrastiveAlgorithm } from './contrastive-model-algorithms.ts';
import { createContrastiveModel } from './contrastive-model-create.ts';
import { getPredictor, getProjector } from './contrastive-model-heads.ts';
import { ContrastiveModel, type ContrastiveModelOptions } from './contrastive-model.ts';
import { smallBackbone, smallContrastiveModel, viewSampler, WIDTH } from './views.test-fixture.ts';

const ALGORITHMS: readonly ContrastiveAlgorithm[] = ['simclr', 'vicreg', 'barlow', 'simsiam', 'byol', 'swav'];
const CLASSES = [0, 1, 2, 3, 4, 5];
const indexed = clusters(CLASSES, 20, 2);
const queries = clusters(CLASSES, 20, 3);

/** The part of queries whose nearest neighbor by the backbone's features is of their class. */
async function knnAccuracy(model: ContrastiveModel): Promise<number> {
  model.resetIndex();
  await model.index(indexed.x, indexed.y);
  return (await model.evaluateRetrieval(queries.x, queries.y, ['precision@1']))['precision@1'] ?? Number.NaN;
}

async function predicted(model: ContrastiveModel): Promise<number[][]> {
  const features = await model.predict(queries.x);
  const projections = await model.project(queries.x);
  const values = [features, projections].map((tensor) => [...tensor.dataSync()]);
  tf.dispose([features, projections]);
  return values;
}

const sampled = (views: () => tf.Tensor[]): Sampler => ({
  stepsPerEpoch: 1,
  nextBatch: () => ({ views: views(), labels: new Int32Array(4) }),
  onEpochEnd: () => undefined,
  dispose: () => undefined,
});

describe.each(ALGORITHMS)('%s', (algorithm) => {
  let folder: string;
  beforeAll(async () => {
    await useBackend('wasm');
    folder = await mkdtemp(join(tmpdir(), 'contrastive-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('learns what the views have in common, does not collapse, and comes back from a file as it was', async () => {
    const before = tf.memory().numTensors;
    const model = smallContrastiveModel(algorithm);
    model.compile({ optimizer: 'adam', learningRate: 0.003 });
    const untrained = await knnAccuracy(model);
    const { history } = await model.fit(viewSampler(10), { epochs: 12 });
    const losses = history['loss'] ?? [];
    const [first, last] = [losses[0] ?? Number.NaN, losses.at(-1) ?? Number.NaN];
    // SimSiam's goes from -0.1 towards -1, the others' from above towards 0.
    expect(last).toBeLessThan(algorithm === 'simsiam' ? -0.7 : 0.7 * first);
    // Rows that spread evenly have 1 / √16 = 0.25, those that all point the same way 0.
    expect(history['projStd']?.at(-1)).toBeGreaterThan(0.2);
    expect(await knnAccuracy(model)).toBeGreaterThan(untrained + 0.1);

    await model.saveModel(folder);
    const again = await ContrastiveModel.loadModel(folder);
    expect(again.algorithm).toBe(algorithm);
    expect(again.loss).toEqual(model.loss);
    expect(await predicted(again)).toEqual(await predicted(model));
    expect(await again.lookup(queries.x, 3)).toEqual(await model.lookup(queries.x, 3));
    expect(await again.evaluate(viewSampler(2))).toEqual(await model.evaluate(viewSampler(2)));
    await again.fit(viewSampler(1));
    again.dispose();
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('training a contrastive model', () => {
  it('gives the same numbers on cpu and wasm, and for the same seed', async () => {
    const train = async (backend: string, algorithm: ContrastiveAlgorithm): Promise<number[]> => {
      await useBackend(backend);
      const model = smallContrastiveModel(algorithm);
      model.compile({ optimizer: 'sgd', learningRate: 0.01 });
      const { history } = await model.fit(viewSampler(2, 16), { epochs: 2 });
      model.dispose();
      return [...(history['loss'] ?? [])];
    };
    for (const algorithm of ALGORITHMS) {
      const [cpu, wasm] = [await train('cpu', algorithm), await train('wasm', algorithm)];
      for (const [i, loss] of cpu.entries()) {
        expect(Math.abs(loss - (wasm[i] ?? 0)) / Math.max(1, Math.abs(loss)), algorithm).toBeLessThan(1e-4);
      }
      expect(await train('wasm', algorithm)).toEqual(wasm);
    }
  });

  it('moves the target network of BYOL after the trained one, and not otherwise', async () => {
    await useBackend('cpu');
    const model = smallContrastiveModel('byol');
    const evaluate = async (): Promise<number> => (await model.evaluate(viewSampler(1)))['loss'] ?? Number.NaN;
    model.compile({ optimizer: 'sgd', targetDecay: 1 });
    await model.fit(viewSampler(3));
    const held = await evaluate();
    // A target that follows all the way in the first step gives another loss than one that stands still.
    model.compile({ optimizer: 'sgd', learningRate: 1e-9, targetDecay: 0 });
    await model.fit(viewSampler(1));
    expect(Math.abs((await evaluate()) - held)).toBeGreaterThan(1e-6);
    model.dispose();
  });

  it('keeps prototypes at length 1', async () => {
    const model = smallContrastiveModel('swav');
    model.compile({ optimizer: 'sgd', learningRate: 0.5, loss: new SwAVLoss({ temperature: 0.2 }) });
    expect(model.loss).toMatchObject({ temperature: 0.2 });
    const [kernel] = model.predictor?.getWeights() ?? [];
    const start = [...(kernel?.dataSync() ?? [])];
    await model.fit(viewSampler(3));
    const prototypes = (model.predictor?.getWeights()[0]?.arraySync() ?? []) as number[][];
    expect(prototypes).toHaveLength(24);
    for (const row of prototypes) expect(Math.hypot(...row)).toBeCloseTo(1, 5);
    expect(prototypes.flat()).not.toEqual(start);
    model.dispose();
  });

  it('tells of penalties, of validation and of callbacks', async () => {
    const model = smallContrastiveModel('simclr', 0.01);
    model.compile();
    const seen: number[] = [];
    const { history } = await model.fit(viewSampler(2), {
      epochs: 2,
      validationData: viewSampler(1),
      callbacks: [{ onBatchEnd: (step) => void seen.push(step) }],
    });
    expect(seen).toEqual([0, 1, 2, 3]);
    expect(history['val_loss']).toHaveLength(2);
    const [loss, contrastive, penalty] = ['loss', 'contrastiveLoss', 'regularizationLoss'].map(
      (name) => history[name]?.[0] ?? Number.NaN,
    );
    expect(penalty).toBeGreaterThan(0);
    expect((contrastive ?? 0) + (penalty ?? 0)).toBeCloseTo(loss ?? 0, 4);
    expect(model.variables).toHaveLength(4 + 10);
    model.dispose();
  });

  it('works on pictures, with a convolution under the projector and the views of SimCLR', async () => {
    await useBackend('wasm');
    const before = tf.memory().numTensors;
    const inputs = tfl.input({ shape: [8, 8, 3] });
    const convolved = tfl.layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu' }).apply(inputs);
    const outputs = tfl.layers.globalAveragePooling2d({}).apply(convolved) as tfl.SymbolicTensor;
    const model = createContrastiveModel({
      backbone: tfl.model({ inputs, outputs }),
      projector: getProjector({ inputDim: 4, dim: 8 }),
      algorithm: 'simclr',
    });
    model.compile({ optimizer: 'adam' });
    const random = createRandom(4);
    const x = { data: Float32Array.from({ length: 10 * 192 }, () => random.next()), shape: [10, 8, 8, 3] };
    const augmenter = new SimCLRAugmenter({ height: 8, width: 8 });
    const sampler = new SingleShotMemorySampler({ x, augmenter, examplesPerBatch: 6, stepsPerEpoch: 2 });
    const { history } = await model.fit(sampler);
    expect(history['loss']?.[0]).toBeGreaterThan(0);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes a single view for both', async () => {
    const model = smallContrastiveModel('simsiam');
    model.compile();
    await model.fit(sampled(() => [tf.ones([4, FEATURES])]));
    model.dispose();
  });
});

describe('what a contrastive model is asked for', () => {
  beforeAll(() => useBackend('cpu'));

  it('has the original projector and predictor, unless it is given others', () => {
    const model = createContrastiveModel({ backbone: smallBackbone() });
    expect(model.algorithm).toBe('simsiam');
    expect(model.projector.outputs[0]?.shape).toEqual([null, 512]);
    expect(model.projector.layers.map((layer) => layer.getClassName())).toEqual([
      'InputLayer',
      'Dense',
      'BatchNormalization',
      'Activation',
      'Dense',
      'BatchNormalization',
    ]);
    expect(model.predictor?.outputs[0]?.shape).toEqual([null, 512]);
    expect(createContrastiveModel({ backbone: smallBackbone(), algorithm: 'simclr' }).predictor).toBeUndefined();
    const swav = createContrastiveModel({ backbone: smallBackbone(), algorithm: 'swav' });
    expect(swav.predictor?.outputs[0]?.shape).toEqual([null, 128]);
  });

  it.each<[string, string, () => Partial<ContrastiveModelOptions>]>([
    ['UNKNOWN_NAME', 'algorithm', () => ({ algorithm: 'moco' as 'simclr' })],
    ['EMPTY', 'predictor', () => ({ algorithm: 'byol' })],
    ['WRONG_SHAPE', 'input of projector', () => ({ projector: getProjector({ inputDim: 3 }) })],
    ['WRONG_SHAPE', 'input of predictor', () => ({ predictor: getPredictor({ inputDim: 3 }) })],
    [
      'WRONG_RANK',
      'outputs',
      () => ({ backbone: tfl.sequential({ layers: [tfl.layers.reLU({ inputShape: [2, 2] })] }) }),
    ],
  ])('says %s of %s where the parts do not fit', (code, argument, parts) => {
    const projector = getProjector({ inputDim: WIDTH, dim: 8 });
    expect(() => new ContrastiveModel({ backbone: smallBackbone(), projector, ...parts() })).toThrow(
      expect.objectContaining({ code, argument }) as Error,
    );
  });

  it('has to be compiled, and given one or two views that fit', async () => {
    const model = smallContrastiveModel('simclr');
    await expect(model.fit(viewSampler(1))).rejects.toMatchObject({ code: 'NOT_COMPILED' });
    expect(() => model.compile({ loss: 'triplet' })).toThrow(/"triplet" is none of/);
    expect(() => model.compile({ targetDecay: 2 })).toThrow(/targetDecay/);
    model.compile({ loss: new SimCLRLoss({ temperature: 0.5 }) });
    await model.index(queries.x);
    expect(() => model.compile({ optimizer: 'no' })).toThrow(/"no" is none of/);
    expect(model.indexSize()).toBe(queries.y.length);
    const failing: [string, () => tf.Tensor[]][] = [
      ['WRONG_LENGTH', () => [0, 1, 2].map(() => tf.ones([4, FEATURES]))],
      ['WRONG_LENGTH', () => []],
      ['WRONG_SHAPE', () => [tf.ones([4, FEATURES]), tf.ones([3, FEATURES])]],
      ['WRONG_SHAPE', () => [tf.ones([4, 3])]],
    ];
    for (const [code, views] of failing) {
      const before = tf.memory().numTensors;
      await expect(model.fit(sampled(views))).rejects.toMatchObject({ code, argument: 'batch' });
      await expect(model.evaluate(sampled(views))).rejects.toMatchObject({ code, argument: 'batch' });
      expect(tf.memory().numTensors).toBe(before);
    }
    await expect(model.predict(tf.ones([2, 3]))).rejects.toMatchObject({ code: 'WRONG_SHAPE', argument: 'x' });
    model.dispose();
    model.dispose();
    await expect(model.predict(queries.x)).rejects.toMatchObject({ code: 'DISPOSED' });
    await expect(model.fit(viewSampler(1))).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  it('says what is wrong with a folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'contrastive-'));
    await expect(ContrastiveModel.loadModel(folder)).rejects.toMatchObject({ code: 'FILE_MISSING' });
    await rm(folder, { recursive: true });
  });
});
