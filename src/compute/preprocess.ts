/**
 * How a picture becomes the encoder's pixels. Part of what a vector means: a change here makes every stored feature wrong,
 * so {@link PREPROCESS_REVISION} goes into the encoder's id. `scripts/encoder/fit-projection.ts` measures the choices, and
 * `docs/encoders.md` has the figures.
 *
 * The steps, all by sharp:
 * 1. decode, EXIF orientation applied (`autoOrient`), converted to sRGB, alpha flattened on {@link ALPHA_BACKGROUND};
 * 2. shrunk to fit inside {@link DECODED_SIDE}² (`fit: 'inside'`, never enlarged): the thumbnail is made from this too;
 * 3. stretched to {@link ENCODER_SIDE}² (`fit: 'fill'`): the whole picture is seen, and a crop moves few things.
 */

import type { PixelRequest } from './encoders/pixels.ts';

/** Goes up with each change to what this file describes. */
export const PREPROCESS_REVISION = 1;

/** The picture is decoded once, to fit inside this many pixels squared; what else is needed is made from that. */
const DECODED_SIDE = 512;

/** Width and height of the encoder's input in pixels. */
export const ENCODER_SIDE = 224;

/** Red, green, blue, in this order, a byte each, rows from the top, no alpha. */
export const ENCODER_CHANNELS = 3;

/** Bytes of one picture as the encoder takes it. */
export const ENCODER_PICTURE_BYTES = ENCODER_SIDE * ENCODER_SIDE * ENCODER_CHANNELS;

/** What transparent pixels are put on: most transparent pictures are made for white pages. */
export const ALPHA_BACKGROUND = '#ffffff';

/** sharp's options of step 2. */
export const DECODED_RESIZE = {
  width: DECODED_SIDE,
  height: DECODED_SIDE,
  fit: 'inside',
  withoutEnlargement: true,
} as const;

/** Step 3, as the decode workers are told it. */
export const BUILTIN_PIXELS: PixelRequest = {
  width: ENCODER_SIDE,
  height: ENCODER_SIDE,
  fit: 'stretch',
  keep: 1,
  kernel: 'lanczos3',
};

/** sharp's options of step 3. */
export const ENCODER_RESIZE = { width: ENCODER_SIDE, height: ENCODER_SIDE, fit: 'fill', kernel: 'lanczos3' } as const;
