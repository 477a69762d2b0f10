import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import { MetricLoss, MultiSimilarityLoss, TripletLoss, XBM } from '../losses/index.ts';
import { clusters, smallModel } from './clusters.test-fixture.ts';
import { SimilarityModel } from './similarity-model.ts';

const CLASSES = [0, 1, 2, 3];
const train = clusters(CLASSES, 12, 1);
const indexed = clusters(CLASSES, 6, 2);
const queries = clusters(CLASSES, 4, 3);

/** A loss that this module knows nothing of. */
class OwnLoss extends MetricLoss {
  constructor() {
    super('own', 'cosine');
  }

  override perExample(): tf.Tensor1D {
    return tf.zeros([1]);
  }

  override getConfig(): Record<string, unknown> {
    return {};
  }
}

describe('a saved similarity model', () => {
  let folder: string;
  let model: SimilarityModel;

  beforeEach(async () => {
    await useBackend('cpu');
    folder = join(await mkdtemp(join(tmpdir(), 'semblance-model-')), 'model');
    model = smallModel();
  });

  afterEach(async () => {
    model.dispose();
    await rm(join(folder, '..'), { recursive: true });
  });

  it.each(['linear', 'hnsw'])(
    'comes back with its index, its calibration and what it was compiled with (%s)',
    async (search) => {
      const loss = new XBM(new MultiSimilarityLoss({ alpha: 3 }), { memorySize: 64 });
      model.compile({ optimizer: 'adam', learningRate: 0.01, loss, metrics: ['avg_neg'], search });
      await model.fit(train, { epochs: 3 });
      await model.index(
        indexed.x,
        indexed.y,
        [...indexed.y.keys()].map((i) => ({ picture: i })),
      );
      await model.calibrate(queries.x, queries.y);
      await model.saveModel(folder);

      const before = tf.memory().numTensors;
      const loaded = await SimilarityModel.loadModel(folder);
      expect(await loaded.lookup(queries.x)).toEqual(await model.lookup(queries.x));
      expect(await loaded.match(queries.x)).toEqual(await model.match(queries.x));
      expect(loaded.indexSummary()).toMatchObject({ search, size: 24, isCalibrated: true });
      expect(loaded.loss.getConfig()).toEqual(loss.getConfig());
      expect(await loaded.evaluate(queries)).toEqual(await model.evaluate(queries));
      const { history } = await loaded.fit(train, { stepsPerEpoch: 1 });
      expect(history['learningRate']).toEqual([0.01]);
      loaded.dispose();
      expect(tf.memory().numTensors).toBe(before);
      loss.dispose();
    },
  );

  it('comes back without its index where that was not to be saved, ready for another', async () => {
    model.compile({ distance: 'euclidean', loss: new TripletLoss({ distance: 'euclidean', margin: 0.3 }) });
    await model.index(indexed.x, indexed.y);
    await model.saveModel(folder, { saveIndex: false });
    expect((await readdir(folder)).sort()).toEqual([expect.stringMatching(/\.bin$/) as string, 'model.json']);
    const loaded = await SimilarityModel.loadModel(folder);
    expect(loaded.indexSize()).toBe(0);
    await loaded.index(indexed.x, indexed.y);
    expect(await loaded.lookup(queries.x)).toEqual(await model.lookup(queries.x));
    expect(loaded.indexSummary().distance).toBe('euclidean');
    loaded.dispose();
  });

  it('comes back uncompiled where it was not compiled', async () => {
    await model.saveModel(folder);
    const loaded = await SimilarityModel.loadModel(folder);
    await expect(loaded.index(indexed.x)).rejects.toMatchObject({ code: 'NOT_COMPILED' });
    loaded.dispose();
  });

  it('comes back with its index, to be compiled again, where its loss is one of the program’s own', async () => {
    model.compile({ loss: new OwnLoss() });
    await model.index(indexed.x, indexed.y);
    await model.saveModel(folder);
    const loaded = await SimilarityModel.loadModel(folder);
    expect(loaded.indexSize()).toBe(24);
    await expect(loaded.fit(train)).rejects.toMatchObject({ code: 'NOT_COMPILED' });
    loaded.dispose();
  });

  it('keeps its index in a file of its own too', async () => {
    model.compile();
    await model.index(indexed.x, indexed.y);
    await model.saveIndex(folder);
    const other = smallModel();
    await other.loadIndex(folder);
    expect(await other.lookup(queries.x)).toEqual(await model.lookup(queries.x));
    other.dispose();
    const inputs = tfl.input({ shape: [12] });
    const outputs = tfl.layers.dense({ units: 5 }).apply(inputs) as tfl.SymbolicTensor;
    const wider = new SimilarityModel({ inputs, outputs });
    await expect(wider.loadIndex(folder)).rejects.toMatchObject({
      code: 'WRONG_LENGTH',
      argument: 'index',
      shape: [24, 8],
    });
    wider.dispose();
  });

  it('is replaced as a whole', async () => {
    model.compile({ loss: 'triplet' });
    await model.index(indexed.x, indexed.y);
    await model.saveModel(folder);
    await model.fit(train, { stepsPerEpoch: 2 });
    model.resetIndex();
    await model.index(queries.x, queries.y);
    await model.saveModel(folder);
    const loaded = await SimilarityModel.loadModel(folder);
    expect(await loaded.lookup(queries.x)).toEqual(await model.lookup(queries.x));
    loaded.dispose();
    expect((await readdir(folder)).sort()).toEqual(['index', expect.stringMatching(/\.bin$/) as string, 'model.json']);
  });

  it('has the index that belongs to it where saving was interrupted', async () => {
    model.compile();
    await model.index(indexed.x, indexed.y);
    await model.saveModel(folder);
    // Interrupted while the index was written: what is there is not the model's.
    await mkdir(join(folder, 'index.new'));
    await writeFile(join(folder, 'index.new', 'index.json'), '{}');
    const first = await SimilarityModel.loadModel(folder);
    expect(first.indexSize()).toBe(24);
    first.dispose();
    // Interrupted after the model was written: the index that lies aside is the model's.
    await rm(join(folder, 'index.new'), { recursive: true });
    await rename(join(folder, 'index'), join(folder, 'index.new'));
    const second = await SimilarityModel.loadModel(folder);
    expect(second.indexSize()).toBe(24);
    second.dispose();
  });

  it('is refused where it is missing or damaged, and leaves nothing behind', async () => {
    await expect(SimilarityModel.loadModel(folder)).rejects.toMatchObject({ code: 'FILE_MISSING' });
    model.compile();
    await model.index(indexed.x, indexed.y);
    await model.saveModel(folder);
    const before = tf.memory().numTensors;
    await rename(join(folder, 'index'), join(folder, 'elsewhere'));
    await expect(SimilarityModel.loadModel(folder)).rejects.toMatchObject({ code: 'FILE_MISSING' });
    expect(tf.memory().numTensors).toBe(before);
    const description = await readFile(join(folder, 'model.json'), 'utf8');
    await writeFile(join(folder, 'model.json'), description.replace('SimilarityModel', 'AnotherModel'));
    await expect(SimilarityModel.loadModel(folder)).rejects.toMatchObject({ code: 'FILE_DAMAGED' });
  });
});
