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
