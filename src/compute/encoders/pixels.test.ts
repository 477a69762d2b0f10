import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { modelValues, pictureBytes, pixelRequest, pixelSteps } from './pixels.ts';
import type { PixelRequest } from './pixels.ts';
import { registeredEncoder } from './registry.ts';

const SQUARE: PixelRequest = { width: 224, height: 224, fit: 'crop', keep: 1, kernel: 'cubic' };
const sides = fc.record({ width: fc.integer({ min: 1, max: 512 }), height: fc.integer({ min: 1, max: 512 }) });

describe('the pixels of an encoder', () => {
  it('are cut from the middle, inside the picture, in the shape of the target', () => {
    fc.assert(
      fc.property(sides, fc.double({ min: 0.5, max: 1, noNaN: true }), (source, keep) => {
        const { cut } = pixelSteps({ ...SQUARE, keep }, source);
        if (cut === undefined) throw new Error('nothing is cut');
        expect(cut.left).toBeGreaterThanOrEqual(0);
        expect(cut.left + cut.width).toBeLessThanOrEqual(source.width);
        expect(cut.top + cut.height).toBeLessThanOrEqual(source.height);
        expect(Math.abs(cut.width - cut.height)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('are the 224 of 256 pixels that DINOv2 is judged on', () => {
    const request = pixelRequest(registeredEncoder('dinov2-small').preprocessing);
    expect(pixelSteps(request, { width: 512, height: 256 }).cut).toEqual({
      left: 144,
      top: 16,
      width: 224,
      height: 224,
    });
  });

  it.each(['stretch', 'crop', 'contain'] as const)('have the size that was asked for: %s', async (fit) => {
    const source = { width: 61, height: 40 };
    const { cut, resize } = pixelSteps({ ...SQUARE, width: 32, height: 48, fit }, source);
    const drawn = sharp({ create: { ...source, channels: 3, background: '#3366cc' } });
    const { data, info } = await (cut === undefined ? drawn : drawn.extract(cut))
      .resize(resize)
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([32, 48]);
    expect(data.length).toBe(pictureBytes({ width: 32, height: 48 }));
    // grey above, the picture in the middle
    expect(data[0]).toBe(fit === 'contain' ? 0x7f : 0x33);
    expect(data[(24 * 32 + 16) * 3 + 2]).toBe(0xcc);
  });

  it('become planes or stay in rows, normalised by colour', () => {
    const preprocessing = {
      ...registeredEncoder('clip-vit-base-patch32').preprocessing,
      width: 8,
      height: 8,
      scale: 1 / 255,
      mean: [0, 0.5, 1] as [number, number, number],
      std: [1, 0.5, 2] as [number, number, number],
    };
    const pixels = new Uint8Array(2 * pictureBytes(preprocessing)).map((_, i) => (i < 192 ? 255 : 0));
    const planes = modelValues(pixels, preprocessing);
    expect([planes[0], planes[64], planes[128]]).toEqual([1, 1, 0]);
    expect([planes[192], planes[256], planes[320]]).toEqual([0, -1, -0.5]);
    const rows = modelValues(pixels, { ...preprocessing, layout: 'NHWC' });
    expect([...rows.subarray(0, 3)]).toEqual([1, 1, 0]);
    expect(() => modelValues(pixels.subarray(1), preprocessing)).toThrow(RangeError);
  });
});
