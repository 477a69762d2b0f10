import { expect, test } from 'vitest';
import { audit } from './verify.ts';

test('what is lacking and what is left over are told apart', () => {
  const picture = (id: number, hash: string, flags = {}): Parameters<typeof audit>[0][number] => ({
    id,
    hash,
    present: true,
    stale: false,
    ...flags,
  });
  const media = [
    picture(1, 'a'),
    picture(2, 'b'),
    picture(3, 'c'),
    picture(4, 'd', { present: false }), // its file is gone: a thumbnail cannot be made, and is not asked for
    picture(5, 'e', { stale: true }),
  ];
  const found = audit(media, new Set([1, 3, 4]), new Set([1, 2, 3, 4, 9]), {
    all: new Set(['a', 'b', 'c', 'z']),
    whole: new Set(['a', 'b', 'z']), // that of `c` is cut off
  });
  expect(found).toEqual({ incomplete: [2], thumbless: [3], staleIds: [9], staleThumbs: ['z'] });
});
