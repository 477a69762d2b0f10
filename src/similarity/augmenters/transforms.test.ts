import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import { createRandom } from '../random.ts';
import { scaleSaturation, shiftHue } from './color.ts';
import { gaussianBlur } from './gaussian-blur.ts';
import {
  CenterCrop,
  ColorJitter,
  GaussianBlur,
  Grayscale,
  RandomApply,
  RandomCropAndResize,
  RandomFlip,
  Solarize,
  TransformSequence,
  type Raster,
  type PictureTransform,
} from './index.ts';
import { resample } from './resample.ts';

const picture = (height: number, width: number, channels: number, values: readonly number[]): Raster => ({
  height,
  width,
  channels,
  values: Float32Array.from(values),
});

function randomPicture(height: number, width: number, channels: number, seed: number): Raster {
  const random = createRandom(seed);
  return picture(
    height,
    width,
    channels,
    Array.from({ length: height * width * channels }, () => random.next()),
  );
}

const changed = (transform: PictureTransform, given: Raster, seed = 1): number[] => [
  ...transform.change(given, createRandom(seed)).values,
];

const round = (values: Iterable<number>): number[] => Array.from(values, (value) => Math.round(value * 1e4) / 1e4 + 0);

const NONE = { brightnessMultiplier: 0, contrastMultiplier: 0, saturationMultiplier: 0, hueMultiplier: 0 };

