import { expect, test } from 'vitest';
import { thumbnailPath } from './thumbnail-path.ts';

test('a content hash gives its place', () => {
  expect(thumbnailPath(`ab${'0'.repeat(62)}`)).toBe(`ab/${'0'.repeat(62)}.webp`);
});

test.each(['', '../../etc/passwd', `${'a'.repeat(63)}/`, 'A'.repeat(64), 'a'.repeat(65)])('%j is no hash', (text) => {
  expect(() => thumbnailPath(text)).toThrow(RangeError);
});
