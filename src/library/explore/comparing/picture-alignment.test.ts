import sharp, { type Sharp } from 'sharp';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawing } from '../../../../test/fixtures/pictures.ts';
import { inverse, moved, windowAffine, type Affine } from './affine.ts';
import { luma, type SquarePixels } from './difference-image.ts';
import { SYMMETRIES, turned } from './grey-grid.ts';
import { layOn } from './picture-alignment.ts';

const WHOLE = { x: 0.5, y: 0.5, width: 1, height: 1 };

/** A drawing on 256 × 256 pixels, after something was done to it. */
async function square(seed: number, change: (picture: Sharp) => Sharp): Promise<SquarePixels> {
  const whole = await drawing(seed, 640, 480).png().toBuffer();
  const changed = await change(sharp(whole)).removeAlpha().png().toBuffer();
  const rgb = await sharp(changed).resize(256, 256, { fit: 'fill' }).raw().toBuffer();
  return { side: 256, rgb };
}

test('a point of a turned picture is found where it was, in all eight ways to turn one', () => {
  const side = 8;
  const grid = { side, values: Float32Array.from({ length: side * side }, (_, i) => i) };
  for (const symmetry of SYMMETRIES) {
    const matrix = windowAffine(WHOLE, symmetry);
    const { values } = turned(grid, symmetry);
    for (const [i, value] of values.entries()) {
      const { x, y } = moved(matrix, ((i % side) + 0.5) / side, (Math.floor(i / side) + 0.5) / side);
      expect(Math.floor(y * side) * side + Math.floor(x * side)).toBe(value);
    }
  }
});

test('the way back leads where it began', () => {
  const part = fc.integer({ min: -200, max: 200 }).map((n) => n / 100);
  fc.assert(
    fc.property(fc.tuple(part, part, part, part, part, part), part, part, (drawn, u, v) => {
      const matrix: Affine = drawn;
      fc.pre(Math.abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]) > 0.05);
      const { x, y } = moved(matrix, u, v);
      const back = moved(inverse(matrix), x, y);
      expect(back.x).toBeCloseTo(u, 4);
      expect(back.y).toBeCloseTo(v, 4);
    }),
  );
});

test('a crop, a turned and a framed copy are laid where they are of, whichever of the two shows more', async () => {
  const original = luma(await square(4, (picture) => picture));
  const crop = luma(await square(4, (picture) => picture.extract({ left: 96, top: 24, width: 512, height: 384 })));
  const there = layOn(original, crop, 384);
  for (const [i, value] of [0.8, 0, 0, 0.8, 0.15, 0.05].entries())
    expect(Math.abs((there?.matrix[i] ?? 1) - value)).toBeLessThan(0.01);
  const back = layOn(crop, original, 384);
  const middle = moved(back?.matrix ?? [0, 0, 0, 0, 0, 0], 0.55, 0.45);
  expect(middle.x).toBeCloseTo(0.5, 1);
  expect(middle.y).toBeCloseTo(0.5, 1);
  const right = luma(await square(4, (picture) => picture.rotate(90)));
  // the top left corner of the turned one was at the bottom left
  const corner = moved(layOn(original, right, 480)?.matrix ?? [0, 0, 0, 0, 0, 0], 0, 0);
  expect(corner.x).toBeCloseTo(0, 1);
  expect(corner.y).toBeCloseTo(1, 1);
  const bright = layOn(original, luma(await square(4, (picture) => picture.linear(0.7, 20))), 480);
  expect(bright?.gain).toBeCloseTo(0.7, 1);
  expect(layOn(original, luma(await square(5, (picture) => picture)), 480)).toBeNull();
});
