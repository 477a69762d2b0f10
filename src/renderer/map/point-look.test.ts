import { expect, it } from 'vitest';
import { fittingView } from './map-view.ts';
import { lookOf } from './point-look.ts';

const SIZE = { width: 1000, height: 700 };

function lookAt(count: number, nearer: number) {
  const extent = { left: -1, top: -1, right: 1, bottom: 1 };
  const all = fittingView(extent, SIZE);
  return lookOf({ count, extent }, { ...all, scale: all.scale * nearer }, SIZE);
}

it('draws few points large and opaque, and many small and transparent', () => {
  expect(lookAt(50, 1)).toEqual({ size: 10, alpha: 0.9 });
  const many = lookAt(300_000, 1);
  expect(many.size).toBe(2);
  expect(many.alpha).toBeLessThan(0.8);
});

it('draws them larger and more opaque the nearer one looks, within limits', () => {
  const looks = [1, 4, 16, 64, 1000].map((nearer) => lookAt(300_000, nearer));
  expect(looks.map(({ size }) => size)).toEqual(looks.map(({ size }) => size).toSorted((a, b) => a - b));
  expect(looks.map(({ alpha }) => alpha)).toEqual(looks.map(({ alpha }) => alpha).toSorted((a, b) => a - b));
  expect(looks.at(-1)).toEqual({ size: 10, alpha: 0.9 });
});
