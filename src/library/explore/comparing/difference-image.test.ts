import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { drawing } from '../../../../test/fixtures/pictures.ts';
import { drawDifference, luma, type SquarePixels } from './difference-image.ts';
import { layOn } from './picture-alignment.ts';

const SIDE = 256;

async function square(bytes: Buffer): Promise<SquarePixels> {
  const rgb = await sharp(bytes).removeAlpha().resize(SIDE, SIDE, { fit: 'fill' }).raw().toBuffer();
  return { side: SIDE, rgb };
}

async function difference(original: Buffer, copy: Buffer) {
  const [a, b] = [await square(original), await square(copy)];
  const laid = layOn(luma(a), luma(b), 480);
  if (laid === null) throw new Error('they were not laid on each other');
  return drawDifference(a, b, laid);
}

const original = await drawing(7, 600, 450).png().toBuffer();
const text = Buffer.from(
  '<svg width="600" height="450"><text x="60" y="120" font-size="45" fill="#fff" stroke="#000">Summer</text></svg>',
);

describe('of a copy', () => {
  const same: readonly [string, () => Promise<Buffer>][] = [
    ['the same file', () => Promise.resolve(original)],
    ...[20, 80].map((quality): [string, () => Promise<Buffer>] => [
      `JPEG ${quality}`,
      () => sharp(original).jpeg({ quality }).toBuffer(),
    ]),
    ['WebP 50', () => sharp(original).webp({ quality: 50 }).toBuffer()],
    ['half the size', () => sharp(original).resize(300, 225).jpeg().toBuffer()],
    ['darker', () => sharp(original).linear(0.8, 10).jpeg().toBuffer()],
    ['mirrored', () => sharp(original).flop().jpeg().toBuffer()],
    ['cropped', () => sharp(original).extract({ left: 50, top: 30, width: 500, height: 375 }).jpeg().toBuffer()],
  ];
  test.each(same)('%s nothing is marked', async (_, make) => {
    expect((await difference(original, await make())).share).toBeLessThan(0.002);
  });

  test('with text on it the text is marked, and nothing else', async () => {
    const copy = await sharp(original)
      .composite([{ input: text }])
      .jpeg({ quality: 80 })
      .toBuffer();
    const { rgba, share } = await difference(original, copy);
    expect(share).toBeGreaterThan(0.01);
    expect(share).toBeLessThan(0.1);
    for (let i = 0; i < SIDE * SIDE; i++) {
      if (rgba[4 * i + 3] === 0) continue;
      const [x, y] = [(i % SIDE) / SIDE, Math.floor(i / SIDE) / SIDE];
      expect(x > 0.08 && x < 0.5 && y > 0.15 && y < 0.32).toBe(true);
    }
  });

  test('with another colour in one place that place is marked', async () => {
    const patch = { input: { create: { width: 60, height: 45, channels: 3 as const, background: '#3050c0' } } };
    const copy = await sharp(original)
      .composite([{ ...patch, left: 300, top: 225 }])
      .png()
      .toBuffer();
    const { rgba, share } = await difference(original, copy);
    expect(share).toBeGreaterThan(0.008);
    expect(share).toBeLessThan(0.03);
    expect(rgba[4 * (Math.round(0.55 * SIDE) * SIDE + Math.round(0.55 * SIDE)) + 3]).toBeGreaterThan(100);
  });

  test('with a frame the frame is marked', async () => {
    const frame = { top: 22, bottom: 22, left: 30, right: 30, background: '#ffffff' };
    const { rgba, share } = await difference(original, await sharp(original).extend(frame).jpeg().toBuffer());
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.22);
    expect(rgba[3]).toBeGreaterThan(100);
  });
});
