import { expect, test } from 'vitest';
import { nameKind } from './formats.ts';

test.each([
  ['a.JPG', 'picture'],
  ['b.webp', 'picture'],
  ['c.HEIC', 'picture'],
  ['d.mp4', 'video'],
  ['e.Cr3', 'picture'],
  ['f.jxl', 'picture'],
  ['g.jp2', 'unsupported'],
  ['IMG_1.xmp', 'sidecar'],
  ['IMG_1.JPG.XMP', 'sidecar'],
  ['.IMG_1.xmp', 'companion'],
  ['.DS_Store', 'companion'],
  ['.hidden.jpg', 'companion'],
  ['notes.txt', 'other'],
  ['no extension', 'other'],
])('%s is %s', (name, kind) => {
  expect(nameKind(name)).toBe(kind);
});
