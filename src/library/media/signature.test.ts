import fc from 'fast-check';
import { expect, test } from 'vitest';
import { copyScore, SIGNATURE_SIDE, signatureOf } from './signature.ts';

const CELLS = SIGNATURE_SIDE * SIGNATURE_SIDE;
const signature = fc.uint8Array({ minLength: CELLS, maxLength: CELLS });

test('a cell is the mean brightness of its pixels', () => {
  const side = 2 * SIGNATURE_SIDE;
  const pixels = new Uint8Array(3 * side * side);
  // the first cell: two white pixels of four
  pixels.fill(255, 0, 6);
  expect([...signatureOf(pixels, side).subarray(0, 3)]).toEqual([128, 0, 0]);
});

test('a picture is a copy of itself and of its mirror image, brighter or paler', () => {
  fc.assert(
    fc.property(signature, (cells) => {
      fc.pre(new Set(cells).size > 32);
      const mirror = cells.map(
        (_, i) => cells[i - (i % SIGNATURE_SIDE) + (SIGNATURE_SIDE - 1 - (i % SIGNATURE_SIDE))] ?? 0,
      );
      const paler = cells.map((value) => 60 + value / 2);
      expect(copyScore(cells, cells)).toBeCloseTo(1);
      expect(copyScore(cells, mirror)).toBeCloseTo(1);
      expect(copyScore(cells, paler)).toBeGreaterThan(0.99);
    }),
  );
});

test('others are not, and flat pictures are like nothing', () => {
  const ramp = Uint8Array.from({ length: CELLS }, (_, i) => i);
  const checks = Uint8Array.from({ length: CELLS }, (_, i) => (i % 2) * 200);
  const flat = new Uint8Array(CELLS).fill(90);
  expect(copyScore(ramp, checks)).toBeNull();
  expect(copyScore(flat, flat)).toBeNull();
  expect(copyScore(ramp, new Uint8Array())).toBeNull();
});
