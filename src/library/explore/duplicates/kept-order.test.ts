import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byKeeping, byKeepingInSet, keptReason, type RankedInSet } from './kept-order.ts';

const ranked: fc.Arbitrary<RankedInSet> = fc.record({
  id: fc.nat(1000),
  bytes: fc.nat(3),
  width: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 1, max: 3 }),
  takenAt: fc.constantFrom(null, '2020-01-01T10:00:00', '2021-01-01T10:00:00'),
  mtimeMs: fc.nat(2),
  chosenAt: fc.constantFrom(null, null, '2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'),
  isEdited: fc.boolean(),
  isBlurred: fc.boolean(),
});
const few = fc.uniqueArray(ranked, { selector: ({ id }) => id, minLength: 1, maxLength: 8 });

const PICTURE: RankedInSet = {
  id: 1,
  bytes: 100,
  width: 40,
  height: 30,
  takenAt: null,
  mtimeMs: 5,
  chosenAt: null,
  isEdited: false,
  isBlurred: false,
};

test('without a choice, the first has the most pixels', () => {
  fc.assert(
    fc.property(few, (drawn) => {
      const pictures = drawn.map((picture) => ({ ...picture, chosenAt: null }));
      const [first] = pictures.toSorted(byKeeping);
      const pixels = pictures.map(({ width, height }) => width * height);
      expect((first?.width ?? 0) * (first?.height ?? 0)).toBe(Math.max(...pixels));
    }),
  );
});

test.each([byKeeping, byKeepingInSet])('the order of keeping is total: %o', (order) => {
  const sign = (a: RankedInSet, b: RankedInSet): number => Math.sign(order(a, b));
  fc.assert(
    fc.property(ranked, ranked, ranked, (a, b, c) => {
      expect(sign(a, { ...a })).toBe(0);
      if (a.id !== b.id) expect(sign(a, b)).not.toBe(0);
      expect(sign(b, a)).toBe(0 - sign(a, b));
      if (sign(a, b) < 0 && sign(b, c) < 0) expect(sign(a, c)).toBe(-1);
    }),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(few, (pictures) => {
      expect(pictures.toReversed().toSorted(order)).toEqual(pictures.toSorted(order));
    }),
  );
});

test('what a person chose is kept whatever else is better, and what is not edited before what is', () => {
  fc.assert(
    fc.property(few, (pictures) => {
      const [first] = pictures.toSorted(byKeepingInSet);
      const newest = pictures
        .map(({ chosenAt }) => chosenAt ?? '')
        .toSorted()
        .at(-1);
      expect(first?.chosenAt ?? '').toBe(newest);
      if (first?.isEdited && first.chosenAt === null) expect(pictures.every(({ isEdited }) => isEdited)).toBe(true);
    }),
  );
});

test.each([
  ['larger', { width: 20, bytes: 500 }],
  ['less-compressed', { bytes: 50 }],
  ['older', { mtimeMs: 9 }],
  ['unedited', { width: 50, bytes: 90 }],
  ['unedited', { bytes: 200 }],
  ['sharper', { isBlurred: true }],
  ['sharper', { isBlurred: true, width: 80, bytes: 500 }],
  ['larger', { isBlurred: true, width: 20 }],
] as const)('it is kept because it is %s, beside one of %o', (reason, other) => {
  expect(keptReason(PICTURE, [{ ...PICTURE, id: 2, ...other }])).toBe(reason);
});

test('one that was chosen is kept for that, and a picture whose files are all the same is beside none', () => {
  expect(keptReason({ ...PICTURE, chosenAt: '2026-01-01T00:00:00.000Z' }, [{ ...PICTURE, id: 2 }])).toBe('chosen');
  expect(keptReason(PICTURE, [])).toBe('same');
});
