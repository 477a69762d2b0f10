import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gridOf } from './point-grid.ts';
import { isInside, lassoTo, pointsInside, pointsOf, rectangleBetween } from './region.ts';

const place = fc.float({ min: -1, max: 1, noNaN: true });
const grid = fc
  .array(fc.tuple(place, place), { maxLength: 200 })
  .map((pairs) => gridOf(Float32Array.from(pairs.flat())));

it('holds what is inside a shape that is bent inwards, and not what is in its bay', () => {
  const letterC = [0, 0, 3, 0, 3, 1, 1, 1, 1, 2, 3, 2, 3, 3, 0, 3];
  expect(isInside(letterC, 0.5, 1.5)).toBe(true);
  expect(isInside(letterC, 2, 0.5)).toBe(true);
  expect(isInside(letterC, 2, 1.5)).toBe(false);
  expect(isInside(letterC, 4, 0.5)).toBe(false);
});

it('finds by a rectangle as a lasso what it finds as a rectangle, wherever it was begun', () => {
  fc.assert(
    fc.property(grid, place, place, place, place, (points, x, y, otherX, otherY) => {
      const found = pointsInside(points, rectangleBetween(x, y, otherX, otherY));
      const extent = {
        left: Math.min(x, otherX),
        right: Math.max(x, otherX),
        top: Math.min(y, otherY),
        bottom: Math.max(y, otherY),
      };
      const expected = pointsOf(points, extent);
      // what lies on the rim itself belongs to one side of it
      const onRim = expected.filter((i) => !found.includes(i));
      for (const i of onRim) {
        const [px = 0, py = 0] = points.positions.subarray(2 * i, 2 * i + 2);
        expect([extent.left, extent.right].includes(px) || [extent.top, extent.bottom].includes(py)).toBe(true);
      }
      expect(found.every((i) => expected.includes(i))).toBe(true);
      expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
    }),
  );
});

it('finds nothing inside a line, and takes no corner that is hardly another', () => {
  const points = gridOf(Float32Array.of(0, 0, 0.5, 0.5));
  expect(pointsInside(points, [0, 0, 1, 1])).toEqual([]);
  const corners = [1, 1, 9, 9];
  expect(lassoTo(corners, 10, 10)).toBe(corners);
  expect(lassoTo(corners, 20, 9)).toEqual([1, 1, 9, 9, 20, 9]);
});
