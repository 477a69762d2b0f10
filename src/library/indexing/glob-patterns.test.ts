import fc from 'fast-check';
import ignore from 'ignore';
import { describe, expect, test } from 'vitest';
import { GlobPatterns } from './glob-patterns.ts';

const ignores = (pattern: string, path: string, isFolder = false): boolean =>
  new GlobPatterns([pattern]).verdict(path, isFolder) === 'ignored';

const name = fc.string({ unit: fc.constantFrom('a', 'b', 'B', '.', ' ', '-'), minLength: 1, maxLength: 4 });
const path = fc
  .array(name, { minLength: 1, maxLength: 4 })
  .filter((names) => names.every((each) => each.trim() !== '' && !/^\.+$/.test(each)))
  .map((names) => names.join('/'));
const piece = fc.constantFrom('a', 'b', 'B', '.', '*', '?', '[ab]', '[!a]', '[a-c]', '\\*', '-', 'ab');
const segment = fc
  .oneof(
    { weight: 3, arbitrary: fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join('')) },
    { weight: 1, arbitrary: fc.constant('**') },
    // two stars in a name are one; the package has it otherwise in places
  )
  .filter((text) => text === '**' || !text.includes('**'));
const pattern = fc
  .tuple(fc.constantFrom('', '/'), fc.array(segment, { minLength: 1, maxLength: 3 }), fc.constantFrom('', '/'))
  .map(([start, names, end]) => start + names.join('/') + end);

describe('GlobPatterns', () => {
  test('patterns mean what they mean in .gitignore', () => {
    expect(ignores('*.png', 'a/b.PNG')).toBe(true);
    expect(ignores('/a/*.png', 'b/a/b.png')).toBe(false);
    expect(ignores('a/*.png', 'a/c/b.png')).toBe(false);
    expect(ignores('thumbs/', 'x/thumbs/deep/1.jpg')).toBe(true);
    expect(ignores('thumbs/', 'x/thumbs')).toBe(false);
    expect(ignores('a/**', 'a', true)).toBe(false);
    expect(ignores('a/**/b', 'a/b')).toBe(true);
    expect(ignores('IMG_[0-4]?.jpg', 'IMG_31.jpg')).toBe(true);
    expect(ignores('IMG_[!0-4]?.jpg', 'IMG_31.jpg')).toBe(false);
    expect(ignores('[]x].jpg', '].jpg')).toBe(true);
    expect(ignores('[x.jpg', '[x.jpg')).toBe(true);
    expect(ignores('\\!a\\ ', '!a ')).toBe(true);
    expect(ignores('a.jpg  ', 'a.jpg')).toBe(true);
    expect(ignores('# a.jpg', '# a.jpg')).toBe(false);
  });

  test('a letter with an accent is the same however it is put together, and a picture sign is one character', () => {
    expect(ignores('caf\u00e9*', 'Cafe\u0301 1.jpg')).toBe(true);
    expect(ignores('?.jpg', '🌅.jpg')).toBe(true);
    expect(ignores('[🌄-🌆].jpg', '🌅.jpg')).toBe(true);
  });

  test('the last pattern counts, but nothing comes back out of an ignored folder', () => {
    const patterns = GlobPatterns.ofText('\ufeff*.png\r\n!keep.png\nold/\n!old/keep.png\n');
    expect(patterns.verdict('keep.png', false)).toBe('unignored');
    expect(patterns.verdict('other.png', false)).toBe('ignored');
    expect(patterns.verdict('old/keep.png', false)).toBe('ignored');
    expect(patterns.verdict('a.jpg', false)).toBe('unsaid');
  });

  test('it says what the package `ignore` says', () => {
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 1, maxLength: 3 }), path, fc.boolean(), (patterns, at, isFolder) => {
        const reference = ignore()
          .add(patterns)
          .ignores(isFolder ? `${at}/` : at);
        expect([patterns, new GlobPatterns(patterns).verdict(at, isFolder) === 'ignored']).toEqual([
          patterns,
          reference,
        ]);
      }),
      { numRuns: 400 },
    );
  });

  test('a pattern with many stars takes no longer than pattern and path are long', () => {
    for (const many of ['*a'.repeat(500), '**/a/'.repeat(200), `${'*a/'.repeat(300)}b`, '?*'.repeat(400)]) {
      for (const long of [
        'a'.repeat(4000),
        `${'a/'.repeat(60)}${'a'.repeat(250)}`,
        `${'a'.repeat(2000)}/${'b'.repeat(2000)}`,
      ]) {
        const begun = process.cpuUsage();
        ignores(`${many}z`, long);
        // as a regular expression, the first of these does not end
        expect(process.cpuUsage(begun).user / 1000).toBeLessThan(1000);
      }
    }
  });
});
