import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SYMMETRIES, turned, type GreyGrid } from './grey-grid.ts';
import { symmetricSignature } from './symmetric-signature.ts';

const SIDE = 16;

const grid = fc
  .array(fc.integer({ min: 60, max: 180 }), { minLength: SIDE * SIDE, maxLength: SIDE * SIDE })
  .map((values): GreyGrid => ({ side: SIDE, values: Float32Array.from(values) }));

function cosine(a: Float32Array | null, b: Float32Array | null): number {
  return Array.from(a ?? []).reduce((sum, value, i) => sum + value * (b?.[i] ?? 0), 0);
}

test('a picture that is turned, mirrored or brightened has the same symmetric signature', () => {
  fc.assert(
    fc.property(
      grid,
      fc.constantFrom(...SYMMETRIES),
      fc.double({ min: 0.7, max: 1.3, noNaN: true }),
      (drawn, way, gain) => {
        const brighter = { side: SIDE, values: turned(drawn, way).values.map((value) => gain * value + 10) };
        expect(cosine(symmetricSignature(drawn), symmetricSignature(brighter))).toBeGreaterThan(0.9999);
      },
    ),
    { numRuns: 50 },
  );
});

test('another picture has another one, and a flat one has none', () => {
  const waves = (x: number, y: number): GreyGrid => ({
    side: SIDE,
    values: Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
      return 128 + 50 * Math.cos((x * (i % SIDE)) / 5) * Math.cos((y * Math.floor(i / SIDE)) / 5);
    }),
  });
  expect(cosine(symmetricSignature(waves(1, 0)), symmetricSignature(waves(3, 2)))).toBeLessThan(0.9);
  expect(symmetricSignature(waves(0, 0))).toBeNull();
});
