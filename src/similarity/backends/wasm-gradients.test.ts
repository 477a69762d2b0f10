import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backend.ts';

type Shape4 = [number, number, number, number];
type Side = number | [number, number];

interface Convolution {
  readonly input: Shape4;
  readonly filter: Shape4;
  readonly strides: Side;
  readonly pad: 'same' | 'valid' | number;
}

const PLAIN: Convolution = { input: [2, 6, 5, 3], filter: [3, 3, 3, 4], strides: 1, pad: 'same' };
const CONVOLUTIONS: Readonly<Record<string, Convolution>> = {
  plain: PLAIN,
  'without padding': { ...PLAIN, pad: 'valid' },
  '1×1': { ...PLAIN, filter: [1, 1, 3, 4] },
  'an even filter': { ...PLAIN, filter: [2, 4, 3, 4] },
  'a stride': { ...PLAIN, strides: 2 },
  'two strides, input left over': { ...PLAIN, input: [2, 8, 7, 3], strides: [3, 2], pad: 'valid' },
  '1×1 with a stride': { ...PLAIN, filter: [1, 1, 3, 4], strides: 2 },
  'padding of one': { ...PLAIN, pad: 1, strides: 2 },
  'more padding than the filter needs': { ...PLAIN, pad: 3 },
};

/** Gradients of a convolution's input and filter, and of what it gives weighted at random. */
async function gradients({ input, filter, strides, pad }: Convolution, depthwise: boolean) {
  const [dx, dw] = tf.tidy(() => {
    const x = tf.randomNormal<tf.Rank.R4>(input, 0, 1, 'float32', 1);
    const w = tf.randomNormal<tf.Rank.R4>(filter, 0, 1, 'float32', 2);
    const convolve = (a: tf.Tensor, b: tf.Tensor): tf.Tensor4D =>
      depthwise
        ? tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, pad)
        : tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, pad);
    const weights = tf.randomNormal(convolve(x, w).shape, 0, 1, 'float32', 3);
    return tf.grads((a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(convolve(a, b), weights)))([x, w]);
  });
  const values = [await dx?.data(), await dw?.data()].map((data) => Array.from(data ?? []));
  tf.dispose([dx, dw] as tf.Tensor[]);
  return values;
}

async function expectSameOnBoth(compute: () => Promise<number[][]>): Promise<void> {
  await useBackend('cpu');
  const expected = await compute();
  await useBackend('wasm');
  await compute();
  const before = tf.memory().numTensors;
  const actual = await compute();
  expect(tf.memory().numTensors).toBe(before);
  expect(expected.every((values) => values.length > 0)).toBe(true);
  for (const [i, values] of expected.entries()) {
    expect(actual[i]).toHaveLength(values.length);
    for (const [j, value] of values.entries()) expect(actual[i]?.[j]).toBeCloseTo(value, 4);
  }
}

describe('the gradients of a convolution on WASM are those of the CPU backend', () => {
  for (const [name, convolution] of Object.entries(CONVOLUTIONS)) {
    it(name, () => expectSameOnBoth(() => gradients(convolution, false)));
    it(`depthwise, ${name}`, () => expectSameOnBoth(() => gradients(convolution, true)));
  }

  it('depthwise, one output a channel', () =>
    expectSameOnBoth(() => gradients({ ...PLAIN, filter: [3, 3, 3, 1], strides: 2 }, true)));
});

describe('the gradient of gathered rows on WASM is that of the CPU backend', () => {
  const rows = (indices: number[] | number[][]) => async (): Promise<number[][]> => {
    const gradient = tf.tidy(() => {
      const table = tf.randomNormal([5, 3], 0, 1, 'float32', 1);
      const weights = tf.randomNormal([...tf.tensor(indices).shape, 3], 0, 1, 'float32', 2);
      return tf.grad((x) => tf.sum(tf.mul(tf.gather(x, tf.tensor(indices, undefined, 'int32')), weights)))(table);
    });
    const values = Array.from(await gradient.data());
    gradient.dispose();
    return [values];
  };

  it('for a list of rows, some twice', () => expectSameOnBoth(rows([0, 3, 3, 4])));
  it('for a table of rows', () =>
    expectSameOnBoth(
      rows([
        [0, 1],
        [1, 4],
      ]),
    ));
});

describe('a backend', () => {
  beforeAll(() => useBackend('cpu'));
  afterAll(() => useBackend('cpu'));

  it('that does not exist is refused with the names of those that do', async () => {
    await expect(useBackend('quantum')).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      argument: 'quantum',
      message: expect.stringMatching(/cpu.*wasm|wasm.*cpu/) as string,
    });
    expect(tf.getBackend()).toBe('cpu');
  });
});
