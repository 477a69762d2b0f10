import fc from 'fast-check';
import { basename, dirname } from 'node:path';
import { expect, test } from 'vitest';
import type { ActionKind } from '../../contract/action-schemas.ts';
import type { GatheredFile } from './gather-files.ts';
import { planSteps as planUnits, type ActionPlace } from './plan-steps.ts';

function fileAt(path: string, change: Partial<GatheredFile> = {}): GatheredFile {
  const role = path.endsWith('.xmp') ? 'sidecar' : 'picture';
  const look = { size: 10, mtimeMs: 1, ctimeMs: 1, inode: '1', device: 'here', links: 1, isFile: true };
  const kept = { keptId: null, keptPath: null, keptSize: null, keptMtimeMs: null };
  const known = { hash: null, mediaId: 1, ...kept, companionOf: null, alsoOf: [] };
  return { ...look, ...known, path, role, shared: false, ...change };
}

function placeOf(folder: string | null, taken: readonly string[] = []): ActionPlace {
  return { folderFor: () => folder, taken: () => taken, device: 'here' };
}

function planSteps(...asked: Parameters<typeof planUnits>) {
  const planned = [...planUnits(...asked)];
  return { steps: planned.flatMap(({ steps }) => steps), refused: planned.flatMap(({ refused }) => refused) };
}

function targets(kind: ActionKind, files: readonly GatheredFile[], place: ActionPlace): string[] {
  return planSteps(kind, files, place).steps.map(({ target }) => target);
}

test('what goes with a picture keeps its name, whatever number it gets', () => {
  const files = ['/a/IMG_1.JPG', '/a/IMG_1.JPG.xmp', '/a/img_1.xmp', '/a/IMG_1.CR2'].map((path) => fileAt(path));
  expect(targets('move', files, placeOf('/to', ['img_1.cr2', 'IMG_1 (2).jpg']))).toEqual([
    '/to/IMG_1 (3).JPG',
    '/to/IMG_1 (3).CR2',
    '/to/IMG_1 (3).JPG.xmp',
    '/to/img_1 (3).xmp',
  ]);
});

test('what goes with a picture knows the number of its step, wherever it stood', () => {
  const files = ['/a/1.xmp', '/a/1.jpg', '/b/2.jpg', '/b/2.jpg.xmp'].map((path) =>
    fileAt(path, path.endsWith('.xmp') ? { companionOf: path.replace(/(\.jpg)?\.xmp$/, '.jpg') } : {}),
  );
  for (const place of [placeOf('/to'), { ...placeOf(null), ofSystem: true }]) {
    const { steps } = planSteps('trash', files, place);
    const pairs = steps.flatMap(({ source, companionOf }) =>
      companionOf === null ? [] : [[source, steps[companionOf]?.source]],
    );
    expect(pairs).toEqual([
      ['/a/1.xmp', '/a/1.jpg'],
      ['/b/2.jpg.xmp', '/b/2.jpg'],
    ]);
  }
});

test('a name with dots is that of its sidecar too', () => {
  const files = ['/a/my.summer.jpg', '/a/my.summer.xmp'].map((path) => fileAt(path));
  expect(targets('copy', files, placeOf('/to', ['my.summer.xmp']))).toEqual([
    '/to/my.summer (2).jpg',
    '/to/my.summer (2).xmp',
  ]);
});

test('what cannot be done is named: where it is already, on another drive, without a trash', () => {
  const file = fileAt('/a/x.jpg');
  expect(planSteps('move', [file], placeOf('/a')).refused).toEqual([{ path: '/a/x.jpg', reason: 'already-there' }]);
  expect(planSteps('trash', [file], placeOf(null)).refused).toEqual([{ path: '/a/x.jpg', reason: 'no-trash' }]);
  const elsewhere = fileAt('/a/x.jpg', { device: 'there' });
  expect(planSteps('link', [elsewhere], placeOf('/to')).refused).toEqual([{ path: '/a/x.jpg', reason: 'other-drive' }]);
  expect(targets('copy', [file], placeOf('/a', ['x.jpg']))).toEqual(['/a/x (2).jpg']);
});

test('a sidecar that is for pictures too that stay is copied when its picture is moved', () => {
  const files = [fileAt('/a/x.jpg'), fileAt('/a/x.xmp', { shared: true })];
  expect(planSteps('move', files, placeOf('/to')).steps.map(({ operation }) => operation)).toEqual(['move', 'copy']);
});

test('no two files go to one place, and none to where one is, whatever their names', () => {
  const stem = fc.constantFrom('a', 'A', 'a (2)', 'a.b', 'ä', 'a\u0308');
  const ending = fc.constantFrom('.jpg', '.JPG', '.xmp', '.jpg.xmp', '.cr2', '');
  const name = fc.tuple(stem, ending).map((parts) => parts.join(''));
  const path = fc.tuple(fc.constantFrom('/one', '/two', '/two/deep'), name).map((parts) => parts.join('/'));
  fc.assert(
    fc.property(
      fc.uniqueArray(path, { maxLength: 30 }),
      fc.array(name, { maxLength: 12 }),
      fc.constantFrom<ActionKind>('trash', 'move', 'copy', 'link'),
      (paths, taken, kind) => {
        const files = paths.map((each) => fileAt(each));
        const { steps, refused } = planSteps(kind, files, placeOf('/to', taken));
        const fold = (text: string): string => text.normalize('NFC').toLowerCase();
        const folded = steps.map(({ target }) => fold(target));
        expect(new Set(folded).size).toBe(folded.length);
        const known = new Set(taken.map(fold));
        for (const target of folded) {
          expect(known.has(basename(target))).toBe(false);
          expect(dirname(target)).toBe('/to');
        }
        expect([...steps.map(({ source }) => source), ...refused.map((file) => file.path)].sort()).toEqual(
          paths.sort(),
        );
      },
    ),
  );
});
