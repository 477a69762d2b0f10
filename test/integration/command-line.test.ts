import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { jsonLines, runCommand, startCommand, temporaryFolder } from '../fixtures/library.ts';
import { writeDrawings, writeRepeatedDrawings } from '../fixtures/pictures.ts';

test('index, status, failures, similar, evaluate and verify as scripts see them', async () => {
  const folder = await temporaryFolder();
  const library = ['--library', join(folder, 'library'), '--json'];
  const photos = join(folder, 'photos');
  const [path = ''] = await writeDrawings(join(photos, 'a'), 8);
  await writeDrawings(join(photos, 'b'), 8, 50);
  await writeFile(join(photos, 'bad.jpg'), 'no picture');

  const indexed = await runCommand('index', photos, ...library);
  expect(indexed.code).toBe(0);
  const lines = jsonLines(indexed.stdout);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatchObject({ type: 'failure', path: join(photos, 'bad.jpg'), code: 'FILE_NOT_A_PICTURE' });
  expect(Object.keys(lines[1] ?? {})).toEqual(
    ['type', 'found', 'indexed', 'unchanged', 'moved', 'removed', 'failed', 'seconds', 'picturesPerSecond'], // as documented
  );
  expect(lines[1]).toMatchObject({ type: 'summary', found: 17, indexed: 16, failed: 1 });
  expect((await runCommand('index', '--strict', ...library)).code).toBe(1);

  const status = jsonLines((await runCommand('status', ...library)).stdout);
  expect(status).toMatchObject([{ pictures: 16, vectors: 16, offline: 0, failures: 1, model: { dimensions: 256 } }]);
  const failures = jsonLines((await runCommand('failures', ...library)).stdout);
  expect(failures).toMatchObject([{ path: join(photos, 'bad.jpg'), code: 'FILE_NOT_A_PICTURE' }]);
  expect(Date.parse(String(failures[0]?.['since']))).toBeGreaterThan(Date.now() - 600_000);

  const similar = jsonLines((await runCommand('similar', path, '-k', '3', ...library)).stdout);
  expect(similar.map(({ rank }) => rank)).toEqual([1, 2, 3]);
  expect(similar[0]).toMatchObject({ path, related: true });
  expect(similar.every((line) => isAbsolute(String(line['path'])))).toBe(true);
  const both = await runCommand(
    'similar',
    path,
    join(photos, 'b', '0000.jpg'),
    '--not',
    join(photos, 'a', '0005.jpg'),
    ...library,
  );
  expect(jsonLines(both.stdout)).toHaveLength(16);

  expect(jsonLines((await runCommand('evaluate', '--labels', 'folders', ...library)).stdout)).toMatchObject([
    { pictures: 16, classes: 2 },
  ]);
  expect(await runCommand('verify', ...library)).toMatchObject({ code: 0 });
});

test('wrong usage is 2 with the line that helps, a failure is 1 with its code', async () => {
  const folder = await temporaryFolder();
  const library = ['--library', join(folder, 'library')];
  for (const wrong of [['similar'], ['similar', 'a.jpg', '-k', 'many'], ['indx'], ['evaluate', '--labels', 'stars']]) {
    const result = await runCommand(...wrong, ...library);
    expect(result, wrong.join(' ')).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(/error: |--help/);
  }
  expect(await runCommand('similar', 'a.jpg', '-k', '100000', ...library)).toMatchObject({ code: 2 });
  // nothing to index is no error, and ends
  const nothing = await runCommand('index', ...library, '--json');
  expect(nothing.code).toBe(0);
  expect(jsonLines(nothing.stdout)).toMatchObject([{ type: 'summary', found: 0 }]);
  const missing = await runCommand('index', join(folder, 'none'), ...library);
  expect(missing.code).toBe(1);
  expect(missing.stderr).toMatch(/^FOLDER_MISSING: .*none/m);
  expect((await runCommand('status', '--library', join(folder, 'never-made'))).stderr).toMatch(/^LIBRARY_MISSING: /m);
  expect(await runCommand('--help')).toMatchObject({ code: 0 });
});

