import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import { createRandom } from '../random.ts';
import { convNetSim, resNet18Backbone, resNet18Sim, type ImageShape } from './index.ts';

const sizeOf = (model: tfl.LayersModel): { trainable: number; all: number } => {
  const size = (weights: readonly tfl.LayerVariable[]): number =>
    weights.reduce((sum, { shape }) => sum + shape.reduce<number>((product, length) => product * (length ?? 0), 1), 0);
  return { trainable: size(model.trainableWeights), all: size(model.weights) };
};

/** Pictures of two classes: bright at the left, and bright at the right. */
function pictures(
  perClass: number,
  [height, width, channels]: readonly [number, number, number],
  seed: number,
): {
  x: { data: Float32Array; shape: number[] };
  y: Int32Array;
} {
  const random = createRandom(seed);
  const y = Int32Array.from({ length: 2 * perClass }, (_, i) => i % 2);
  const data = Float32Array.from({ length: y.length * height * width * channels }, (_, i) => {
    const column = Math.floor(i / channels) % width;
    const label = y[Math.floor(i / (height * width * channels))];
    return (column < width / 2 === (label === 0) ? 0.7 : 0) + 0.3 * random.next();
  });
  return { x: { data, shape: [y.length, height, width, channels] }, y };
}

let before: number;

beforeEach(async () => {
  await useBackend('wasm');
  before = tf.memory().numTensors;
});

afterEach(() => {
  expect(tf.memory().numTensors).toBe(before);
});

describe('a small convolutional net', () => {
  it('has the layers that it is asked for', () => {
    const model = convNetSim({ inputShape: [28, 28, 1], embeddingSize: 16 });
    const weights = 9 * 32 + 32 + (9 * 32 * 64 + 64) + (7 * 7 * 64 * 16 + 16);
    expect(sizeOf(model.layers)).toEqual({ trainable: weights, all: weights });
    expect(model.dimensions).toBe(16);
    expect(model.layers.layers.at(-1)?.getClassName()).toBe('MetricEmbedding');
    model.dispose();
    const pooled = convNetSim({
      inputShape: [null, null, 3],
      filters: [4, 4, 8],
      pooling: 'gem',
      batchNormalization: true,
      l2Norm: false,
    });
    expect(pooled.exampleShape).toEqual([null, null, 3]);
    expect(pooled.layers.layers.at(-2)?.name).toBe('gem_pool');
    expect(pooled.layers.layers.at(-1)?.getClassName()).toBe('Dense');
    expect(sizeOf(pooled.layers).trainable).toBe(9 * 12 + 9 * 16 + 9 * 32 + 2 * 16 + 8 * 128 + 128);
    pooled.dispose();
  });

  it('learns to tell pictures apart', async () => {
    const model = convNetSim({ inputShape: [8, 8, 1], embeddingSize: 8, filters: [4, 8], seed: 1 });
    model.compile({ optimizer: 'adam', learningRate: 0.01, loss: 'triplet' });
    const { history } = await model.fit(pictures(12, [8, 8, 1], 1), { epochs: 8 });
    expect(history['loss']?.at(-1)).toBeLessThan((history['loss']?.[0] ?? 0) / 2);
    const indexed = pictures(4, [8, 8, 1], 2);
    await model.index(indexed.x, indexed.y);
    const queries = pictures(8, [8, 8, 1], 3);
    expect(await model.evaluateRetrieval(queries.x, queries.y, ['precision@1'])).toEqual({ 'precision@1': 1 });
    model.dispose();
  });

  it('begins with the same weights for the same seed', async () => {
    const { x } = pictures(2, [8, 8, 1], 1);
    const embeddings = [];
    for (const seed of [1, 1, 2]) {
      const model = convNetSim({ inputShape: [8, 8, 1], embeddingSize: 4, filters: [3], seed });
      const predicted = await model.predict(x);
      embeddings.push([...(await predicted.data())]);
      tf.dispose(predicted);
      model.dispose();
    }
    expect(embeddings[1]).toEqual(embeddings[0]);
    expect(embeddings[2]).not.toEqual(embeddings[0]);
  });

  it('refuses wrong shapes and names', () => {
    const failing = [
      [{ inputShape: [8, 8] as unknown as ImageShape }, 'inputShape'],
      [{ inputShape: [8, 0, 1] }, 'inputShape'],
      [{ inputShape: [null, 8, 1] }, 'inputShape'],
      [{ filters: [] }, 'filters'],
      [{ filters: [2.5] }, 'filters'],
      [{ pooling: 'no' as 'gem' }, 'pooling'],
      [{ embeddingSize: 0 }, 'embeddingSize'],
      [{ pooling: 'gem', gemP: NaN }, 'gemP'],
    ] as const;
    for (const [changes, argument] of failing) {
      expect(() => convNetSim({ inputShape: [8, 8, 1], ...changes })).toThrow(
        expect.objectContaining({ name: 'SimilarityError', argument }) as Error,
      );
    }
  });
});

