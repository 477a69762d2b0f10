import { copyFile, mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createEncoder, type Encoder } from '../../src/compute/encoder.ts';
import { countingEncoder } from '../fixtures/counting-encoder.ts';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { bombPng, drawing, writeBytes, writeDrawings, writeRepeatedDrawings } from '../fixtures/pictures.ts';

test('indexes what can be read, names everything else, and reads nothing twice', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await writeDrawings(photos, 6);
  await drawing(20).png().toFile(join(photos, 'a.png'));
  await drawing(21).webp().toFile(join(photos, 'b.webp'));
  await drawing(22).tiff().toFile(join(photos, 'c.tiff'));
  await drawing(23).gif().toFile(join(photos, 'd.gif'));
  await drawing(24).toColourspace('cmyk').jpeg().toFile(join(photos, 'cmyk.jpg'));
  await drawing(25).toColourspace('b-w').png().toFile(join(photos, 'grey.png'));
  await writeBytes(join(photos, 'empty.jpg'), '');
  await writeBytes(join(photos, 'text.jpg'), 'these are words, not a picture\n');
  const whole = await drawing(26, 900, 700).jpeg().toBuffer();
  await writeBytes(join(photos, 'truncated.jpg'), whole.subarray(0, Math.floor(whole.length / 2)));
  await writeBytes(join(photos, 'bomb.png'), bombPng(30_000));
  await writeBytes(join(photos, 'film.mp4'), 'ftyp');
  await writeBytes(join(photos, 'notes.txt'), 'hello');
  await writeBytes(join(photos, '.hidden.jpg'), 'x');
  await writeBytes(join(photos, 'photo.xmp'), '<x/>');
  const { client } = await openLibrary(join(folder, 'library'));

  const first = await indexFolders(client, photos);
  expect(first).toMatchObject({
    found: 18,
    indexed: 12,
    unchanged: 0,
    moved: 0,
    failed: 6,
    cancelled: false,
    error: null,
  });
  expect(first.failures).toEqual({
    'empty.jpg': 'FILE_EMPTY',
    'text.jpg': 'FILE_NOT_A_PICTURE',
    'truncated.jpg': 'FILE_DAMAGED',
    'bomb.png': 'FILE_TOO_LARGE',
    'film.mp4': 'FILE_NOT_A_PICTURE',
    'notes.txt': 'FILE_NOT_A_PICTURE',
  });
  expect(await client.failures()).toHaveLength(6);

  const second = await indexFolders(client);
  expect(second).toMatchObject({ found: 18, indexed: 0, unchanged: 12, failed: 6 });
  expect(await client.verify({})).toMatchObject({
    ok: true,
    pictures: 12,
    vectors: 12,
    missing: 0,
    stale: 0,
    recall10: 1,
  });
});

test('a folder that a person wants first is read before what is newer, and nothing is read twice', async () => {
  const folder = await temporaryFolder();
  const [photos, wanted] = [join(folder, 'photos'), join(folder, 'photos', 'old')];
  await writeRepeatedDrawings(photos, 110, { width: 300, height: 200 });
  const old = await writeDrawings(wanted, 3, 900);
  for (const path of old) await utimes(path, 1e9, 1e9);
  const { client } = await openLibrary(join(folder, 'library'), { encoder: countingEncoder() });
  const run = indexFolders(client, photos);
  await expect.poll(async () => (await client.status()).sources.length).toBe(1);
  await client.indexing.prefer({ folder: wanted });
  expect(await run).toMatchObject({ found: 113, indexed: 113, failed: 0 });
  // in the order in which they were stored; 96 may have been under way
  for (const id of await client.pictures.at({ paths: old })) expect(id).toBeLessThan(105);
});

test('names that no one would choose', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  const [original = ''] = await writeDrawings(join(folder, 'made'), 1);
  const names = [
    `"quoted" 'twice'.jpg`,
    'two\nlines.jpg',
    '🏔️ emoji ünïcödé.jpg',
    `${'x'.repeat(196)}.jpg`,
    '%2e%2e;rm -rf.jpg',
    ' .jpg',
  ];
  for (const [i, name] of names.entries()) {
    await mkdir(photos, { recursive: true });
    await copyFile(original, join(photos, name));
    await drawing(50 + i)
      .jpeg()
      .toFile(join(folder, 'one.jpg'));
    await rename(join(folder, 'one.jpg'), join(photos, name));
  }
  const { client } = await openLibrary(join(folder, 'library'));
  expect(await indexFolders(client, photos)).toMatchObject({ indexed: names.length, failed: 0 });
  for (const name of names) {
    const { neighbors } = await client.search.similar({ examples: [{ kind: 'file', path: join(photos, name) }], k: 1 });
    expect(neighbors[0]?.path).toBe(join(photos, name));
  }
});

