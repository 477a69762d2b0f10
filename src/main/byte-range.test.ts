import { expect, test } from 'vitest';
import { byteRange } from './byte-range.ts';

test.each([
  ['bytes=0-', { start: 0, end: 1000 }],
  ['bytes=100-199', { start: 100, end: 200 }],
  ['bytes=100-5000', { start: 100, end: 1000 }],
  ['bytes=-100', { start: 900, end: 1000 }],
  ['bytes=-5000', { start: 0, end: 1000 }],
  [null, null],
  ['', null],
  ['bytes=-', null],
  ['bytes=1000-', null],
  ['bytes=200-100', null],
  ['bytes=0-9,20-29', null],
  ['pages=1-2', null],
  ['bytes=-1e3', null],
])('%s', (header, range) => expect(byteRange(header, 1000)).toEqual(range));
