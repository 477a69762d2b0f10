import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import { createRandom } from '../random.ts';
import { BarlowAugmenter, ContrastiveAugmenter, RandomFlip, SimCLRAugmenter, type Augmenter } from './index.ts';

const LABELS = Int32Array.of(4, 2);

const pictures = (height: number, width: number, channels = 3): tf.Tensor4D =>
  tf.tensor4d(
    Float32Array.from({ length: 2 * height * width * channels }, (_, i) => (i % 97) / 97),
    [2, height, width, channels],
  );

beforeAll(() => useBackend('cpu'));

describe.each<[string, Augmenter]>([
  ['SimCLR', new SimCLRAugmenter({ height: 8, width: 6, blurProbability: 0.5 })],
  ['SimCLR v1', new SimCLRAugmenter({ height: 8, width: 6, version: 'v1' })],
  ['SimCLR, evaluation', new SimCLRAugmenter({ height: 8, width: 6, isTraining: false })],
  ['Barlow', new BarlowAugmenter({ height: 8, width: 6 })],
])('the views of %s', (_, augmenter) => {
  it.each([1, 3])(
    'are of one size, in [0, 1], as many as asked, seeded, and leak nothing (%i channels)',
    (channels) => {
      const before = tf.memory().numTensors;
      tf.tidy(() => {
        const examples = pictures(12, 16, channels);
        const augment = (seed: number): tf.Tensor[] => {
          const { views, labels } = augmenter.augment(examples, LABELS, 3, false, createRandom(seed));
          expect(labels).toEqual(LABELS);
          return [...views];
        };
        const views = augment(1);
        expect(views.map(({ shape }) => shape)).toEqual(Array(3).fill([2, 8, 6, channels]));
        for (const view of views) expect(view.dataSync().every((value) => value >= 0 && value <= 1)).toBe(true);
        expect(augment(1).map((view) => view.dataSync())).toEqual(views.map((view) => view.dataSync()));
        if (!_.includes('evaluation')) {
          expect(views[0]?.dataSync()).not.toEqual(views[1]?.dataSync());
          expect(augment(2)[0]?.dataSync()).not.toEqual(views[0]?.dataSync());
        } else {
          expect(views[0]?.dataSync()).toEqual(augment(2)[2]?.dataSync());
        }
      });
      expect(tf.memory().numTensors).toBe(before);
    },
  );
});

it('leaves pictures alone where everything is switched off', () => {
  tf.tidy(() => {
    const examples = pictures(8, 6);
    const off = { height: 8, width: 6, crop: false, flip: false, colorDistort: false };
    const [view] = new SimCLRAugmenter(off).augment(examples, LABELS, 1, false, createRandom(1)).views;
    expect(view?.dataSync()).toEqual(examples.dataSync());
    expect(() => new SimCLRAugmenter(off).augment(pictures(9, 6), LABELS, 1, false, createRandom(1))).toThrow(
      expect.objectContaining({ code: 'WRONG_SHAPE' }) as Error,
    );
    const none = ['flip', 'jitter', 'greyscale', 'blur', 'solarize'].map((name) => [`${name}Probability`, 0] as const);
    const barlow = new BarlowAugmenter({ height: 8, width: 6, ...Object.fromEntries(none) });
    // A picture of one colour stays what it is under any crop.
    const [even] = barlow.augment(tf.fill([2, 20, 20, 3], 0.25), LABELS, 1, false, createRandom(1)).views;
    expect(even?.dataSync().every((value) => Math.abs(value - 0.25) < 1e-6)).toBe(true);
  });
});

describe('any function as an augmenter', () => {
  it('is called for each view, and may return what it was given', () => {
    const before = tf.memory().numTensors;
    const rows = tf.tensor2d([
      [1, 2],
      [3, 4],
    ]);
    const seen: number[] = [];
    const augmenter = new ContrastiveAugmenter((examples, random, view) => {
      seen.push(view);
      return view === 0 ? examples : tf.add(examples, tf.mul(tf.onesLike(examples), random.next()));
    });
    const { views } = augmenter.augment(rows, LABELS, 2, true, createRandom(1));
    expect(seen).toEqual([0, 1]);
    expect(views[0]).not.toBe(rows);
    expect(views[0]?.arraySync()).toEqual(rows.arraySync());
    expect((views[1]?.dataSync()[0] ?? 0) - 1).toBeCloseTo(createRandom(1).next(), 5);
    tf.dispose([...views]);
    expect(rows.isDisposed).toBe(false);
    rows.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('or one transform', () => {
    tf.tidy(() => {
      const examples = pictures(2, 2);
      const flip = new ContrastiveAugmenter(new RandomFlip({ probability: 1 }));
      const [view] = flip.augment(examples, LABELS, 1, false, createRandom(1)).views;
      expect(view?.arraySync()).toEqual(tf.reverse(examples, 2).arraySync());
    });
  });

  it('has to keep the rows, and disposes of what it made where it fails', () => {
    const rows = tf.ones([2, 2]);
    const before = tf.memory().numTensors;
    const halved = new ContrastiveAugmenter((examples, _, view) => (view === 1 ? tf.slice(examples, 0, 1) : examples));
    expect(() => halved.augment(rows, LABELS, 2, false, createRandom(1))).toThrow(
      expect.objectContaining({ code: 'WRONG_SHAPE', argument: 'view 1' }) as Error,
    );
    expect(() => halved.augment(rows, LABELS, 0, false, createRandom(1))).toThrow(/copies/);
    expect(tf.memory().numTensors).toBe(before);
    rows.dispose();
  });
});

it('checks the settings of the pipelines', () => {
  expect(() => new SimCLRAugmenter({ height: 8, width: 6, version: 'v3' as 'v2' })).toThrow(/"v3" is none of v1, v2/);
  expect(() => new SimCLRAugmenter({ height: 8, width: 6, blurProbability: 2 })).toThrow(/blurProbability/);
  expect(() => new SimCLRAugmenter({ height: 8, width: 6, isTraining: false, evalCropProportion: 2 })).toThrow(
    /cropProportion/,
  );
  expect(() => new BarlowAugmenter({ height: 8, width: 6, flipProbability: -1 })).toThrow(/probability/);
});
