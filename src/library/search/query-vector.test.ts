import { expect, test } from 'vitest';
import { dot, normalize } from '../vectors/vector-index.ts';
import { queryVector } from './query-vector.ts';

const unit = (...values: number[]): Float32Array => normalize(Float32Array.from(values));

test('one wanted example is its own query', () => {
  const vector = unit(3, 4);
  expect([...queryVector([{ vector, wanted: true }])]).toEqual(
    [...vector].map((value) => expect.closeTo(value, 6) as unknown),
  );
});

test('several wanted examples meet in the middle, an unwanted one pushes away', () => {
  const a = unit(1, 0, 0);
  const b = unit(0, 1, 0);
  const both = queryVector([
    { vector: a, wanted: true },
    { vector: b, wanted: true },
  ]);
  expect(dot(both, a)).toBeCloseTo(dot(both, b));
  const without = queryVector([
    { vector: a, wanted: true },
    { vector: b, wanted: false },
  ]);
  expect(dot(without, b)).toBeLessThan(0);
  expect(dot(without, without)).toBeCloseTo(1);
});

test('wanted and unwanted alike cancel out without NaN', () => {
  const a = unit(1, 2, 3);
  const query = queryVector([
    { vector: a, wanted: true },
    { vector: a, wanted: false },
  ]);
  expect(query.every(Number.isFinite)).toBe(true);
});
