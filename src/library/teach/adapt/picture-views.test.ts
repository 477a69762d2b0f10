import sharp from 'sharp';
import { expect, test } from 'vitest';
import { pictureViews } from './picture-views.ts';

const SIDE = 32;

/** Red grows to the right, green downwards. */
const gradient = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
  const pixel = Math.floor(i / 3);
  return [8 * (pixel % SIDE), 8 * Math.floor(pixel / SIDE), 0][i % 3] ?? 0;
});

test('views are as large as the picture, differ, and come again with the seed', async () => {
  const options = { count: 4, area: { least: 0.2, most: 1 }, seed: 7 };
  const views = await pictureViews(gradient, SIDE, options);
  expect(views.map(({ length }) => length)).toEqual(Array.from({ length: 4 }, () => gradient.length));
  expect(new Set(views.map((view) => view.join())).size).toBe(4);
  expect(await pictureViews(gradient, SIDE, options)).toEqual(views);
  expect(await pictureViews(gradient, SIDE, { ...options, seed: 8 })).not.toEqual(views);
});

test('a view of the whole area is the picture, mirrored or not', async () => {
  const raw = { width: SIDE, height: SIDE, channels: 3 } as const;
  const mirrored = new Uint8Array(await sharp(gradient, { raw }).flop().raw().toBuffer());
  const views = await pictureViews(gradient, SIDE, { count: 12, area: { least: 1, most: 1 }, seed: 1 });
  // an aspect of its own still cuts something off: what is left spans nearly all of both colours
  for (const view of views) {
    const isMirrored = (view[0] ?? 0) > (view[3 * (SIDE - 1)] ?? 0);
    const whole = isMirrored ? mirrored : gradient;
    const apart = view.reduce((sum, value, i) => sum + Math.abs(value - (whole[i] ?? 0)), 0) / view.length;
    expect(apart).toBeLessThan(16);
  }
  const isMirrored = views.map((view) => (view[0] ?? 0) > (view[3 * (SIDE - 1)] ?? 0));
  expect(new Set(isMirrored)).toEqual(new Set([true, false]));
});
