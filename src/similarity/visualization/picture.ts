import * as tf from '@tensorflow/tfjs-core';
import { checkFinite } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import { encodePng, type Channels } from './png.ts';

/**
 * One picture, [height, width] or [height, width, channels] with grey, grey and alpha, RGB or RGB and alpha. Whole numbers
 * and bytes lie in [0, 255], other numbers within the value range that goes with it.
 */
export type Picture =
  | tf.Tensor
  | {
      readonly data: Float32Array | Int32Array | Uint8Array | Uint8ClampedArray;
      readonly shape: readonly number[];
    };

/** What black and white are where the values are no whole numbers. Default [0, 1]; what lies outside is cut off. */
export type ValueRange = readonly [black: number, white: number];

/** A picture ready to be shown: a PNG as a data URL. */
export interface EmbeddedPicture {
  readonly url: string;
  readonly width: number;
  readonly height: number;
}

export const UNIT_RANGE: ValueRange = [0, 1];

export function isPicture(value: unknown): value is Picture {
  if (value instanceof tf.Tensor) return true;
  if (typeof value !== 'object' || value === null || !('data' in value) || !('shape' in value)) return false;
  return ArrayBuffer.isView(value.data) && !(value.data instanceof DataView) && Array.isArray(value.shape);
}

/** @throws SimilarityError OUT_OF_RANGE where white is not above black, or one of them is not finite */
export function checkValueRange(range: ValueRange): ValueRange {
  const [black, white] = range;
  if (Number.isFinite(black) && Number.isFinite(white) && white > black) return range;
  throw new SimilarityError('OUT_OF_RANGE', 'valueRange', { expected: `[${black}, ${white}] is no range` });
}

/**
 * @param argument the caller's name for the picture
 * @throws SimilarityError WRONG_RANK, WRONG_SHAPE (no pixel, or more than four channels), WRONG_LENGTH or NOT_FINITE
 */
export function embedPicture(argument: string, picture: Picture, range: ValueRange = UNIT_RANGE): EmbeddedPicture {
  const { shape } = picture;
  if (shape.length !== 2 && shape.length !== 3) {
    throw new SimilarityError('WRONG_RANK', argument, { expected: 'a picture has 2 or 3 dimensions', shape });
  }
  const [height = 0, width = 0, channels = 1] = shape;
  if (height < 1 || width < 1 || !isChannels(channels)) {
    throw new SimilarityError('WRONG_SHAPE', argument, { expected: 'pixels of 1 to 4 channels were expected', shape });
  }
  const values = picture instanceof tf.Tensor ? picture.dataSync() : picture.data;
  if (values.length !== height * width * channels) {
    throw new SimilarityError('WRONG_LENGTH', argument, { expected: `it has ${values.length} values`, shape });
  }
  checkFinite(argument, values, shape);
  const png = encodePng(toBytes(values, range), width, height, channels);
  return { url: `data:image/png;base64,${png.toString('base64')}`, width, height };
}

/** The pictures of a batch, [n, height, width] or [n, height, width, channels], one by one. */
export function picturesOf(argument: string, batch: Picture): Picture[] {
  const { shape } = batch;
  if (shape.length !== 3 && shape.length !== 4) {
    throw new SimilarityError('WRONG_RANK', argument, { expected: 'pictures have 3 or 4 dimensions', shape });
  }
  const [count = 0, ...rest] = shape;
  const size = rest.reduce((product, length) => product * length, 1);
  const values = batch instanceof tf.Tensor ? (batch.dataSync() as Float32Array | Int32Array) : batch.data;
  if (values.length !== count * size) {
    throw new SimilarityError('WRONG_LENGTH', argument, { expected: `it has ${values.length} values`, shape });
  }
  return Array.from({ length: count }, (_, i) => ({ data: values.subarray(i * size, (i + 1) * size), shape: rest }));
}

function isChannels(channels: number): channels is Channels {
  return Number.isInteger(channels) && channels >= 1 && channels <= 4;
}

function toBytes(values: ArrayLike<number>, [black, white]: ValueRange): Uint8Array {
  // A clamped array rounds and cuts off.
  if (!(values instanceof Float32Array)) return new Uint8Array(Uint8ClampedArray.from(values).buffer);
  const bytes = new Uint8ClampedArray(values.length);
  const scale = 255 / (white - black);
  for (let i = 0; i < values.length; i++) bytes[i] = ((values[i] as number) - black) * scale;
  return new Uint8Array(bytes.buffer);
}
