import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { IgnoreRule } from '../../contract/ignore-schemas.ts';
import { LeftOut } from './left-out.ts';
import { previewRule, surveyRules, type Surveyed } from './left-out-survey.ts';
import { scanFolder, scanPaths } from './scan.ts';

const SOURCE = '/photos';
const leavesOut = (rule: IgnoreRule, path: string, bytes = 1000): boolean =>
  new LeftOut([rule], SOURCE).leavesOutFile(path, bytes);

describe('LeftOut', () => {
  test('a file is meant by its path alone, whatever characters that has', () => {
    const rule = { kind: 'file', path: '/photos/a [1]*.jpg' } as const;
    expect(leavesOut(rule, 'a [1]*.jpg')).toBe(true);
    expect(leavesOut(rule, 'a 1x.jpg')).toBe(false);
    expect(leavesOut({ kind: 'file', path: '/elsewhere/a.jpg' }, 'a.jpg')).toBe(false);
  });

  test('a folder is meant wherever it lies, and no file of its name', () => {
    const rule = { kind: 'folder', name: 'Thumbs' } as const;
    expect(leavesOut(rule, 'trip/thumbs/deep/1.jpg')).toBe(true);
    expect(leavesOut(rule, 'trip/Thumbs')).toBe(false);
    expect(leavesOut(rule, 'trip/Thumbs 2/1.jpg')).toBe(false);
    expect(new LeftOut([rule], SOURCE).leavesOut('trip/THUMBS', true)).toBe(true);
  });

  test('a pattern is one of .gitignore, and a later one takes back what an earlier one says', () => {
    expect(leavesOut({ kind: 'pattern', pattern: '*.png' }, 'a/b.PNG')).toBe(true);
    expect(leavesOut({ kind: 'pattern', pattern: '/a/*.png' }, 'b/a/b.png')).toBe(false);
    const rules = [
      { kind: 'pattern', pattern: '*.png' },
      { kind: 'pattern', pattern: '!keep.png' },
    ] as const;
    expect(new LeftOut(rules, SOURCE).leavesOut('a/keep.png', false)).toBe(false);
    expect(new LeftOut(rules.toReversed(), SOURCE).leavesOut('a/keep.png', false)).toBe(true);
  });

  test('a size leaves out what is smaller, and of two sizes the larger counts', () => {
    expect(leavesOut({ kind: 'size', bytes: 100 }, 'a.jpg', 99)).toBe(true);
    expect(leavesOut({ kind: 'size', bytes: 100 }, 'a.jpg', 100)).toBe(false);
    const two = new LeftOut(
      [
        { kind: 'size', bytes: 10 },
        { kind: 'size', bytes: 100 },
      ],
      SOURCE,
    );
    expect(two.leavesOutFile('a.jpg', 50)).toBe(true);
  });
});

const name = fc.constantFrom('a', 'b', 'Trip', 'thumbs', 'x y');
const path = fc
  .tuple(fc.array(name, { maxLength: 3 }), name, fc.constantFrom('.jpg', '.png', '.CR2'))
  .map(([folders, file, ending]) => [...folders.map((folder) => `${folder}.d`), file + ending].join('/'));
const tree = fc.uniqueArray(fc.record({ path, bytes: fc.integer({ min: 0, max: 40 }) }), {
  selector: (file) => file.path,
  minLength: 1,
  maxLength: 12,
});
const rule = (folder: string): fc.Arbitrary<IgnoreRule> =>
  fc.oneof(
    path.map((inside) => ({ kind: 'file' as const, path: join(folder, inside) })),
    fc
      .constantFrom(
        '*.png',
        'a.d/',
        '/b.d',
        '!a.jpg',
        '**/thumbs.d/**',
        'Trip.d/*.jpg',
        '*',
        '!*/',
        'x\\ y.jpg',
        '?.jpg',
      )
      .map((pattern) => ({ kind: 'pattern' as const, pattern })),
    name.map((of) => ({ kind: 'folder' as const, name: `${of}.d` })),
    fc.integer({ min: 1, max: 40 }).map((bytes) => ({ kind: 'size' as const, bytes })),
  );

const options = { signal: new AbortController().signal, onFound: () => undefined, except: [] };

