import { expect, test } from 'vitest';
import { FolderNames } from './pairs.ts';

test('raw and JPEG, HEIC and its film are one; what stands alone is not', () => {
  const names = new FolderNames([
    'a.JPG',
    'A.cr2',
    'b.HEIC',
    'b.MOV',
    'c.nef',
    'd.mov',
    'e.png',
    'e.dng',
    'f.jpg',
    'f.mp4',
  ]);
  const paired = ['A.cr2', 'b.MOV', 'c.nef', 'd.mov', 'e.dng', 'a.JPG', 'b.HEIC', 'f.mp4'].filter(
    (name) => names.shownFor(name) !== null,
  );
  expect(paired).toEqual(['A.cr2', 'b.MOV']);
  expect(names.shownFor('A.cr2')).toBe('a.JPG');
  expect(names.companionsOf('a.JPG')).toEqual(['A.cr2']);
  expect(names.companionsOf('b.HEIC')).toEqual(['b.MOV']);
  expect(names.companionsOf('f.jpg')).toEqual([]);
});

test('a name without an extension, or of dots, pairs with nothing', () => {
  const names = new FolderNames(['x', 'x.', '.cr2', '.jpg']);
  expect(['x', 'x.', '.cr2', '.jpg'].map((name) => names.shownFor(name) !== null)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
