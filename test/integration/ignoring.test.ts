import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Catalog } from '../../src/library/catalog/catalog.ts';
import { libraryPaths } from '../../src/library/library-folder.ts';
import { countingEncoder } from '../fixtures/counting-encoder.ts';
import { indexFolders, jsonLines, openLibrary, runCommand, temporaryFolder } from '../fixtures/library.ts';
import { drawing, writeDrawings } from '../fixtures/pictures.ts';

const WATCH = { lookMs: 200, pollMs: 1000 };
const PATIENCE = { timeout: 30_000, interval: 50 };

test('files that failed are tried again where that is asked for, and only those', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await writeDrawings(photos, 2);
  const [cut, empty, notes] = [join(photos, 'cut.jpg'), join(photos, 'empty.jpg'), join(photos, 'notes.txt')];
  const whole = await drawing(30).jpeg().toBuffer();
  await writeFile(cut, whole.subarray(0, 200));
  await writeFile(empty, '');
  await writeFile(notes, 'text');
  const encoder = countingEncoder();
  const { client } = await openLibrary(join(folder, 'library'), { encoder });
  expect(await indexFolders(client, photos)).toMatchObject({ indexed: 2, failed: 3 });
  const { since } = (await client.failures()).find(({ path }) => path === cut) ?? {};

  // what runs is run to its end, and what is asked for meanwhile after it
  const stop = new AbortController();
  const events = await client.indexing.watch(undefined, { signal: stop.signal });
  await client.indexing.start({});
  expect(await client.indexing.retry({ paths: [cut] })).toEqual({ files: 1 });
  const found: number[] = [];
  for await (const event of events) {
    if (event.type === 'summary') found.push(event.found);
    if (found.length === 2) break;
  }
  expect(found).toEqual([5, 1]);
  expect((await client.failures()).find(({ path }) => path === cut)).toMatchObject({ code: 'FILE_DAMAGED', since });
  expect(await client.indexing.retry({ code: 'FILE_EMPTY' })).toEqual({ files: 1 });
  await vi.waitFor(async () => expect(await client.indexing.retry({})).toEqual({ files: 3 }), PATIENCE);
  expect(await client.indexing.retry({ paths: [join(photos, '0000.jpg')] })).toEqual({ files: 0 });
  expect(encoder.encoded).toBe(2);
});

test('what is never wanted again is out of the failures and of later runs, and comes back when the rule goes', async () => {
  const folder = await temporaryFolder();
  const [photos, library] = [join(folder, 'photos'), join(folder, 'library')];
  const [a = '', b = ''] = await writeDrawings(photos, 4);
  await writeDrawings(join(photos, 'Thumbs'), 2, 20);
  await writeFile(join(photos, 'notes.pdf'), 'text');
  await writeFile(join(photos, 'other.pdf'), 'text');
  const encoder = countingEncoder();
  const first = await openLibrary(library, { encoder, watch: WATCH });
  await indexFolders(first.client, photos);
  const [idOfA] = await first.client.pictures.at({ paths: [a] });
  await first.client.groups.create({ name: 'Kept', pictures: [idOfA ?? 0] });

  const [file] = await first.client.ignore.add({ rules: [{ kind: 'file', path: join(photos, 'notes.pdf') }] });
  expect((await first.client.failures()).map(({ path }) => path)).toEqual([join(photos, 'other.pdf')]);
  const rules = [
    { kind: 'pattern', pattern: '*.pdf' },
    { kind: 'file', path: a },
    { kind: 'folder', name: 'thumbs' },
  ] as const;
  const added = await first.client.ignore.add({ rules: [...rules] });
  expect(await first.client.ignore.add({ rules: [rules[0]] })).toEqual([added[0]]);
  expect(await first.client.failures()).toEqual([]);
  await vi.waitFor(
    async () => expect(await first.client.status()).toMatchObject({ pictures: 3, vectors: 3 }),
    PATIENCE,
  );
  expect(await first.client.pictures.at({ paths: [a, b] })).toEqual([null, expect.any(Number)]);
  await expect(
    first.client.ignore.add({ rules: [{ kind: 'file', path: join(folder, 'elsewhere.jpg') }] }),
  ).rejects.toMatchObject({ code: 'FILE_OUTSIDE' });
  await first.service.close();

  // durable, and without a watcher too
  const { client } = await openLibrary(library, { encoder });
  expect(await client.ignore.list()).toEqual([file, ...added]);
  expect(await indexFolders(client)).toMatchObject({ found: 3, failed: 0, removed: 0 });
  await client.ignore.remove({ ids: [file?.id ?? 0, ...added.map(({ id }) => id)] });
  expect(await indexFolders(client)).toMatchObject({ found: 8, failed: 2 });
  expect(await client.pictures.at({ paths: [a] })).toEqual([idOfA]);
  expect(await client.groups.of({ picture: idOfA ?? 0 })).toMatchObject([{ name: 'Kept', verdict: 'in' }]);
  expect(encoder.encoded).toBe(6);
  expect((await client.verify({})).ok).toBe(true);
});

