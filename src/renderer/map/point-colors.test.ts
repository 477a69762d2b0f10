import { expect, it } from 'vitest';
import { colorsOfPoints, orderedColors, POINT_COLORS, spreadColors } from './point-colors.ts';

it('gives a colour of its own to each of seven categories, and to an eighth that of the furthest', () => {
  const anchors = Array.from({ length: 8 }, (_, category) => ({ category, x: category / 10, y: 0 }));
  const colors = spreadColors(8, anchors);
  expect(new Set(colors.subarray(0, 7)).size).toBe(7);
  expect(colors[7]).toBe(colors[0]);
});

it('colours what has no anchor, too', () => {
  expect([...spreadColors(3, [])]).toEqual([1, 2, 3]);
});

it('goes through time from the first step to the last', () => {
  const colors = orderedColors(30);
  expect([...colors]).toEqual([...colors].sort((a, b) => a - b));
  expect([colors[0], colors[29]]).toEqual([8, POINT_COLORS.length - 1]);
  expect([...orderedColors(1)]).toEqual([POINT_COLORS.length - 1]);
});

it('leaves a point without a category in the colour for none', () => {
  expect([...colorsOfPoints(Uint16Array.of(0, 65_535, 1), Uint8Array.of(3, 4))]).toEqual([3, 0, 4]);
});