test('changed, moved, copied and removed files are each what they are', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  const [a = '', b = '', c = '', d = ''] = await writeDrawings(photos, 4);
  const { client } = await openLibrary(join(folder, 'library'));
  await indexFolders(client, photos);
  const vectorOf = async (path: string): Promise<number | undefined> => {
    const { neighbors } = await client.search.similar({ examples: [{ kind: 'file', path }], k: 1 });
    return neighbors[0]?.id;
  };
  const idOfB = await vectorOf(b);

  await drawing(99).jpeg().toFile(a); // edited
  await utimes(a, new Date(), new Date(Date.now() + 5_000));
  await mkdir(join(photos, 'sub'));
  await rename(b, join(photos, 'sub', 'b.jpg')); // moved
  await copyFile(c, join(photos, 'c-copy.jpg')); // copied
  await rm(d); // removed
  const summary = await indexFolders(client);
  expect(summary).toMatchObject({ found: 4, indexed: 2, unchanged: 1, moved: 1, removed: 1, failed: 0 });

  const status = await client.status();
  expect(status).toMatchObject({ pictures: 3, vectors: 3 });
  expect(await vectorOf(join(photos, 'sub', 'b.jpg'))).toBe(idOfB);
  const { neighbors } = await client.search.similar({ examples: [{ kind: 'file', path: c }], k: 10 });
  expect(neighbors[0]).toMatchObject({ path: join(photos, '0002.jpg'), copies: [join(photos, 'c-copy.jpg')] });
  expect(neighbors.map(({ path }) => path)).not.toContain(d);

  // the removed picture comes back: known by its content, nothing is decoded again
  await drawing(4).jpeg({ quality: 85 }).toFile(d);
  expect(await indexFolders(client)).toMatchObject({ indexed: 1, unchanged: 4 });
  expect(await client.status()).toMatchObject({ pictures: 4, vectors: 4 });
  expect((await client.verify({})).ok).toBe(true);
});

test('a file that was removed between scan and read is named, and tried again', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await writeDrawings(photos, 60, 1, 1600, 1200);
  const last = join(photos, '0000.jpg');
  await utimes(last, new Date(0), new Date(0)); // the oldest is read last
  const { client } = await openLibrary(join(folder, 'library'));
  const running = indexFolders(client, photos);
  const stop = new AbortController();
  for await (const event of await client.indexing.watch(undefined, { signal: stop.signal })) {
    if (event.type !== 'progress' || event.state !== 'indexing') continue;
    await rm(last);
    stop.abort();
  }
  const summary = await running;
  expect(summary.failures).toEqual({ '0000.jpg': 'FILE_VANISHED' });
  expect(summary.indexed).toBe(59);
  expect(await indexFolders(client)).toMatchObject({ found: 59, unchanged: 59, failed: 0 });
});

test('a folder inside a source is a part of it, a folder around sources takes them in', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await writeDrawings(join(photos, 'a'), 3, 1);
  await writeDrawings(join(photos, 'b'), 2, 10);
  const { client } = await openLibrary(join(folder, 'library'));
  await indexFolders(client, join(photos, 'a'));
  expect(await indexFolders(client, photos)).toMatchObject({ found: 5, indexed: 2, unchanged: 3 });
  expect((await client.status()).sources).toMatchObject([{ path: photos, pictures: 5 }]);
  await writeDrawings(join(photos, 'b'), 3, 10);
  expect(await indexFolders(client, join(photos, 'b'), join(photos, 'b'))).toMatchObject({ found: 3 });
  expect((await client.status()).sources).toHaveLength(1);
});

