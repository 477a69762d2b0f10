/** Every format that is read, from the file to the thumbnail's colours. */
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { decodePicture } from '../../src/library/media/decode.ts';
import type { DecodedPicture } from '../../src/library/media/decode-protocol.ts';
import { HEIC, HEIC_QUARTERS } from '../fixtures/heic.ts';

type Colour = readonly [number, number, number];

/** The thumbnail's colours in the middle of its four quarters, from left to right, from the top. */
async function quarters({ thumbnail }: DecodedPicture): Promise<Colour[]> {
  const { data, info } = await sharp(thumbnail ?? Buffer.alloc(0))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(3);
  const at = (x: number, y: number): Colour => {
    const i = 3 * (Math.floor(y * info.height) * info.width + Math.floor(x * info.width));
    return [data[i] ?? -1, data[i + 1] ?? -1, data[i + 2] ?? -1];
  };
  return [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)];
}

async function decode(bytes: Uint8Array): Promise<DecodedPicture> {
  return decodePicture(bytes, 'hash', []);
}

/** Colours may differ by what lossy compression and rounding do to them. */
async function expectQuarters(picture: DecodedPicture, expected: readonly Colour[], within = 8): Promise<void> {
  const found = await quarters(picture);
  const off = found.map((colour, i) =>
    Math.max(...colour.map((value, c) => Math.abs(value - (expected[i]?.[c] ?? 999)))),
  );
  expect(Math.max(...off), `${picture.format}: ${JSON.stringify(found)}`).toBeLessThanOrEqual(within);
}

test('HEIC: the primary picture, turned once, in sRGB, with its EXIF', async () => {
  const picture = await decode(HEIC);
  expect(picture).toMatchObject({ format: 'heic', width: 48, height: 64, exif: { takenAt: '2024-03-02T10:11:12' } });
  await expectQuarters(picture, HEIC_QUARTERS);
});
