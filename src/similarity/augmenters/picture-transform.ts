import * as tf from '@tensorflow/tfjs-core';
import { checkFinite, checkRank } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import type { Random } from '../random.ts';
import type { ImageTransform } from './augmenter.ts';

/** One picture in memory: rows of pixels from the top, `channels` numbers a pixel, each in [0, 1]. */
export interface Raster {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** [height × width × channels]; not to be changed. */
  readonly values: Float32Array;
}

/** How far a value may lie outside of [0, 1], for rounding. */
const TOLERANCE = 1e-6;

function checkPictures(images: tf.Tensor): { readonly shape: readonly number[]; readonly values: Float32Array } {
  const { shape } = checkRank('images', images, 4);
  if (images.size === 0) throw new SimilarityError('EMPTY', 'images', { expected: 'no pixel', shape });
  const values = images.dataSync<'float32'>();
  checkFinite('images', values, shape);
  const outside = values.findIndex((value) => value < -TOLERANCE || value > 1 + TOLERANCE);
  if (outside >= 0) {
    const expected = `pixels from 0 to 1 were expected (bytes divided by 255), value ${outside} is ${String(values[outside])}`;
    throw new SimilarityError('OUT_OF_RANGE', 'images', { expected, shape });
  }
  return { shape, values };
}

/**
 * Changes pictures one by one, each with choices of its own. A transform of one's own extends it with `change`.
 *
 * Pixels are worked on in plain memory, not in tensors: every picture takes another path, which on tensors would be a
 * hundred small kernels, and the numbers are the same to the last bit on every backend. A backend on a GPU pays for the
 * way there and back.
 */
export abstract class PictureTransform implements ImageTransform {
  /**
   * @param picture stays as it is; it may be returned
   * @returns values in [0, 1]; the size must depend on the transform and the given size alone
   */
  abstract change(picture: Raster, random: Random): Raster;

  /**
   * @param images [n, height, width, channels], values in [0, 1]; stays the caller's
   * @returns [n, height, width, channels], a new tensor
   * @throws SimilarityError WRONG_RANK, EMPTY, NOT_FINITE, OUT_OF_RANGE (values in [0, 255], say) or WRONG_SHAPE (channels
   *   that have no colour, for those that need one)
   */
  apply(images: tf.Tensor4D, random: Random): tf.Tensor4D {
    const { shape, values } = checkPictures(images);
    const [count, height, width, channels] = shape as [number, number, number, number];
    const size = height * width * channels;
    const changed = Array.from({ length: count }, (_, i) =>
      this.change({ height, width, channels, values: values.subarray(i * size, (i + 1) * size) }, random),
    );
    const first = changed[0] as Raster;
    const all = new Float32Array(count * first.values.length);
    for (const [i, picture] of changed.entries()) all.set(picture.values, i * first.values.length);
    return tf.tensor4d(all, [count, first.height, first.width, first.channels]);
  }
}

/** The same picture with other values: those that `value` gives for each, brought into [0, 1]. */
export function mapValues(picture: Raster, value: (current: number, i: number) => number): Raster {
  const { length } = picture.values;
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = clamp(value(picture.values[i] as number, i));
  return { ...picture, values };
}

export function clamp(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}

/**
 * True for red, green and blue; false for one channel, which has no colour to change.
 *
 * @throws SimilarityError WRONG_SHAPE for any other number of channels
 */
export function hasColor({ height, width, channels }: Raster): boolean {
  if (channels === 3) return true;
  if (channels === 1) return false;
  const expected = `1 or 3 channels were expected, not ${channels}`;
  throw new SimilarityError('WRONG_SHAPE', 'images', { expected, shape: [null, height, width, channels] });
}