test('a source that is removed and added again decodes nothing', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await writeDrawings(photos, 5);
  const { client, service } = await openLibrary(join(folder, 'library'));
  await indexFolders(client, photos);
  const [source] = (await client.status()).sources;
  await client.sources.remove({ id: source?.id ?? 0 });
  expect(await client.status()).toMatchObject({ pictures: 0, vectors: 0, sources: [] });
  const example = { kind: 'file' as const, path: join(photos, '0000.jpg') };
  expect((await client.search.similar({ examples: [example] })).neighbors).toEqual([]);
  const again = await indexFolders(client, photos);
  expect(again).toMatchObject({ found: 5, indexed: 5, failed: 0 });
  expect(await client.status()).toMatchObject({ pictures: 5, vectors: 5 });
  expect((await client.search.similar({ examples: [example] })).neighbors).toHaveLength(5);

  // lost thumbnails are told, the pictures stay searchable, and the run after the repair makes them again
  await rm(service.paths.thumbs, { recursive: true });
  expect(await client.verify({})).toMatchObject({ ok: false, missing: 5, vectors: 5 });
  await client.verify({ repair: true });
  expect((await client.search.similar({ examples: [example] })).neighbors).toHaveLength(5);
  expect(await indexFolders(client)).toMatchObject({ indexed: 5 });
  expect((await client.verify({})).ok).toBe(true);
});

test.each([
  ['missing', 'FOLDER_MISSING'],
  ['file.jpg', 'FOLDER_NOT_A_FOLDER'],
  ['library', 'FOLDER_HOLDS_LIBRARY'],
])('the folder %s is refused with %s', async (name, code) => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'file.jpg'), 'x');
  const { client } = await openLibrary(join(folder, 'library'));
  await expect(client.indexing.start({ folders: [join(folder, name)] })).rejects.toMatchObject({ code, defined: true });
});

test('an empty folder is no error', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'photos'));
  const { client } = await openLibrary(join(folder, 'library'));
  expect(await indexFolders(client, join(folder, 'photos'))).toMatchObject({ found: 0, failed: 0, error: null });
  expect(await client.verify({})).toMatchObject({ ok: true, recall10: null });
});

test('pause holds the run, cancel ends it, and the next run goes on from there', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await writeRepeatedDrawings(photos, 160, { width: 1200, height: 900, different: 40 });
  const { client } = await openLibrary(join(folder, 'library'));
  const running = indexFolders(client, photos);
  const stop = new AbortController();
  const states: string[] = [];
  for await (const event of await client.indexing.watch(undefined, { signal: stop.signal })) {
    if (event.type !== 'progress') continue;
    if (states.at(-1) !== event.state) states.push(event.state);
    if (event.state === 'indexing' && event.indexed > 0 && !states.includes('paused')) await client.indexing.pause();
    if (event.state === 'paused') {
      await expect(client.indexing.start({})).rejects.toMatchObject({ code: 'INDEXING_BUSY' });
      await client.indexing.cancel();
      stop.abort();
    }
  }
  const summary = await running;
  expect(summary.cancelled).toBe(true);
  expect(summary.indexed).toBeGreaterThan(0);
  expect(summary.indexed).toBeLessThan(160);
  expect(states).toContain('paused');
  const rest = await indexFolders(client);
  expect(rest).toMatchObject({ found: 160, unchanged: summary.indexed, indexed: 160 - summary.indexed });
  expect((await client.verify({})).ok).toBe(true);
});

test('cancel waits for no picture that is being encoded, and the next run reads those', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await writeDrawings(photos, 60);
  const encoder = await createEncoder({ threads: 1 });
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let batches = 0;
  const stuck: Encoder = {
    ...encoder,
    async encode(pixels) {
      if (++batches > 2) await held;
      return encoder.encode(pixels);
    },
  };
  const { client } = await openLibrary(join(folder, 'library'), { encoder: stuck });
  // Before the library is closed, which waits for its encoder: hooks run last to first.
  onTestFinished(() => release());
  const running = indexFolders(client, photos);
  const stop = new AbortController();
  for await (const event of await client.indexing.watch(undefined, { signal: stop.signal })) {
    if (event.type !== 'progress' || event.indexed === 0) continue;
    // Resolves although the encoder gives nothing any more.
    await client.indexing.cancel();
    stop.abort();
  }
  const { indexed, cancelled } = await running;
  expect(cancelled).toBe(true);
  expect(indexed).toBeGreaterThan(0);
  expect(indexed).toBeLessThan(60);
  expect(await client.verify({})).toMatchObject({ ok: true, pictures: indexed, vectors: indexed });
  release();
  expect(await indexFolders(client)).toMatchObject({ found: 60, unchanged: indexed, indexed: 60 - indexed });
  expect(await client.verify({})).toMatchObject({ ok: true, pictures: 60, vectors: 60 });
});
