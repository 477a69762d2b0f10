import { expect, it } from 'vitest';
import { drawFrame } from './cpu-points.ts';
import type { MapFrame } from './point-drawer.ts';
import { gridOf } from './point-grid.ts';

const SIZE = { width: 60, height: 40 };
const WHITE = -1;

function drawn(positions: readonly number[], change: Partial<MapFrame> = {}) {
  const data = new Int32Array(SIZE.width * SIZE.height);
  const grid = gridOf(Float32Array.from(positions));
  const palette = { points: [[0, 0, 0] as const, [255, 0, 0] as const], background: [255, 255, 255] as const };
  const colors = new Uint8Array(grid.count).fill(1);
  const frame = { grid, colors, lit: null, palette, view: { x: 0, y: 0, scale: 10 }, size: SIZE, ...change };
  drawFrame(frame, { ...SIZE, data });
  return { data, at: (left: number, top: number) => data[left + SIZE.width * top] ?? 0, grid };
}

it('draws a point where it is seen, in its colour, and nothing elsewhere', () => {
  const { at, data } = drawn([1, 0.5]);
  // 10 pixels to the right of the middle, 5 below it
  expect(at(40, 25) & 0xff).toBe(255);
  expect((at(40, 25) >> 8) & 0xff).toBeLessThan(60);
  expect(at(5, 5)).toBe(WHITE);
  expect(data.every((pixel) => pixel >>> 24 === 255)).toBe(true);
});

it('draws a part of a point at the rim, nothing of one outside, and no row of another side', () => {
  const { at, data } = drawn([-3, 0]);
  expect(at(0, 20)).not.toBe(WHITE);
  expect(at(59, 19)).toBe(WHITE);
  expect(data.some((pixel) => pixel !== WHITE)).toBe(true);
  expect(drawn([-30, 0]).data.every((pixel) => pixel === WHITE)).toBe(true);
});

it('draws what is lit larger and over the others, which fade', () => {
  const plain = drawn([0, 0, 1.5, 0]);
  const lit = drawn([0, 0, 1.5, 0], { lit: [0] });
  const inked = ({ data }: { data: Int32Array }, from: number, to: number) =>
    data.filter((pixel, i) => pixel !== WHITE && i % SIZE.width >= from && i % SIZE.width < to).length;
  expect(inked(lit, 15, 38)).toBeGreaterThan(inked(plain, 15, 38));
  expect((lit.at(45, 20) >> 8) & 0xff).toBeGreaterThan((plain.at(45, 20) >> 8) & 0xff);
});
