/** Pictures of folders, made into the encoder's pixels exactly as indexing does it, and into features. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import type { Encoder } from '../../src/compute/encoder.ts';
import {
  ALPHA_BACKGROUND,
  DECODED_RESIZE,
  ENCODER_CHANNELS,
  ENCODER_PICTURE_BYTES,
  ENCODER_RESIZE,
  ENCODER_SIDE,
} from '../../src/compute/preprocess.ts';

/** Paths of the pictures under some folders, sorted, so that a fit does not depend on the file system. */
export async function listPictures(folders: readonly string[]): Promise<string[]> {
  const listings = folders.map(async (folder) => {
    const names = await readdir(folder, { recursive: true });
    return names.filter((name) => /\.(jpe?g|png|webp)$/i.test(name)).map((name) => path.join(folder, name));
  });
  return (await Promise.all(listings)).flat().sort();
}

/** Step 1 and 2 of `preprocess.ts`: upright sRGB without alpha, inside 512², then stretched to the encoder's square. */
export async function encoderPixels(source: Sharp): Promise<Uint8Array> {
  const { data, info } = await source
    .autoOrient()
    .flatten({ background: ALPHA_BACKGROUND })
    .toColourspace('srgb')
    .resize(DECODED_RESIZE)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  const pixels = await sharp(data, { raw }).resize(ENCODER_RESIZE).raw().toBuffer();
  if (pixels.length !== ENCODER_PICTURE_BYTES) throw new Error(`${info.channels} channels, not ${ENCODER_CHANNELS}`);
  return pixels;
}

/** The mirror image of a picture's pixels. */
export function mirrored(pixels: Uint8Array): Uint8Array {
  const result = new Uint8Array(pixels.length);
  const row = ENCODER_SIDE * ENCODER_CHANNELS;
  for (let start = 0; start < pixels.length; start += row) {
    for (let x = 0; x < row; x += ENCODER_CHANNELS) {
      result.set(pixels.subarray(start + x, start + x + ENCODER_CHANNELS), start + row - ENCODER_CHANNELS - x);
    }
  }
  return result;
}

/** Pictures decoded at a time, so that memory stays flat. */
const AT_ONCE = 16;

/** Features of pictures: a row each, in order. With `change`, of what it makes of each picture's pixels. */
export async function encodeAll(
  encoder: Encoder,
  sources: readonly (() => Sharp | Promise<Sharp>)[],
  change: (pixels: Uint8Array) => Uint8Array = (pixels) => pixels,
): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  for (let first = 0; first < sources.length; first += AT_ONCE) {
    const pixels = await Promise.all(
      sources.slice(first, first + AT_ONCE).map(async (source) => encoderPixels(await source())),
    );
    const features = await encoder.encode(Buffer.concat(pixels.map(change)));
    for (let i = 0; i < pixels.length; i++) {
      rows.push(features.slice(i * encoder.featureSize, (i + 1) * encoder.featureSize));
    }
  }
  return rows;
}
