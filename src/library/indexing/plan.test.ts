import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FailureRow, FileRow } from '../catalog/file-store.ts';
import { planIndexing } from './plan.ts';
import type { ScannedFile } from './scan.ts';

const scanned = (path: string, mtimeMs = 1, size = 10): ScannedFile => ({
  path,
  kind: 'picture',
  size,
  mtimeMs,
  shownBy: null,
});
const file = (path: string, mtimeMs = 1, size = 10): FileRow => ({ sourceId: 1, path, size, mtimeMs, mediaId: 1 });
const failure = (path: string, code: FailureRow['code'], mtimeMs = 1): FailureRow => ({
  sourceId: 1,
  path,
  size: 10,
  mtimeMs,
  code,
  message: '',
  since: '',
});

test('only new and changed files are read, newest first', () => {
  const plan = planIndexing(
    [scanned('same.jpg'), scanned('touched.jpg', 5), scanned('grown.jpg', 1, 11), scanned('new.jpg', 9)],
    { files: [file('same.jpg'), file('touched.jpg'), file('grown.jpg')], failures: [] },
    () => true,
  );
  expect(plan.unchanged).toBe(1);
  expect(plan.read.map(({ path }) => path)).toEqual(['new.jpg', 'touched.jpg', 'grown.jpg']);
});

test('a damaged file is not opened again until it changes, one without permission is', () => {
  const known = { files: [], failures: [failure('bad.jpg', 'FILE_DAMAGED'), failure('locked.jpg', 'FILE_UNREADABLE')] };
  const plan = planIndexing([scanned('bad.jpg'), scanned('locked.jpg')], known, () => true);
  expect(plan.stillFailing.map(({ path }) => path)).toEqual(['bad.jpg']);
  expect(plan.read.map(({ path }) => path)).toEqual(['locked.jpg']);
  expect(planIndexing([scanned('bad.jpg', 2)], known, () => true).read).toHaveLength(1);
});

test('a file that its name rules out is written down once', () => {
  const notes: ScannedFile = { ...scanned('notes.txt'), kind: 'other' };
  const first = planIndexing([notes], { files: [], failures: [] }, () => true);
  expect(first.refused).toMatchObject([{ code: 'FILE_NOT_A_PICTURE' }]);
  const known = { files: [], failures: [failure('notes.txt', 'FILE_NOT_A_PICTURE')] };
  const second = planIndexing([notes], known, () => true);
  expect(second.refused).toEqual([]);
  expect(second.stillFailing).toHaveLength(1);
});

test('what was not found is gone only where the scan looked', () => {
  const known = { files: [file('a/x.jpg'), file('b/y.jpg')], failures: [] };
  expect(planIndexing([], known, (path) => path.startsWith('a/')).gone).toEqual(['a/x.jpg']);
});

test('what another picture is shown for is passed over, unless it was a picture before', () => {
  const pair = [scanned('a.jpg'), { ...scanned('a.cr2'), shownBy: 'a.jpg' }];
  const refused = { files: [], failures: [failure('a.cr2', 'FORMAT_UNSUPPORTED')] };
  const plan = planIndexing(pair, refused, () => true);
  expect(plan.read.map(({ path }) => path)).toEqual(['a.jpg']);
  // its old failure goes
  expect(plan).toMatchObject({ paired: 1, gone: ['a.cr2'] });
  expect(planIndexing(pair, { files: [file('a.cr2')], failures: [] }, () => true)).toMatchObject({
    unchanged: 1,
    paired: 0,
    gone: [],
  });
  // where the one that would be shown is damaged, the other is
  const damaged = { files: [], failures: [failure('a.jpg', 'FILE_DAMAGED')] };
  expect(planIndexing(pair, damaged, () => true).read.map(({ path }) => path)).toEqual(['a.cr2']);
});

test('every scanned file ends in exactly one place', () => {
  const path = fc.constantFrom('a.jpg', 'b.jpg', 'c.jpg', 'd.jpg', 'e.jpg');
  const kind = fc.constantFrom('picture' as const, 'unsupported' as const, 'other' as const);
  const scan = fc.uniqueArray(
    fc.record({
      path,
      kind,
      size: fc.constantFrom(10, 11),
      mtimeMs: fc.constantFrom(1, 2),
      shownBy: fc.constantFrom(null, 'a.jpg', 'z.jpg'),
    }),
    { selector: (entry) => entry.path },
  );
  fc.assert(
    fc.property(scan, fc.uniqueArray(path), fc.uniqueArray(path), (files, known, failed) => {
      const rows = { files: known.map((p) => file(p)), failures: failed.map((p) => failure(p, 'FILE_DAMAGED')) };
      const plan = planIndexing(files, rows, () => true);
      const places = plan.unchanged + plan.paired + plan.read.length + plan.stillFailing.length + plan.refused.length;
      expect(places).toBe(files.length);
    }),
  );
});
