import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Augmenter } from '../augmenters/augmenter.ts';
import { useBackend } from '../backends/index.ts';
import { createRandom } from '../random.ts';
import { PerClassAugmenter } from './per-class-augmenter.ts';

beforeAll(() => useBackend('cpu'));

/** Multiplies, and gives each example as often as copies are asked for. */
function times(factor: number): Augmenter {
  return {
    augment: (examples, labels, copies) => ({
      views: [tf.concat(Array.from({ length: copies }, () => tf.mul(examples, factor)))],
      labels: Int32Array.from(Array.from({ length: copies }, () => [...labels]).flat()),
    }),
  };
}

describe('PerClassAugmenter', () => {
  it('hands each class to its own augmenter, and the rest to the last', () => {
    const before = tf.memory().numTensors;
    const examples = tf.tensor2d([[1], [2], [3], [4]]);
    const augmenter = new PerClassAugmenter(
      [
        { classList: [7], augmenter: times(10) },
        { classList: [8, 7], augmenter: times(100) },
      ],
      times(-1),
    );
    const { views, labels } = augmenter.augment(examples, Int32Array.of(9, 8, 7, 7), 2, false, createRandom(0));
    expect([...(views[0] as tf.Tensor).dataSync()]).toEqual([30, 40, 30, 40, 200, 200, -1, -1]);
    expect([...labels]).toEqual([7, 7, 7, 7, 8, 8, 9, 9]);
    tf.dispose([examples, ...views]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses augmenters whose views do not fit together', () => {
    const twice: Augmenter = {
      augment: (examples, labels) => ({ views: [tf.clone(examples), tf.clone(examples)], labels }),
    };
    const augmenter = new PerClassAugmenter([{ classList: [1], augmenter: twice }], times(1));
    const before = tf.memory().numTensors;
    const examples = tf.tensor2d([[1], [2]]);
    expect(() => augmenter.augment(examples, Int32Array.of(1, 2), 1, false, createRandom(0))).toThrow(
      expect.objectContaining({ code: 'WRONG_SHAPE', argument: 'augmenters' }),
    );
    examples.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(() => new PerClassAugmenter([], times(1))).toThrow(expect.objectContaining({ code: 'EMPTY' }));
  });
});
