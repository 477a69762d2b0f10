import { describe, expect, it } from 'vitest';
import { pageFile, pictureId, picturePair, thumbnailHash } from './protocol-addresses.ts';

const HASH = '0123456789abcdef'.repeat(4);

describe('pageFile', () => {
  it('names a file of the page', () => {
    expect(pageFile('app://semblance/')).toBe('index.html');
    expect(pageFile('app://semblance/assets/index-Ab_1.js?v=1#top')).toBe('assets/index-Ab_1.js');
    expect(pageFile('app://semblance/assets/../index.html')).toBe('index.html');
  });

  it.each([
    'app://semblance/..%2f..%2fpackage.json',
    'app://semblance/%2e%2e/%2e%2e/main/.env',
    'app://semblance/.hidden',
    'app://semblance//etc/passwd',
    'app://semblance/a\\b.js',
    'app://semblance/a%00.js',
    'app://other/index.html',
    'file:///etc/passwd',
    'nonsense',
  ])('refuses %s', (url) => expect(pageFile(url)).toBeNull());
});

describe('thumbnailHash', () => {
  it('takes a hash', () => expect(thumbnailHash(`thumb://picture/${HASH}`)).toBe(HASH));
  it.each([
    'thumb://picture/',
    `thumb://picture/${HASH.toUpperCase()}`,
    `thumb://picture/${HASH}.webp`,
    `thumb://picture/..%2f..%2f${HASH}`,
    `thumb://other/${HASH}`,
    `photo://picture/${HASH}`,
  ])('refuses %s', (url) => expect(thumbnailHash(url)).toBeNull());
});

describe('pictureId', () => {
  it('takes a row id', () => expect(pictureId('photo://picture/17')).toBe(17));
  it.each([
    'photo://picture/0',
    'photo://picture/-1',
    'photo://picture/1.5',
    'photo://picture/1e3',
    'photo://picture/9999999999999999',
    'photo://picture/../../etc/passwd',
    'photo://picture/1/2',
    'photo:///1',
  ])('refuses %s', (url) => expect(pictureId(url)).toBeNull());
});

describe('picturePair', () => {
  it('takes two row ids', () => expect(picturePair('photo://difference/17-3')).toEqual({ a: 17, b: 3 }));
  it.each([
    'photo://difference/17',
    'photo://difference/17-0',
    'photo://difference/17-3-4',
    'photo://difference/17-9999999999999999',
    'photo://difference/../picture/1-2',
    'photo://picture/1-2',
    'thumb://difference/1-2',
  ])('refuses %s', (url) => expect(picturePair(url)).toBeNull());
});