async function written(files: readonly { readonly path: string; readonly bytes: number }[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'left-out-'));
  for (const { path: file, bytes } of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), Buffer.alloc(bytes));
  }
  return folder;
}

function surveyed(folder: string, files: readonly { readonly path: string; readonly bytes: number }[]): Surveyed {
  const nothing = { files: 0, folders: 0, examples: [] };
  return {
    sources: [{ folder, files: files.map((file, i) => ({ ...file, mediaId: i + 1 })) }],
    passed: { hidden: nothing, system: nothing, 'ignore-file': nothing },
    complete: true,
  };
}

test('a preview says exactly what a look through the folder then leaves out', async () => {
  await fc.assert(
    fc.asyncProperty(
      tree.chain((files) => fc.tuple(fc.constant(files), fc.array(rule('/root'), { maxLength: 3 }), rule('/root'))),
      async ([files, rules, more]) => {
        const folder = await written(files);
        try {
          const here = (each: IgnoreRule): IgnoreRule =>
            each.kind === 'file' ? { ...each, path: each.path.replace('/root', folder) } : each;
          const look = async (by: readonly IgnoreRule[]): Promise<Set<string>> => {
            const leftOut = new LeftOut(by.map(here), folder);
            const whole = new Set(
              (await scanFolder(folder, '', { ...options, leftOut })).files.map((file) => file.path),
            );
            const asked = files.map((file) => file.path);
            const single = await scanPaths(folder, asked, { ...options, leftOut });
            // single paths are left out as they are where all is looked through
            expect(new Set(single.files.map((file) => file.path))).toEqual(whole);
            return whole;
          };
          const [before, after] = [await look(rules), await look([...rules, more])];
          const gone = [...before].filter((file) => !after.has(file));
          const preview = previewRule(surveyed(folder, files), rules.map(here), here(more));
          expect(preview.files).toBe(gone.length);
          expect(preview.pictures).toBe(gone.length);
          for (const example of preview.examples) expect(gone.map((file) => join(folder, file))).toContain(example);
        } finally {
          await rm(folder, { recursive: true });
        }
      },
    ),
    { numRuns: 80 },
  );
});

test('a raw file whose JPEG is left out is there by itself', async () => {
  const folder = await written([
    { path: 'a.jpg', bytes: 5 },
    { path: 'a.CR2', bytes: 50 },
  ]);
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const rules of [[{ kind: 'size', bytes: 10 }], [{ kind: 'pattern', pattern: '*.jpg' }]] as IgnoreRule[][]) {
    const leftOut = new LeftOut(rules, folder);
    const expected = [{ path: 'a.CR2', shownBy: null }];
    expect((await scanFolder(folder, '', { ...options, leftOut })).files).toMatchObject(expected);
    expect((await scanPaths(folder, ['a.jpg'], { ...options, leftOut })).files).toMatchObject(expected);
  }
});

test('a picture with a copy elsewhere stays, and each rule is counted by itself', () => {
  const nothing = { files: 0, folders: 0, examples: [] };
  const found: Surveyed = {
    sources: [
      {
        folder: '/photos',
        files: [
          { path: 'a.jpg', bytes: 10, mediaId: 1 },
          { path: 'copies/a.jpg', bytes: 10, mediaId: 1 },
          { path: 'copies/b.jpg', bytes: 10, mediaId: 2 },
          { path: 'copies/notes.pdf', bytes: 10, mediaId: null },
        ],
      },
    ],
    passed: { hidden: { files: 2, folders: 1, examples: [] }, system: nothing, 'ignore-file': nothing },
    complete: true,
  };
  const folder = { kind: 'folder', name: 'copies' } as const;
  expect(previewRule(found, [], folder)).toMatchObject({ files: 3, pictures: 1 });
  expect(previewRule(found, [folder], { kind: 'pattern', pattern: '*.jpg' })).toMatchObject({ files: 1, pictures: 1 });
  const kept = [
    { id: 4, rule: folder, since: '' },
    { id: 5, rule: { kind: 'size', bytes: 11 } as const, since: '' },
  ];
  expect(surveyRules(found, kept)).toMatchObject({
    rules: [
      { id: 4, files: 3 },
      { id: 5, files: 4 },
    ],
    always: [{ why: 'hidden', files: 2, folders: 1 }, { why: 'system' }, { why: 'ignore-file' }],
  });
});
