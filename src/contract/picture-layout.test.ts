import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LAYOUT_ROW_BYTES, layoutCount, layoutRow, packLayout, type LayoutRow } from './picture-layout.ts';

const row: fc.Arbitrary<LayoutRow> = fc.record({
  id: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  when: fc.double({ noNaN: true, min: -1e15, max: 1e15 }),
  aspect: fc.float({ noNaN: true, min: Math.fround(0.01), max: 100 }),
  seconds: fc.float({ noNaN: true, min: 0, max: 1e5 }),
  hash: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex')),
});

test('rows come back as they were packed', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
      const bytes = packLayout(rows, rows.length);
      expect(layoutCount(bytes)).toBe(rows.length);
      expect(rows.map((_, i) => layoutRow(bytes, i))).toEqual(rows);
    }),
  );
});

test('a row outside the packed bytes is refused', () => {
  expect(() => layoutRow(new Uint8Array(LAYOUT_ROW_BYTES), 1)).toThrow(RangeError);
});
