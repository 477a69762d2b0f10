import { expect, test } from 'vitest';
import { liftCopies } from './copies.ts';

const ramp = Uint8Array.from({ length: 256 }, (_, i) => i);
const checks = Uint8Array.from({ length: 256 }, (_, i) => (i % 2) * 200);

test('a copy comes first, the others keep their order and scores', () => {
  const neighbors = [
    { id: 1, score: 0.7 },
    { id: 2, score: 0.65 },
    { id: 3, score: 0.6 },
  ];
  const lifted = liftCopies(neighbors, ramp, (id) => (id === 3 ? ramp : checks));
  expect(lifted.map(({ id }) => id)).toEqual([3, 1, 2]);
  expect(lifted[0]?.score).toBeCloseTo(1);
  expect(lifted.slice(1)).toEqual(neighbors.slice(0, 2));
});

test('without a signature nothing changes', () => {
  const neighbors = [
    { id: 1, score: 0.7 },
    { id: 2, score: 0.65 },
  ];
  expect(liftCopies(neighbors, ramp, () => new Uint8Array())).toEqual(neighbors);
});
