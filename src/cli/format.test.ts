import { expect, test } from 'vitest';
import { formatBytes, formatRate, formatSeconds, plural } from './format.ts';

test.each([
  [0.4, '0 s'],
  [59.6, '1 min'],
  [90, '1 min 30 s'],
  [3_600, '1 h 0 min'],
  [7_500, '2 h 5 min'],
])('%d seconds read %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

test('counts and rates', () => {
  expect(plural(1, 'picture')).toBe('1 picture');
  expect(plural(3412, 'picture')).toBe('3,412 pictures');
  expect(formatRate(2.44)).toBe('2.4/s');
  expect(formatRate(60.7)).toBe('61/s');
});

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [47_200, '47 kB'],
  [1_250_000, '1.3 MB'],
  [419_000_000, '419 MB'],
  [1_200_000_000, '1.2 GB'],
])('%d bytes read %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
