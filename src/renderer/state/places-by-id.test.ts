import { expect, it } from 'vitest';
import { placesById } from './places-by-id.ts';

it.each([
  ['close to one another', [3, 9, 4]],
  ['far apart', [3, 2_000_000_000, 4]],
])('finds the places of ids, %s', (_, ids) => {
  const placeOf = placesById(ids);
  expect(ids.map(placeOf)).toEqual([0, 1, 2]);
  expect([5, -1, 1e9].map(placeOf)).toEqual([-1, -1, -1]);
  expect(placesById([])(1)).toBe(-1);
});
