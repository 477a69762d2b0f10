import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import { generalizedMeanPooling1d, generalizedMeanPooling2d, type GeneralizedMeanPoolingArgs } from './index.ts';
import { reloaded } from './reloaded.test-fixture.ts';

const POWERS = [3, 1, 2, 0, 0.5, -1, -3, Infinity, -Infinity];

/** The generalized mean in float64, after moving the least value to 1. */
function pooled(values: readonly number[], p: number): number {
  const least = Math.min(...values);
  const moved = values.map((value) => value - least + 1);
  const mean = (numbers: readonly number[]): number =>
    numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const back = least - 1;
  if (p === Infinity) return Math.max(...moved) + back;
  if (p === -Infinity) return Math.min(...moved) + back;
  if (p === 0) return Math.exp(mean(moved.map(Math.log))) + back;
  return mean(moved.map((value) => value ** p)) ** (1 / p) + back;
}

/** Two examples of six places and two channels, channels last. */
const VALUES = [-2, 0, 1, 0, 3, 5, 0.5, 0, -2, 1, 4, 2, 7, 7, 7, 6.5, 0, 0, 1, 1, -1, -1, 2, 30];

/** The values of one channel of one example. */
const channelOf = (example: number, channel: number): number[] =>
  Array.from({ length: 6 }, (_, place) => VALUES[example * 12 + place * 2 + channel] ?? Number.NaN);

/** [2, 2]: each channel of each example pooled in float64. */
const expected = (p: number): number[] =>
  [0, 1].flatMap((example) => [0, 1].map((channel) => pooled(channelOf(example, channel), p)));

function expectClose(tensor: tf.Tensor, values: readonly number[], digits = 4): void {
  expect(tensor.size).toBe(values.length);
  for (const [i, value] of tensor.dataSync().entries()) expect(value).toBeCloseTo(values[i] ?? Number.NaN, digits);
}

const FORMATS = [
  { dimensions: 1, dataFormat: 'channelsLast', keepdims: false, shape: [2, 6, 2], output: [2, 2] },
  { dimensions: 1, dataFormat: 'channelsLast', keepdims: true, shape: [2, 6, 2], output: [2, 1, 2] },
  { dimensions: 1, dataFormat: 'channelsFirst', keepdims: false, shape: [2, 2, 6], output: [2, 2] },
  { dimensions: 1, dataFormat: 'channelsFirst', keepdims: true, shape: [2, 2, 6], output: [2, 2, 1] },
  { dimensions: 2, dataFormat: 'channelsLast', keepdims: false, shape: [2, 2, 3, 2], output: [2, 2] },
  { dimensions: 2, dataFormat: 'channelsLast', keepdims: true, shape: [2, 3, 2, 2], output: [2, 1, 1, 2] },
  { dimensions: 2, dataFormat: 'channelsFirst', keepdims: false, shape: [2, 2, 3, 2], output: [2, 2] },
  { dimensions: 2, dataFormat: 'channelsFirst', keepdims: true, shape: [2, 2, 2, 3], output: [2, 2, 1, 1] },
] as const;

const layerOf = (dimensions: 1 | 2, args: GeneralizedMeanPoolingArgs): tfl.layers.Layer =>
  dimensions === 1 ? generalizedMeanPooling1d(args) : generalizedMeanPooling2d(args);

describe.each(['cpu', 'wasm'])('generalized mean pooling on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it.each(FORMATS)('pools $dimensions dimensions, $dataFormat, keepdims $keepdims', (format) => {
    const { dimensions, dataFormat, keepdims, shape, output } = format;
    for (const p of POWERS) {
      tf.tidy(() => {
        const last = tf.tensor(VALUES, [2, 6, 2]);
        const ordered = dataFormat === 'channelsLast' ? last : tf.transpose(last, [0, 2, 1]);
        const layer = layerOf(dimensions, { p, dataFormat, keepdims });
        const result = layer.apply(tf.reshape(ordered, [...shape])) as tf.Tensor;
        expect(result.shape).toEqual(output);
        expect(layer.computeOutputShape([...shape])).toEqual(output);
        expectClose(result, expected(p));
      });
    }
  });

  it('is the average at 1 and the maximum at infinity', () => {
    const input = tf.tensor4d(VALUES, [2, 3, 2, 2]);
    tf.tidy(() => {
      const average = tfl.layers.globalAveragePooling2d({}).apply(input) as tf.Tensor;
      const maximum = tfl.layers.globalMaxPooling2d({}).apply(input) as tf.Tensor;
      expectClose(generalizedMeanPooling2d({ p: 1 }).apply(input) as tf.Tensor, [...average.dataSync()], 5);
      expectClose(generalizedMeanPooling2d({ p: Infinity }).apply(input) as tf.Tensor, [...maximum.dataSync()], 5);
    });
    input.dispose();
  });
});

