import fc from 'fast-check';
import { expect, it } from 'vitest';
import { thumbnailsIn } from './level-of-detail.ts';
import { panned, toScreen } from './map-view.ts';
import { gridOf } from './point-grid.ts';

const SIZE = { width: 800, height: 500 };
const SIDES = { side: 60, gap: 4, most: 100 };
const place = fc.float({ min: -1, max: 1, noNaN: true });
const points = fc
  .array(fc.tuple(place, place), { minLength: 1, maxLength: 400 })
  .map((pairs) => gridOf(Float32Array.from(pairs.flat())));
const view = fc.record({ x: place, y: place, scale: fc.double({ min: 100, max: 20_000, noNaN: true }) });

it('draws none over another, no more than it may, and only what is in view', () => {
  fc.assert(
    fc.property(points, view, (grid, from) => {
      const chosen = thumbnailsIn(grid, null, from, SIZE, SIDES);
      expect(chosen.length).toBeLessThanOrEqual(SIDES.most);
      const places = chosen.map((i) =>
        toScreen(from, SIZE, grid.positions[2 * i] ?? 0, grid.positions[2 * i + 1] ?? 0),
      );
      for (const [i, [left, top]] of places.entries()) {
        expect(left > -30 && left < 830 && top > -30 && top < 530).toBe(true);
        for (const [right, bottom] of places.slice(0, i))
          expect(Math.max(Math.abs(left - right), Math.abs(top - bottom))).toBeGreaterThanOrEqual(63.99);
      }
    }),
  );
});

it('changes nothing of what stays in view while the map is moved', () => {
  fc.assert(
    fc.property(
      points,
      view,
      fc.integer({ min: -200, max: 200 }),
      fc.integer({ min: -200, max: 200 }),
      (grid, from, dx, dy) => {
        const to = panned(from, dx, dy);
        const before = new Set(thumbnailsIn(grid, null, from, SIZE, SIDES));
        const after = new Set(thumbnailsIn(grid, null, to, SIZE, SIDES));
        for (const point of before) {
          const [left, top] = toScreen(to, SIZE, grid.positions[2 * point] ?? 0, grid.positions[2 * point + 1] ?? 0);
          if (left > -29 && left < 829 && top > -29 && top < 529) expect(after.has(point)).toBe(true);
        }
      },
    ),
  );
});

it('shows the better of two that overlap, both when they are apart, and none of a crowd', () => {
  const two = gridOf(Float32Array.of(0, 0, 0.01, 0));
  expect(thumbnailsIn(two, null, { x: 0, y: 0, scale: 200 }, SIZE, SIDES)).toEqual([0]);
  expect(thumbnailsIn(two, [5, 1], { x: 0, y: 0, scale: 200 }, SIZE, SIDES)).toEqual([1]);
  expect(thumbnailsIn(two, null, { x: 0, y: 0, scale: 20_000 }, SIZE, SIDES).sort()).toEqual([0, 1]);
  const crowd = gridOf(Float32Array.from({ length: 200 }, () => 0.3));
  expect(thumbnailsIn(crowd, null, { x: 0.3, y: 0.3, scale: 300 }, SIZE, SIDES)).toEqual([]);
});
