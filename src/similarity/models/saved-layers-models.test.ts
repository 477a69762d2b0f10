import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import { generalizedMeanPooling2d, metricEmbedding } from '../layers/index.ts';
import { loadLayersModels, saveLayersModels } from './saved-layers-models.ts';

function someModel(units: number): tfl.LayersModel {
  const inputs = tfl.input({ shape: [4, 4, 2] });
  const features = tfl.layers
    .batchNormalization()
    .apply(tfl.layers.conv2d({ filters: 3, kernelSize: 2 }).apply(inputs));
  const pooled = generalizedMeanPooling2d({ p: Infinity }).apply(features);
  return tfl.model({ inputs, outputs: metricEmbedding({ units }).apply(pooled) as tfl.SymbolicTensor });
}

describe('saved layers models', () => {
  let folder: string;

  beforeEach(async () => {
    await useBackend('cpu');
    folder = await mkdtemp(join(tmpdir(), 'semblance-models-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('come back as they were, several in one file', async () => {
    const [first, second] = [someModel(2), someModel(3)];
    await saveLayersModels(folder, 'model', { first, second }, { remark: 'two of them' });
    const before = tf.memory().numTensors;
    const { models, description } = await loadLayersModels(folder, 'model');
    expect(description).toMatchObject({ remark: 'two of them' });
    const input = tf.randomUniform([2, 4, 4, 2], 0, 1, 'float32', 1);
    for (const [part, model] of Object.entries({ first, second })) {
      tf.tidy(() => {
        const expected = model.predict(input) as tf.Tensor;
        expect((models[part]?.predict(input) as tf.Tensor).dataSync()).toEqual(expected.dataSync());
      });
      models[part]?.dispose();
    }
    input.dispose();
    expect(tf.memory().numTensors).toBe(before);
    first.dispose();
    second.dispose();
  });

  it('replace what was there before', async () => {
    const model = someModel(2);
    await saveLayersModels(folder, 'model', { model }, {});
    tf.tidy(() => model.setWeights(model.getWeights().map((weight) => tf.onesLike(weight))));
    await saveLayersModels(folder, 'model', { model }, {});
    expect(await readdir(folder)).toHaveLength(2);
    const { models } = await loadLayersModels(folder, 'model');
    expect(models['model']?.getWeights()[0]?.dataSync()[0]).toBe(1);
    models['model']?.dispose();
    model.dispose();
  });

  it('are refused where they are missing or damaged', async () => {
    await expect(loadLayersModels(folder, 'model')).rejects.toMatchObject({ code: 'FILE_MISSING' });
    const model = someModel(2);
    await saveLayersModels(folder, 'model', { model }, {});
    model.dispose();
    const weights = join(folder, (await readdir(folder)).find((name) => name.endsWith('.bin')) ?? '');
    const bytes = await readFile(weights);
    bytes[5] = (bytes[5] ?? 0) ^ 1;
    await writeFile(weights, bytes);
    await expect(loadLayersModels(folder, 'model')).rejects.toMatchObject({ code: 'FILE_DAMAGED' });
  });
});