test('Ctrl-C stops cleanly with 130, and the same command goes on from there', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await writeRepeatedDrawings(photos, 100, { width: 1200, height: 900 });
  const args = ['index', photos, '--library', join(folder, 'library'), '--json'];
  const { child, result } = startCommand(...args);
  // in the midst of the work: some thumbnails are there
  const thumbs = join(folder, 'library', 'thumbs');
  while ((await readdir(thumbs, { recursive: true }).catch(() => [])).length < 20) await wait(20);
  child.kill('SIGINT');
  const interrupted = await result;
  expect(interrupted.code).toBe(130);
  const first = jsonLines(interrupted.stdout).at(-1);
  const rest = jsonLines((await runCommand(...args)).stdout).at(-1);
  expect(rest).toMatchObject({ found: 100, unchanged: first?.['indexed'] });
  expect(Number(rest?.['indexed']) + Number(rest?.['unchanged'])).toBe(100);
});

test('the tour shows neighbours as text and as a page that needs nothing else', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await writeDrawings(photos, 14);
  const result = await runCommand('tour', photos, '--library', join(folder, 'library'));
  expect(result.code).toBe(0);
  expect(result.stdout).toMatch(/14 pictures indexed/);
  expect(result.stdout).toMatch(/is most like/);
  const page = /file:\/\/\S+\.html/.exec(result.stdout)?.[0] ?? '';
  const html = await readFile(fileURLToPath(page), 'utf8');
  expect(html.match(/data:image\/webp;base64,[A-Za-z0-9+/=]{100,}/g)?.length).toBeGreaterThan(20);
  expect(html).not.toMatch(/src="(?!data:)/);
});

test('files go to the trash and come back: a plan first, then with --yes', async () => {
  const folder = await temporaryFolder();
  const library = ['--library', join(folder, 'library'), '--json'];
  const photos = join(folder, 'photos');
  const [path = '', other = ''] = await writeDrawings(photos, 3);
  const copy = join(photos, 'copy.jpg');
  await copyFile(path, copy);
  vi.stubEnv('XDG_DATA_HOME', join(folder, 'data'));
  onTestFinished(() => void vi.unstubAllEnvs());
  await runCommand('index', photos, ...library);

  const planned = await runCommand('trash', '--duplicates', '--kinds', 'identical', ...library);
  expect(planned.code).toBe(0);
  const [plan] = jsonLines(planned.stdout);
  expect(plan).toMatchObject({ kind: 'trash', files: 1, pictures: 1, refused: [] });
  const names = ['0000.jpg', '0001.jpg', '0002.jpg', 'copy.jpg'];
  expect((await readdir(photos)).sort()).toEqual(names);
  const done = await runCommand('actions', 'run', String(plan?.['plan']), ...library);
  expect(jsonLines(done.stdout)).toMatchObject([{ state: 'done', done: 1 }]);
  expect(await readdir(photos)).toHaveLength(3);
  expect(await runCommand('actions', 'undo', String(plan?.['plan']), ...library)).toMatchObject({ code: 0 });
  expect((await readdir(photos)).sort()).toEqual(names);

  const target = join(folder, 'elsewhere');
  await mkdir(target);
  const moved = await runCommand('move', other, '--to', target, '--yes', ...library);
  expect(moved.code).toBe(0);
  expect(jsonLines(moved.stdout)[1]).toMatchObject({ state: 'done', done: 1 });
  expect(await readdir(target)).toEqual(['0001.jpg']);
  const listed = jsonLines((await runCommand('actions', ...library)).stdout);
  expect(listed.map(({ kind, state }) => [kind, state])).toEqual([
    ['move', 'done'],
    ['trash', 'undone'],
  ]);
  expect((await runCommand('move', other, ...library)).code).toBe(2);
});
