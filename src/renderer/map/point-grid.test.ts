import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eachIn, gridOf, nearestTo, nearestWithin, runsIn } from './point-grid.ts';

const place = fc.float({ min: -1, max: 1, noNaN: true });
const points = fc.array(fc.tuple(place, place), { maxLength: 300 }).map((pairs) => Float32Array.from(pairs.flat()));
const rectangle = fc.tuple(place, place, place, place).map(([a, b, c, d]) => ({
  left: Math.min(a, b),
  right: Math.max(a, b),
  top: Math.min(c, d),
  bottom: Math.max(c, d),
}));

it('holds each point once, and finds those of a rectangle and no others', () => {
  fc.assert(
    fc.property(points, rectangle, (positions, wanted) => {
      const grid = gridOf(positions);
      expect([...grid.order].sort((a, b) => a - b)).toEqual(Array.from({ length: grid.count }, (_, i) => i));
      const found: number[] = [];
      eachIn(grid, wanted, (point) => found.push(point));
      const expected = Array.from({ length: grid.count }, (_, i) => i).filter((i) => {
        const [x = 0, y = 0] = positions.subarray(2 * i, 2 * i + 2);
        return x >= wanted.left && x <= wanted.right && y >= wanted.top && y <= wanted.bottom;
      });
      expect(found.sort((a, b) => a - b)).toEqual(expected);
    }),
  );
});

it('gives runs that follow one another, and one for all', () => {
  fc.assert(
    fc.property(points, rectangle, (positions, wanted) => {
      const grid = gridOf(positions);
      const runs = runsIn(grid, wanted);
      expect(runs).toEqual([...new Set(runs)].sort((a, b) => a - b));
      expect(runsIn(grid, grid.extent)).toEqual(grid.count === 0 ? [] : [0, grid.count]);
    }),
  );
});

it('finds the nearest point, as a look at all of them does', () => {
  fc.assert(
    fc.property(points, place, place, (positions, x, y) => {
      const grid = gridOf(positions);
      const distance = (i: number) => ((positions[2 * i] ?? 0) - x) ** 2 + ((positions[2 * i + 1] ?? 0) - y) ** 2;
      const all = Array.from({ length: grid.count }, (_, i) => distance(i));
      const nearest = nearestTo(grid, x, y);
      if (grid.count === 0) expect(nearest).toBe(-1);
      else expect(distance(nearest)).toBe(Math.min(...all));
      const near = nearestWithin(grid, x, y, 0.1);
      if (near >= 0) expect(distance(near)).toBe(Math.min(...all));
      else expect(Math.min(...all)).toBeGreaterThan(0.0099);
    }),
  );
});