describe('generalized mean pooling', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  it('grows with its power, and lies between the least and the largest value', () => {
    const powers = [-Infinity, -4, -1, 0, 1, 3, 6, Infinity];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 2, maxLength: 8 }), (values) => {
        const means = powers.map((p) =>
          tf.tidy(
            () =>
              (
                generalizedMeanPooling1d({ p }).apply(tf.tensor3d(values, [1, values.length, 1])) as tf.Tensor
              ).dataSync()[0],
          ),
        ) as number[];
        for (let i = 1; i < means.length; i++) {
          expect(means[i] as number).toBeGreaterThanOrEqual((means[i - 1] as number) - 1e-3);
        }
        expect(means[0]).toBeCloseTo(Math.min(...values), 4);
        expect(means.at(-1)).toBeCloseTo(Math.max(...values), 4);
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  it.each(POWERS)('has the gradient that finite differences have (p = %s)', (p) => {
    const values = [-1, 0.5, 2, 0.25, 1.5, -0.5];
    const layer = generalizedMeanPooling1d({ p });
    const sum = (input: tf.Tensor): tf.Scalar => tf.sum<tf.Scalar>(layer.apply(input) as tf.Tensor);
    const gradient = tf.tidy(() =>
      tf
        .grad(sum)(tf.tensor3d(values, [1, 6, 1]))
        .dataSync(),
    );
    const step = 1e-5;
    for (const i of values.keys()) {
      const moved = (by: number): number =>
        pooled(
          values.map((value, j) => (i === j ? value + by : value)),
          p,
        );
      expect(gradient[i]).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 3);
    }
  });

  it('shares the gradient among values that are the least, or the largest, together', () => {
    const gradientAt = (p: number): number[] =>
      tf.tidy(() => {
        const layer = generalizedMeanPooling1d({ p });
        const sum = (input: tf.Tensor): tf.Scalar => tf.sum<tf.Scalar>(layer.apply(input) as tf.Tensor);
        return [
          ...tf
            .grad(sum)(tf.tensor3d([1, 1, 4, 4], [1, 4, 1]))
            .dataSync(),
        ];
      });
    expect(gradientAt(Infinity)).toEqual([0, 0, 0.5, 0.5]);
    expect(gradientAt(-Infinity)).toEqual([0.5, 0.5, 0, 0]);
    expect(gradientAt(3).reduce((sum, value) => sum + value)).toBeCloseTo(1, 5);
  });

  it.each(POWERS)('saves and loads (p = %s)', async (p) => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.inputLayer({ inputShape: [2, 3, 2] }),
        generalizedMeanPooling2d({ p, keepdims: true, dataFormat: 'channelsFirst' }),
        tfl.layers.reshape({ targetShape: [1, 2] }),
        generalizedMeanPooling1d({ p }),
      ],
    });
    const copy = await reloaded(model);
    expect(copy.layers[1]).toMatchObject({ p, keepdims: true, dataFormat: 'channelsFirst' });
    expect(copy.layers[3]).toMatchObject({ p, keepdims: false, dataFormat: 'channelsLast' });
    tf.tidy(() => {
      const input = tf.tensor4d(VALUES, [2, 2, 3, 2]);
      expect((copy.predict(input) as tf.Tensor).dataSync()).toEqual((model.predict(input) as tf.Tensor).dataSync());
    });
    model.dispose();
    copy.dispose();
  });

  it('leaks nothing', () => {
    const input = tf.tensor4d(VALUES, [2, 2, 3, 2]);
    const before = tf.memory().numTensors;
    tf.dispose(generalizedMeanPooling2d().apply(input) as tf.Tensor);
    expect(tf.memory().numTensors).toBe(before);
    input.dispose();
  });

  it('refuses a power that is no number and an unknown format', () => {
    expect(() => generalizedMeanPooling1d({ p: Number.NaN })).toThrow(
      expect.objectContaining({ code: 'NOT_FINITE', argument: 'p' }) as Error,
    );
    expect(() => generalizedMeanPooling2d({ dataFormat: 'channels' as 'channelsLast' })).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_NAME', argument: 'dataFormat' }) as Error,
    );
  });
});
