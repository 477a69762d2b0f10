import { expect, it } from 'vitest';
import { toSrgb } from './frame-colours.ts';

const coded = (value: number): number => Math.round(65_535 * value);
const grey = (value: number): Uint16Array => new Uint16Array(3).fill(coded(value));

it('keeps what is sRGB', () => {
  for (const value of [0, 0.2, 0.5, 1]) {
    const [red = -1] = toSrgb(grey(value), 'sdr', 'bt709');
    expect(Math.abs(red - 255 * value)).toBeLessThanOrEqual(2);
  }
});

it('makes white of HDR white, more than white hardly more, and grey of grey', () => {
  // PQ: 203 cd/m², white paper, is coded as 0.58; 1,000 as 0.75; 26, a medium grey, as 0.38 (ITU-R BT.2408)
  const [white = 0, grey2] = toSrgb(grey(0.58), 'pq', 'bt2020');
  expect(white).toBeGreaterThan(220);
  expect(grey2).toBe(white);
  expect(toSrgb(grey(0.75), 'pq', 'bt2020')[0]).toBeGreaterThan(white);
  const [medium = 0] = toSrgb(grey(0.38), 'pq', 'bt2020');
  expect(medium).toBeGreaterThan(90);
  expect(medium).toBeLessThan(120);
  expect(toSrgb(grey(0), 'pq', 'bt2020')[0]).toBe(0);
  // HLG: 75 % is white paper
  expect(toSrgb(grey(0.75), 'hlg', 'bt2020')[0]).toBeGreaterThan(220);
  expect(toSrgb(grey(0.38), 'hlg', 'bt2020')[0]).toBeLessThan(150);
});

it('gives colours of wide gamuts in sRGB', () => {
  // sRGB's own red among BT.2020's primaries: 0.627, 0.069, 0.016 of linear light
  const encoded = (light: number): number => coded(1.055 * light ** (1 / 2.4) - 0.055);
  const [red = 0, green = 0, blue = 0] = toSrgb(
    Uint16Array.from([encoded(0.6274), encoded(0.0691), encoded(0.0164)]),
    'sdr',
    'bt2020',
  );
  expect(red).toBeGreaterThan(250);
  expect(green).toBeLessThan(20);
  expect(blue).toBeLessThan(20);
});
