import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  extentOf,
  fittingView,
  limited,
  panned,
  showing,
  shownExtent,
  toPlane,
  toScreen,
  zoomedAt,
} from './map-view.ts';

const place = fc.double({ min: -1, max: 1, noNaN: true });
const view = fc.record({ x: place, y: place, scale: fc.double({ min: 50, max: 1e5, noNaN: true }) });
const size = fc.record({ width: fc.integer({ min: 200, max: 3000 }), height: fc.integer({ min: 200, max: 2000 }) });
const pixel = fc.integer({ min: 0, max: 2000 });

it('fits all points into the view, also one alone or none', () => {
  fc.assert(
    fc.property(fc.array(place, { maxLength: 40 }), size, (values, area) => {
      const positions = values.slice(0, values.length - (values.length % 2));
      const fitting = fittingView(extentOf(positions), area);
      for (let i = 0; i < positions.length; i += 2) {
        const [left, top] = toScreen(fitting, area, positions[i] ?? 0, positions[i + 1] ?? 0);
        expect(left).toBeGreaterThanOrEqual(39);
        expect(left).toBeLessThanOrEqual(area.width - 39);
        expect(top).toBeGreaterThanOrEqual(39);
        expect(top).toBeLessThanOrEqual(area.height - 39);
      }
      expect(Number.isFinite(fitting.scale)).toBe(true);
    }),
  );
});

it('finds the place of the plane again that is seen at a point of the screen', () => {
  fc.assert(
    fc.property(view, size, pixel, pixel, (from, area, left, top) => {
      const [x, y] = toPlane(from, area, left, top);
      const [again, below] = toScreen(from, area, x, y);
      expect(again).toBeCloseTo(left, 3);
      expect(below).toBeCloseTo(top, 3);
    }),
  );
});

it('keeps what is under the pointer there when it zooms, and moves it by as much as was dragged', () => {
  fc.assert(
    fc.property(
      view,
      size,
      pixel,
      pixel,
      fc.double({ min: 0.2, max: 5, noNaN: true }),
      (from, area, left, top, factor) => {
        const [x, y] = toPlane(from, area, left, top);
        const [again, below] = toScreen(zoomedAt(from, area, factor, left, top), area, x, y);
        expect(again).toBeCloseTo(left, 3);
        expect(below).toBeCloseTo(top, 3);
        const [moved, down] = toScreen(panned(from, 30, -7), area, x, y);
        expect(moved).toBeCloseTo(left + 30, 3);
        expect(down).toBeCloseTo(top - 7, 3);
      },
    ),
  );
});

it('keeps to its limits, and what keeps to them already stays as it is', () => {
  const extent = { left: -1, top: -1, right: 1, bottom: 1 };
  fc.assert(
    fc.property(view, size, (from, area) => {
      const kept = limited({ ...from, x: from.x * 3 }, extent, area);
      expect(Math.abs(kept.x)).toBeLessThanOrEqual(1);
      expect(limited(kept, extent, area)).toEqual(kept);
    }),
  );
  const area = { width: 800, height: 600 };
  const all = fittingView(extent, area);
  expect(limited({ ...all, scale: 1 }, extent, area).scale).toBe(all.scale / 2);
});

it('moves no more than it must to show a place', () => {
  fc.assert(
    fc.property(view, size, place, place, (from, area, x, y) => {
      const moved = showing(from, area, x, y, 50);
      const [left, top] = toScreen(moved, area, x, y);
      expect(left).toBeGreaterThanOrEqual(49.9);
      expect(top).toBeLessThanOrEqual(area.height - 49.9);
      const seen = shownExtent(from, area, -51);
      const inside = x > seen.left && x < seen.right && y > seen.top && y < seen.bottom;
      if (inside) expect(moved).toEqual(from);
    }),
  );
});
