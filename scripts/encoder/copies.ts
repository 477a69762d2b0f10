/** Copies of pictures as people have them: each must find its original before any other picture. */
import sharp, { type Sharp } from 'sharp';
import type { Encoder } from '../../src/compute/encoder.ts';
import type { Projection } from '../../src/compute/projection.ts';
import { originalsFound } from './judge.ts';
import { encodeAll } from './pictures.ts';

type Size = { readonly width: number; readonly height: number };

/** Cuts off shares of the picture: from the left, the top, the right, the bottom. */
function cropped(picture: Sharp, { width, height }: Size, shares: readonly [number, number, number, number]): Sharp {
  const left = Math.round(shares[0] * width);
  const top = Math.round(shares[1] * height);
  const right = Math.round(shares[2] * width);
  const bottom = Math.round(shares[3] * height);
  return picture.extract({ left, top, width: width - left - right, height: height - top - bottom });
}

const COPIES: Readonly<Record<string, (picture: Sharp, size: Size) => Sharp>> = {
  mirrored: (picture) => picture.flop(),
  'resized to 50 %': (picture, { width }) => picture.resize({ width: Math.round(width / 2) }),
  'JPEG quality 40': (picture) => picture.jpeg({ quality: 40 }),
  'cropped by 5 % on each side': (picture, size) => cropped(picture, size, [0.05, 0.05, 0.05, 0.05]),
  'cropped by 10 % at left and top': (picture, size) => cropped(picture, size, [0.1, 0.1, 0, 0]),
  'cropped by 10 % in width': (picture, size) => cropped(picture, size, [0, 0, 0.1, 0]),
};

/**
 * Copies some of the files and looks each copy up among all originals.
 *
 * @param originals - features of all files
 * @param chosen - indices of the files that are copied
 * @returns for each kind of copy, how many found their original first, of how many
 */
export async function judgeCopies(
  encoder: Encoder,
  projection: Projection,
  files: readonly string[],
  originals: readonly Float32Array[],
  chosen: readonly number[],
): Promise<Record<string, { found: number; of: number }>> {
  const all = originals.map((row) => projection.project(row));
  const results: Record<string, { found: number; of: number }> = {};
  for (const [kind, copy] of Object.entries(COPIES)) {
    const copies = await Promise.all(chosen.map((index) => copyBytes(files[index] ?? '', copy)));
    const rows = await encodeAll(
      encoder,
      copies.map((bytes) => () => sharp(bytes)),
    );
    const vectors = rows.map((row) => projection.project(row));
    results[kind] = { found: originalsFound(vectors, all, chosen), of: chosen.length };
  }
  return results;
}

/** The copy as a file: PNG, unless the copy is of another format itself. */
async function copyBytes(file: string, copy: (picture: Sharp, size: Size) => Sharp): Promise<Buffer> {
  const { data, info } = await sharp(file)
    .autoOrient()
    .png({ compressionLevel: 0 })
    .toBuffer({ resolveWithObject: true });
  return copy(sharp(data).png({ compressionLevel: 1 }), info).toBuffer();
}
