import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anchorsOf, labelsIn } from './label-places.ts';
import { gridOf } from './point-grid.ts';

const SIZE = { width: 800, height: 500 };
const place = fc.float({ min: -1, max: 1, noNaN: true });

it('finds the middle of the larger part of a category that is in two, the largest category first', () => {
  const part = (x: number, y: number, count: number) =>
    Array.from({ length: count }, (_, i) => [x + i / 1e4, y]).flat();
  const grid = gridOf(Float32Array.from([...part(-1, -1, 9), ...part(1, 1, 5), ...part(0, 0, 20)]));
  const values = [...Array<number>(14).fill(0), ...Array<number>(20).fill(1)];
  const [largest, other] = anchorsOf(grid, values, [14, 20]);
  expect(largest).toMatchObject({ category: 1, y: 0 });
  expect(other?.category).toBe(0);
  expect(other?.x).toBeCloseTo(-0.9996, 3);
  expect(anchorsOf(grid, Array<number>(34).fill(65_535), [0, 0])).toEqual([]);
});

it('writes no name over another or over the rim, and leaves none out that would have had its place', () => {
  const anchors = fc.array(fc.record({ x: place, y: place }), { maxLength: 40 });
  fc.assert(
    fc.property(anchors, fc.integer({ min: 100, max: 3000 }), (places, scale) => {
      const names = places.map((_, i) => 'name '.repeat(1 + (i % 5)));
      const view = { x: 0, y: 0, scale };
      const labels = labelsIn(
        places.map((at, category) => ({ category, ...at })),
        (category) => names[category] ?? '',
        view,
        SIZE,
      );
      for (const [i, one] of labels.entries()) {
        expect(one.left - one.width / 2).toBeGreaterThanOrEqual(0);
        expect(one.left + one.width / 2).toBeLessThanOrEqual(SIZE.width);
        for (const other of labels.slice(0, i)) {
          const apart = Math.max(
            Math.abs(one.left - other.left) - (one.width + other.width) / 2,
            Math.abs(one.top - other.top) - (one.height + other.height) / 2,
          );
          expect(apart).toBeGreaterThanOrEqual(0);
        }
      }
      const [first] = places;
      const inMiddle = first !== undefined && Math.abs(first.x * scale) < 350 && Math.abs(first.y * scale) < 230;
      if (inMiddle) expect(labels[0]?.category).toBe(0);
    }),
  );
});

it('writes a name above the picture that is drawn in its place', () => {
  const anchors = [{ category: 0, x: 0, y: 0 }];
  const pictures = { places: [{ left: 410, top: 240 }], side: 64 };
  const [label] = labelsIn(anchors, () => 'Beach', { x: 0, y: 0, scale: 100 }, SIZE, pictures);
  expect([label?.left, label?.top]).toEqual([400, 240 - 42]);
});

it('writes nothing for what has no name', () => {
  expect(labelsIn([{ category: 0, x: 0, y: 0 }], () => '', { x: 0, y: 0, scale: 100 }, SIZE)).toEqual([]);
});
