import { expect, test } from 'vitest';
import { pathInside } from './path-inside.ts';

test.each([
  ['/photos', '/photos/a/b.jpg', 'a/b.jpg'],
  ['/photos', '/photos', ''],
  ['/photos', '/photos-2/b.jpg', null],
  ['/photos', '/etc/passwd', null],
  ['/photos', '/photos/../etc/passwd', null],
  ['/photos', '/photos/..hidden/b.jpg', '..hidden/b.jpg'],
  ['/photos', '/photos/A: holiday/1.jpg', 'A: holiday/1.jpg'],
])('in %s, %s lies at %s', (folder, path, inside) => {
  expect(pathInside(folder, path)).toBe(inside);
});
