import { expect, test } from 'vitest';
import { separations } from './separations.ts';

test('two pictures are apart where one decision names both', () => {
  const areApart = separations([
    [1, 2, 3],
    [3, 4],
  ]);
  expect(areApart(1, 3)).toBe(true);
  expect(areApart(4, 3)).toBe(true);
  expect(areApart(1, 4)).toBe(false);
  expect(areApart(1, 9)).toBe(false);
});
