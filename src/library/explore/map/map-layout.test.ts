import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitSquare } from './fit-square.ts';
import { isMostlyNew, isOf, placesIn, type MapLayout } from './map-layout.ts';
import { turnTowards } from './turn-towards.ts';

const layout: MapLayout = {
  ids: Uint32Array.of(2, 5, 9),
  positions: Float32Array.of(0.5, 0.25, -1, 1, 0, 0),
  unit: 0.1,
  added: 1,
};

test('pictures keep their places by id, whatever came and went', () => {
  const { places, missing } = placesIn(layout, Uint32Array.of(1, 5, 6, 9, 10));
  expect([...places]).toEqual([NaN, NaN, -1, 1, NaN, NaN, 0, 0, NaN, NaN]);
  expect(missing).toBe(3);
});

test('what came one by one counts as new until all is laid out', () => {
  expect(isMostlyNew(layout, 1, 4)).toBe(false);
  expect(isMostlyNew(layout, 2, 4)).toBe(true);
});

test('a layout is of its pictures and no others', () => {
  expect(isOf(layout, new Set([2, 5, 9]))).toBe(true);
  expect(isOf(layout, new Set([2, 5]))).toBe(false);
  expect(isOf(layout, new Set([2, 5, 8]))).toBe(false);
});

test('points fit into the square, and keep their shape', () => {
  const { positions, factor } = fitSquare(Float32Array.of(10, 3, 30, 5, 20, 7));
  expect(factor).toBeCloseTo(0.095);
  expect([...positions].map((value) => Math.round(1000 * value) / 1000)).toEqual([-0.95, -0.19, 0.95, 0, 0, 0.19]);
  expect(fitSquare(Float32Array.of(4, 5))).toEqual({ positions: Float32Array.of(0, 0), factor: 1 });
});

test('a map that was turned, mirrored and shifted is turned back', () => {
  const coordinate = fc.double({ min: -1, max: 1, noNaN: true });
  const angle = fc.double({ min: -4, max: 4, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(coordinate, coordinate), { minLength: 3, maxLength: 20 }),
      angle,
      fc.boolean(),
      (points, turn, flip) => {
        const before = Float32Array.from([...points.flat(), NaN, NaN]);
        const turned = [...points, [0.5, 0.5] as const].flatMap(([x, y]) => {
          const v = flip ? -y : y;
          return [x * Math.cos(turn) - v * Math.sin(turn), x * Math.sin(turn) + v * Math.cos(turn)];
        });
        const back = turnTowards(Float32Array.from(turned), before);
        for (const [i, [x, y]] of points.entries()) {
          const [first] = points;
          // up to a shift, which is taken away when the map is brought to its size
          expect((back[2 * i] ?? 0) - (back[0] ?? 0)).toBeCloseTo(x - (first?.[0] ?? 0), 3);
          expect((back[2 * i + 1] ?? 0) - (back[1] ?? 0)).toBeCloseTo(y - (first?.[1] ?? 0), 3);
        }
      },
    ),
  );
});
