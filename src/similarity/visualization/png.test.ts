import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodePng, type Channels } from './png.ts';

describe('encodePng', () => {
  it('writes what another program reads back pixel by pixel', async () => {
    const pictures = fc.record({
      width: fc.integer({ min: 1, max: 9 }),
      height: fc.integer({ min: 1, max: 9 }),
      channels: fc.constantFrom<Channels>(1, 2, 3, 4),
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(pictures, async ({ width, height, channels, seed }) => {
        const pixels = Uint8Array.from({ length: width * height * channels }, (_, i) => (seed + i * 7919) & 255);
        const read = await sharp(encodePng(pixels, width, height, channels))
          .raw()
          .toBuffer({ resolveWithObject: true });
        expect(read.info).toMatchObject({ width, height });
        // sharp gives grey as it is, or spread over three channels.
        const step = read.info.channels / channels;
        if (Number.isInteger(step) && channels !== 2) {
          expect([...read.data].filter((_, i) => i % step === 0)).toEqual([...pixels]);
        } else {
          const stride = read.info.channels;
          for (let i = 0; i < width * height; i++) {
            expect(read.data[i * stride]).toBe(pixels[i * 2]);
            expect(read.data[i * stride + stride - 1]).toBe(pixels[i * 2 + 1]);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});