describe('known cases', () => {
  const twoByThree = picture(2, 3, 1, [0, 0.1, 0.2, 0.3, 0.4, 0.5]);
  const always = { probability: 1 };

  it('flips left and right, top and bottom, pixel by pixel', () => {
    expect(round(changed(new RandomFlip(always), twoByThree))).toEqual([0.2, 0.1, 0, 0.5, 0.4, 0.3]);
    expect(round(changed(new RandomFlip({ ...always, direction: 'vertical' }), twoByThree))).toEqual([
      0.3, 0.4, 0.5, 0, 0.1, 0.2,
    ]);
    const colors = picture(1, 2, 3, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
    expect(round(changed(new RandomFlip(always), colors))).toEqual([0.4, 0.5, 0.6, 0.1, 0.2, 0.3]);
  });

  it('solarizes from the threshold on', () => {
    expect(round(changed(new Solarize(), twoByThree))).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(round(changed(new Solarize(0.2), twoByThree))).toEqual([0, 0.1, 0.8, 0.7, 0.6, 0.5]);
  });

  it('crops the whole, and the middle', () => {
    const given = randomPicture(5, 7, 3, 2);
    const whole = { height: 5, width: 7, areaRange: [1, 1], ratioRange: [1, 1] } as const;
    for (const interpolation of ['bilinear', 'bicubic'] as const) {
      expect(changed(new RandomCropAndResize({ ...whole, interpolation }), given)).toEqual([...given.values]);
      const all = { height: 5, width: 7, cropProportion: 1, interpolation };
      expect(changed(new CenterCrop(all), given)).toEqual([...given.values]);
    }
    const fourByFour = picture(
      4,
      4,
      1,
      Array.from({ length: 16 }, (_, i) => i / 16),
    );
    const middle = new CenterCrop({ height: 2, width: 2, cropProportion: 0.5 });
    expect(changed(middle, fourByFour)).toEqual([5, 6, 9, 10].map((i) => i / 16));
    // A view twice as wide as high takes the middle two rows of the square.
    expect(new CenterCrop({ height: 2, width: 4, cropProportion: 1 }).change(fourByFour).values).toEqual(
      fourByFour.values.subarray(4, 12),
    );
  });

  it('resizes between the centres of pixels', () => {
    const region = { top: 0, left: 0, height: 1, width: 2 };
    const given = picture(1, 2, 1, [0, 1]);
    const wider = (interpolation: 'bilinear' | 'bicubic'): number[] =>
      round(resample(given, region, { height: 1, width: 4 }, interpolation).values);
    expect(wider('bilinear')).toEqual([0, 0.25, 0.75, 1]);
    // Keys's weights for distances 0.75 and 0.25 are 0.2266 and 0.8672, the others lie outside.
    expect(wider('bicubic')).toEqual([0, 0.2071, 0.7929, 1]);
    const shrunk = resample(
      picture(1, 4, 1, [0.1, 0.2, 0.3, 0.4]),
      { ...region, width: 4 },
      { height: 1, width: 2 },
      'bilinear',
    );
    expect(round(shrunk.values)).toEqual([0.15, 0.35]);
  });

  it('takes the colour out, and leaves gray as it is', () => {
    const red = picture(1, 1, 3, [1, 0, 0]);
    expect(round(changed(new Grayscale(), red))).toEqual([0.2989, 0.2989, 0.2989]);
    expect(changed(new Grayscale(), twoByThree)).toEqual([...twoByThree.values]);
    expect(round(scaleSaturation(red, 0).values)).toEqual([1, 1, 1]);
    expect(round(scaleSaturation(picture(1, 1, 3, [0.8, 0.6, 0.4]), 0.5).values)).toEqual([0.8, 0.7, 0.6]);
    expect(round(scaleSaturation(picture(1, 1, 3, [0.8, 0.6, 0.4]), 9).values)).toEqual([0.8, 0.4, 0]);
  });

  it('turns the hue', () => {
    const orange = picture(1, 1, 3, [0.9, 0.5, 0.1]);
    expect(round(shiftHue(orange, 1 / 3).values)).toEqual([0.1, 0.9, 0.5]);
    expect(round(shiftHue(orange, -1 / 3).values)).toEqual([0.5, 0.1, 0.9]);
    expect(round(shiftHue(orange, 0.5).values)).toEqual([0.1, 0.5, 0.9]);
    expect(round(shiftHue(orange, 2).values)).toEqual([0.9, 0.5, 0.1]);
    expect(round(shiftHue(picture(1, 1, 3, [0.3, 0.3, 0.3]), 0.4).values)).toEqual([0.3, 0.3, 0.3]);
  });

  it('blurs by a bell curve that keeps what is even', () => {
    const dot = picture(1, 5, 1, [0, 0, 1, 0, 0]);
    const [side, middle] = [Math.exp(-0.5), 1];
    const sum = middle + 2 * side;
    expect(round(gaussianBlur(dot, 1, 1).values)).toEqual(round([0, side / sum, middle / sum, side / sum, 0]));
    expect(round(gaussianBlur(picture(3, 3, 1, Array<number>(9).fill(0.6)), 2, 1.5).values)).toEqual(
      Array(9).fill(0.6),
    );
  });

  it('changes brightness and contrast by what is drawn', () => {
    const random = createRandom(5);
    const added = random.between(-0.2, 0.2);
    const brighter = new ColorJitter({ ...NONE, brightnessMultiplier: 0.2, impl: 'additive', randomOrder: false });
    expect(round(changed(brighter, twoByThree, 5))).toEqual(
      round([0, 0.1, 0.2, 0.3, 0.4, 0.5].map((value) => Math.max(0, value + added))),
    );
    const factor = createRandom(6).between(0, 3);
    const contrast = new ColorJitter({ ...NONE, contrastMultiplier: 1, strength: 2, randomOrder: false });
    expect(round(changed(contrast, twoByThree, 6))).toEqual(
      round([0, 0.1, 0.2, 0.3, 0.4, 0.5].map((value) => Math.min(1, Math.max(0, 0.25 + (value - 0.25) * factor)))),
    );
  });
});

const CROP = { height: 6, width: 9 };
const ALL: readonly (readonly [string, PictureTransform])[] = [
  ['crop', new RandomCropAndResize(CROP)],
  ['narrow crop', new RandomCropAndResize({ ...CROP, ratioRange: [0.01, 0.02], interpolation: 'bilinear' })],
  ['centre crop', new CenterCrop(CROP)],
  ['flip', new RandomFlip()],
  ['colour jitter', new ColorJitter()],
  ['strong additive jitter', new ColorJitter({ strength: 3, impl: 'additive' })],
  ['grayscale', new Grayscale()],
  ['blur', new GaussianBlur({ kernelSizeDivider: 2 })],
  ['solarize', new Solarize()],
  ['random apply', new RandomApply(new Solarize(0))],
  ['a sequence', new TransformSequence([new RandomFlip(), new ColorJitter(), new RandomApply(new Grayscale(), 0.2)])],
];

describe.each(ALL)('%s', (_, transform) => {
  it('keeps shape and range, changes nothing given, and comes out the same for the same seed', () => {
    const sizes = fc.record({
      height: fc.integer({ min: 1, max: 12 }),
      width: fc.integer({ min: 1, max: 12 }),
      channels: fc.constantFrom(1, 3),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(sizes, ({ height, width, channels, seed }) => {
        const given = randomPicture(height, width, channels, seed);
        const copy = given.values.slice();
        const result = transform.change(given, createRandom(seed));
        const size = /crop/.test(_) ? CROP : { height, width };
        expect(result).toMatchObject({ ...size, channels });
        expect(result.values).toHaveLength(size.height * size.width * channels);
        expect(result.values.every((value) => value >= 0 && value <= 1)).toBe(true);
        expect(given.values).toEqual(copy);
        expect(transform.change(given, createRandom(seed))).toEqual(result);
      }),
      { numRuns: 25, seed: 3 },
    );
  });
});

it.each<[string, PictureTransform]>([
  ['no flip', new RandomFlip({ probability: 0 })],
  ['no jitter', new ColorJitter(NONE)],
  ['jitter of strength 0', new ColorJitter({ strength: 0 })],
  ['blur of width 0', new GaussianBlur({ minSigma: 0, maxSigma: 0, kernelSizeDivider: 1 })],
  ['blur of a small picture', new GaussianBlur()],
  ['solarize beyond white', new RandomApply(new Solarize(0), 0)],
  ['an empty sequence', new TransformSequence([])],
])('%s changes nothing', (_, transform) => {
  const given = randomPicture(6, 9, 3, 4);
  expect(changed(transform, given)).toEqual([...given.values]);
});

it('draws crops of the asked areas and shapes, all over the picture', () => {
  // The values say where a pixel came from.
  const gradient = picture(
    20,
    20,
    1,
    Array.from({ length: 400 }, (_, i) => i / 400),
  );
  const crop = new RandomCropAndResize({ height: 2, width: 2, areaRange: [0.25, 0.25], ratioRange: [1, 1] });
  const random = createRandom(7);
  const means = Array.from({ length: 200 }, () => {
    const { values } = crop.change(gradient, random);
    // Half of the rows: what is cropped spans 10 of 20.
    expect((values[2] ?? 0) - (values[0] ?? 0)).toBeCloseTo(0.25, 1);
    return values.reduce((sum, value) => sum + value, 0) / 4;
  });
  expect(Math.min(...means)).toBeLessThan(0.3);
  expect(Math.max(...means)).toBeGreaterThan(0.7);
});

describe('on tensors', () => {
  const pixels = createRandom(8);
  const values = Array.from({ length: 3 * 6 * 6 * 3 }, () => pixels.next());
  const images = (): tf.Tensor4D => tf.tensor4d(values, [3, 6, 6, 3]);

  const results: Float32Array[] = [];
  it.each(['cpu', 'wasm'])('gives the same on every backend, choosing anew for each picture (%s)', async (backend) => {
    await useBackend(backend);
    const before = tf.memory().numTensors;
    const given = images();
    const views = new TransformSequence([new ColorJitter(), new RandomFlip()]).apply(given, createRandom(1));
    expect(views.shape).toEqual([3, 6, 6, 3]);
    results.push(views.dataSync<'float32'>());
    expect(results[0]).toEqual(results.at(-1));
    expect([...given.dataSync()]).toEqual([...Float32Array.from(values)]);
    tf.dispose([given, views]);
    expect(tf.memory().numTensors).toBe(before);
    const same = tf.tile(tf.slice(images(), 0, 1), [3, 1, 1, 1]);
    const jittered = new ColorJitter().apply(same, createRandom(1)).dataSync();
    expect(jittered.slice(0, 108)).not.toEqual(jittered.slice(108, 216));
  });

  beforeAll(() => useBackend('cpu'));

  it.each([
    ['WRONG_RANK', () => tf.zeros([2, 4, 4])],
    ['EMPTY', () => tf.zeros([0, 4, 4, 3])],
    ['NOT_FINITE', () => tf.fill([1, 1, 1, 1], Number.NaN)],
    ['OUT_OF_RANGE', () => tf.fill([1, 2, 2, 3], 255)],
    ['WRONG_SHAPE', () => tf.zeros([1, 2, 2, 4])],
  ])('says %s of what is no batch of pictures', (code, make) => {
    expect(() => new Grayscale().apply(make() as tf.Tensor4D, createRandom(1))).toThrow(
      expect.objectContaining({ code, argument: 'images' }) as Error,
    );
  });

  it('checks its settings', () => {
    expect(() => new RandomCropAndResize({ height: 0, width: 4 })).toThrow(/height/);
    expect(() => new RandomCropAndResize({ ...CROP, areaRange: [0.5, 1.5] })).toThrow(/areaRange\[1\]/);
    expect(() => new RandomCropAndResize({ ...CROP, ratioRange: [2, 1] })).toThrow(/ratioRange/);
    expect(() => new RandomCropAndResize({ ...CROP, ratioRange: [1, Infinity] })).toThrow(/ratioRange/);
    expect(() => new RandomCropAndResize({ ...CROP, interpolation: 'lanczos' as 'bicubic' })).toThrow(/lanczos/);
    expect(() => new RandomFlip({ direction: 'up' as 'vertical' })).toThrow(/"up" is none of horizontal, vertical/);
    expect(() => new ColorJitter({ impl: 'x' as 'additive' })).toThrow(/"x" is none/);
    expect(() => new ColorJitter({ hueMultiplier: -1 })).toThrow(/hueMultiplier/);
    expect(() => new GaussianBlur({ minSigma: 2, maxSigma: 1 })).toThrow(/maxSigma/);
    expect(() => new Solarize(10)).toThrow(/threshold/);
    expect(() => new RandomApply(new Solarize(), 2)).toThrow(/probability/);
  });
});
