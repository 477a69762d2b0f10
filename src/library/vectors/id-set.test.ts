import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mulberry32 } from '../../../test/fixtures/pictures.ts';
import { IdSet } from './id-set.ts';

test('holds what a set of numbers holds, in ascending order', () => {
  const random = mulberry32(1);
  const [ids, model] = [new IdSet([1, 31, 32, 33, 31]), new Set([1, 31, 32, 33])];
  for (let i = 0; i < 5_000; i++) {
    const id = 1 + Math.floor(random() * (i < 2_500 ? 500 : 100_000));
    if (random() < 0.6) {
      ids.add(id);
      model.add(id);
    } else expect(ids.delete(id)).toBe(model.delete(id));
    expect(ids.has(id)).toBe(model.has(id));
  }
  expect(ids.size).toBe(model.size);
  expect([...ids]).toEqual([...model].sort((a, b) => a - b));
  expect(new Set([1, 2]).union(ids).size).toBe(model.union(new Set([1, 2])).size);
  expect(ids.has(10_000_000)).toBe(false);
});

test('differs from another, and shares with it, as sets of numbers do', () => {
  const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 2 ** 17 }), { maxLength: 200 });
  fc.assert(
    fc.property(numbers, numbers, numbers, (common, a, b) => {
      const [first, second] = [new Set([...common, ...a]), new Set([...common, ...b])];
      const [ids, others] = [IdSet.parse([...first].join(',')), new IdSet(second)];
      for (const [combined, model] of [
        [ids, first],
        [ids.difference(others), first.difference(second)],
        [ids.intersection(others), first.intersection(second)],
      ] as const) {
        expect(combined.size).toBe(model.size);
        expect([...combined]).toEqual([...model].sort((x, y) => x - y));
      }
    }),
    { numRuns: 50 },
  );
  expect(IdSet.parse('').size).toBe(0);
});

test('a copy is one of its own', () => {
  const ids = new IdSet([1, 2]);
  const copy = new IdSet(ids);
  copy.delete(1);
  expect([...ids, ...copy]).toEqual([1, 2, 2]);
});
