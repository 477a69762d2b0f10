import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import { metricEmbedding } from './index.ts';
import { reloaded } from './reloaded.test-fixture.ts';

describe('MetricEmbedding', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  it('is a dense layer with rows of length 1', () => {
    const layer = metricEmbedding({ units: 2, inputShape: [2], weights: [tf.eye(2), tf.tensor1d([1, 0])] });
    const model = tfl.sequential({ layers: [layer] });
    const output = model.predict(tf.tensor2d([2, 4, -1, 0, -1, -7], [3, 2])) as tf.Tensor;
    expect(output.shape).toEqual([3, 2]);
    const expected = [0.6, 0.8, 0, 0, 0, -1];
    for (const [i, value] of output.dataSync().entries()) expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 6);
    model.dispose();
  });

  it('takes what a dense layer takes', () => {
    const layer = metricEmbedding({
      units: 3,
      inputShape: [4],
      useBias: false,
      kernelInitializer: 'heNormal',
      kernelRegularizer: tfl.regularizers.l2({ l2: 0.1 }),
    });
    const model = tfl.sequential({ layers: [layer] });
    expect(model.countParams()).toBe(12);
    expect(model.calculateLosses()).toHaveLength(1);
    expect(layer.getConfig()).toMatchObject({ units: 3, useBias: false });
    model.dispose();
  });

  it('saves and loads', async () => {
    const model = tfl.sequential({
      layers: [metricEmbedding({ units: 3, inputShape: [4], name: 'embedding', biasInitializer: 'ones' })],
    });
    const input = tf.randomUniform([5, 4], -1, 1, 'float32', 1);
    const copy = await reloaded(model);
    const before = model.predict(input) as tf.Tensor;
    const after = copy.predict(input) as tf.Tensor;
    expect(after.dataSync()).toEqual(before.dataSync());
    expect(copy.layers.at(-1)?.getClassName()).toBe('MetricEmbedding');
    model.dispose();
    copy.dispose();
  });

  it('wants a matrix', () => {
    const apply = (): unknown => metricEmbedding({ units: 2 }).apply(tfl.input({ shape: [3, 4] }));
    expect(apply).toThrow(expect.objectContaining({ code: 'WRONG_RANK', shape: [null, 3, 4] }) as Error);
  });
});
