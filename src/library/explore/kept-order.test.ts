import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byKeeping, keptReason } from './kept-order.ts';

const picture = fc.record({
  id: fc.nat(1000),
  bytes: fc.nat(3),
  width: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 1, max: 3 }),
  takenAt: fc.constantFrom(null, '2020-01-01T10:00:00', '2021-01-01T10:00:00'),
  mtimeMs: fc.nat(2),
});

const PICTURE = { id: 1, bytes: 100, width: 40, height: 30, takenAt: null, mtimeMs: 5 };

test('the order of keeping is one: no two orders of the same pictures differ, and its first has the most pixels', () => {
  fc.assert(
    fc.property(fc.uniqueArray(picture, { selector: ({ id }) => id, minLength: 1, maxLength: 8 }), (pictures) => {
      const sorted = pictures.toSorted(byKeeping);
      expect(pictures.toReversed().toSorted(byKeeping)).toEqual(sorted);
      const pixels = pictures.map(({ width, height }) => width * height);
      expect((sorted[0]?.width ?? 0) * (sorted[0]?.height ?? 0)).toBe(Math.max(...pixels));
    }),
  );
});

test.each([
  ['larger', { width: 20, bytes: 500 }],
  ['less-compressed', { bytes: 50 }],
  ['older', { mtimeMs: 9 }],
  ['unedited', { width: 50, bytes: 90 }],
  ['unedited', { bytes: 200 }],
] as const)('it is kept because it is %s, beside one of %o', (reason, other) => {
  expect(keptReason(PICTURE, [{ ...PICTURE, id: 2, ...other }])).toBe(reason);
});

test('a picture whose files are all the same is beside none', () => {
  expect(keptReason(PICTURE, [])).toBe('same');
});
