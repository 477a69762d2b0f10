import { expect, test } from 'vitest';
import { areNear } from './near-pictures.ts';

test('pictures are near where they are alike and of one minute, and much alike where it is not known when they were taken', () => {
  const at = (takenAt: string | null) => ({ takenAt });
  const [first, soon, later] = ['2024-05-01T10:00:00', '2024-05-01T10:00:30', '2024-05-01T12:00:00'].map(at);
  if (!first || !soon || !later) throw new Error('three times');
  expect(areNear(first, soon, 0.85)).toBe(true);
  expect(areNear(first, later, 0.99)).toBe(false);
  expect(areNear(first, at(null), 0.85)).toBe(false);
  expect(areNear(first, at(null), 0.95)).toBe(true);
});
