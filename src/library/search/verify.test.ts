import { expect, test } from 'vitest';
import { audit } from './verify.ts';

test('what is lacking and what is left over are told apart', () => {
  const media = [
    { id: 1, hash: 'a' },
    { id: 2, hash: 'b' },
    { id: 3, hash: 'c' },
  ];
  const found = audit(media, new Set([1, 3]), new Set([1, 2, 3, 9]), new Set(['a', 'b', 'z']));
  expect(found).toEqual({ missing: [2, 3], staleIds: [9], staleThumbs: ['z'] });
});