describe('ResNet-18', () => {
  /** Weights of the paper's net without its last layer, of which batch normalisation has 4800 channels. */
  const PAPER = 11_176_512;

  it('has as many weights as it should have', () => {
    // The first stage's shortcut has a convolution that the paper does not have.
    const shortcut = 64 * 64 + 2 * 64;
    const paper = resNet18Backbone({ inputShape: [224, 224, 3], stem: 'paper' });
    expect(sizeOf(paper)).toEqual({ trainable: PAPER + shortcut, all: PAPER + shortcut + 2 * 4800 + 2 * 64 });
    expect(paper.outputs[0]?.shape).toEqual([null, 512]);
    paper.dispose();
    const model = resNet18Sim({ inputShape: [32, 32, 3], embeddingSize: 64 });
    const stem = 3 * 3 * 3 * 64 - 7 * 7 * 3 * 64;
    expect(sizeOf(model.layers).trainable).toBe(PAPER + shortcut + stem + 512 * 64 + 64);
    expect(model.layers.layers.at(-2)).toMatchObject({ name: 'gem_pool', p: 3 });
    expect(model.layers.layers.at(-1)?.getClassName()).toBe('MetricEmbedding');
    model.dispose();
  });

  it('gives its last feature map where nothing is to be pooled', () => {
    const map = resNet18Backbone({ inputShape: [64, 48, 1], stem: 'paper', pooling: null });
    expect(map.outputs[0]?.shape).toEqual([null, 2, 2, 512]);
    map.dispose();
  });

  it('takes a step', async () => {
    const model = resNet18Sim({ inputShape: [4, 4, 3], includeTop: false, pooling: 'avg', seed: 1 });
    expect(model.layers.layers.at(-1)?.name).toBe('avg_pool');
    expect(model.dimensions).toBe(512);
    const optimizer = tf.train.sgd(0.01);
    model.compile({ optimizer, loss: 'multisim' });
    const { x, y } = pictures(2, [4, 4, 3], 1);
    const tensors = tf.memory().numTensors;
    const kernel = model.layers.getLayer('conv1_conv').getWeights()[0] as tf.Tensor;
    const old = kernel.dataSync().slice();
    const { history } = await model.fit({ x, y, examplesPerClassPerBatch: 2 });
    expect(history['loss']?.every(Number.isFinite)).toBe(true);
    expect(kernel.dataSync()).not.toEqual(old);
    expect(tf.memory().numTensors).toBe(tensors);
    optimizer.dispose();
    model.dispose();
  });

  it('refuses wrong names', () => {
    expect(() => resNet18Sim({ inputShape: [8, 8, 3], stem: 'no' as 'small' })).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_NAME', argument: 'stem' }) as Error,
    );
    expect(() => resNet18Sim({ inputShape: [8, 8, 3], pooling: 'no' as 'gem' })).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_NAME', argument: 'pooling' }) as Error,
    );
  });
});