test('the preview says what the next run leaves out, of what is known and of what lies there, while searches are answered', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  const [a = ''] = await writeDrawings(photos, 3);
  await writeDrawings(join(photos, 'screens'), 3, 20);
  await mkdir(join(photos, '.hidden'));
  await writeFile(join(photos, '.semblanceignore'), 'drafts/\n');
  await writeDrawings(join(photos, 'drafts'), 1, 40);
  const { client } = await openLibrary(join(folder, 'library'), { encoder: countingEncoder() });
  await indexFolders(client, photos);
  await writeFile(join(photos, 'screens', 'new.txt'), 'not known yet');
  const rule = { kind: 'folder', name: 'Screens' } as const;
  const asked = client.ignore.preview({ rule });
  expect((await client.search.similar({ examples: [{ kind: 'file', path: a }], k: 1 })).neighbors).toHaveLength(1);
  const preview = await asked;
  expect(preview).toMatchObject({ files: 4, pictures: 3, complete: true });
  expect(preview.examples.every((path) => path.startsWith(join(photos, 'screens')))).toBe(true);
  const [{ id } = { id: 0 }] = await client.ignore.add({ rules: [rule] });
  expect(await client.ignore.preview({ rule })).toMatchObject({ files: 0, pictures: 0 });
  expect(await indexFolders(client)).toMatchObject({ found: 3, removed: 3 });
  const { rules, always, complete } = await client.ignore.survey();
  expect({ rules, complete }).toMatchObject({ rules: [{ id, files: 4 }], complete: true });
  expect(always).toMatchObject([
    { why: 'hidden', folders: 1, files: 1 },
    { why: 'system', folders: 0, files: 0 },
    { why: 'ignore-file', folders: 1, examples: [join(photos, 'drafts')] },
  ]);
});

test('of what a rule leaves out nothing is ever forgotten, unlike of what was deleted', async () => {
  const folder = await temporaryFolder();
  const [photos, library] = [join(folder, 'photos'), join(folder, 'library')];
  const paths = await writeDrawings(photos, 4);
  const { client, service } = await openLibrary(library, { encoder: countingEncoder() });
  await indexFolders(client, photos);
  const ids = await client.pictures.at({ paths });
  // the newest is never forgotten
  const byId = paths.map((path, i) => ({ path, id: ids[i] ?? 0 })).sort((one, other) => one.id - other.id);
  const [a = '', b = ''] = byId.map(({ path }) => path);
  const idOfB = byId[1]?.id;
  await client.ignore.add({ rules: [{ kind: 'file', path: a }] });
  await rm(b);
  expect(await indexFolders(client, photos)).toMatchObject({ removed: 2 });
  await service.close();
  const catalog = new Catalog(libraryPaths(library).catalog, true);
  const missing = catalog.presence.missingSince('9999-01-01', 10);
  catalog.close();
  expect(missing.map(({ id }) => id)).toEqual([idOfB]);
});

test('rules and another try, from the command line', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await writeDrawings(photos, 2);
  await writeFile(join(photos, 'notes.pdf'), 'text');
  await writeFile(join(photos, 'empty.jpg'), '');
  const library = join(folder, 'library');
  const json = ['--library', library, '--json'];
  const first = await openLibrary(library, { encoder: countingEncoder() });
  await indexFolders(first.client, photos);
  await first.service.close();
  const dry = await runCommand('ignore', 'add', '*.pdf', '--size', '1', '--dry-run', ...json);
  expect(jsonLines(dry.stdout)).toMatchObject([
    { kind: 'pattern', pattern: '*.pdf', files: 1, pictures: 0, examples: [join(photos, 'notes.pdf')] },
    { kind: 'size', bytes: 1, files: 1, examples: [join(photos, 'empty.jpg')] },
  ]);
  expect((await runCommand('ignore', 'add', '*.pdf', ...json)).code).toBe(0);
  const [rule] = jsonLines((await runCommand('ignore', ...json)).stdout);
  expect(rule).toMatchObject({ id: 1, kind: 'pattern', pattern: '*.pdf' });
  await drawing(9).jpeg().toFile(join(photos, 'empty.jpg'));
  expect(await runCommand('failures', '--retry', ...json)).toMatchObject({ code: 0, stdout: '' });
  expect((await runCommand('ignore', 'remove', '1', ...json)).code).toBe(0);
  const { client } = await openLibrary(library, { encoder: countingEncoder() });
  expect(await indexFolders(client)).toMatchObject({ found: 4, unchanged: 3, failed: 1 });
});
