import { execFile, spawn } from 'node:child_process';
import { rename, readdir, rm, statfs, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { FLOAT, encodeModel, int, node, valueInfo } from '../../src/compute/encoders/onnx-nodes.ts';
import type { ServiceClient } from '../../src/contract/contract.ts';
import { encodersEvent, installOwn, installTwoTowers, switchTo } from '../fixtures/encoders.ts';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { imageModel, SIDE } from '../fixtures/onnx-models.ts';
import { drawing, writeDrawings } from '../fixtures/pictures.ts';

/** A library of so many drawings in one folder. */
async function indexedLibrary(count: number) {
  const root = await temporaryFolder();
  const photos = join(root, 'photos');
  const paths = await writeDrawings(photos, count);
  const folder = join(root, 'library');
  const opened = await openLibrary(folder);
  await indexFolders(opened.client, photos);
  return { root, photos, paths, folder, ...opened };
}

async function entryOf(client: ServiceClient, id: string) {
  return (await client.encoders.list()).find((entry) => entry.id === id);
}

/** The first result for a file, by its path. */
async function firstFor(client: ServiceClient, path: string): Promise<string | undefined> {
  const { neighbors } = await client.search.similar({ examples: [{ kind: 'file', path }], k: 3 });
  return neighbors[0]?.path;
}

/** Rows of features in the file of a library, by the features' id. */
function storedRows(folder: string): Record<string, number> {
  const db = new Database(join(folder, 'features.sqlite'), { readonly: true });
  const rows = db
    .prepare<[], { name: string; n: number }>(
      'SELECT name, COUNT(*) AS n FROM encoder JOIN feature ON encoder_id = encoder.id GROUP BY name',
    )
    .all();
  db.close();
  return Object.fromEntries(rows.map(({ name, n }) => [name.replace(/-[0-9a-f]{8}$/, ''), n]));
}

test('another encoder takes over in one step, new pictures are its own, and the old features can be deleted', async () => {
  const { client, service, root, photos, paths, folder } = await indexedLibrary(12);
  const id = await installTwoTowers(client, root);
  expect(await entryOf(client, id)).toMatchObject({ installed: true, active: false, readsWords: true, state: 'ready' });
  const before = await client.status();
  expect(before).toMatchObject({ encoder: 'builtin', readsWords: false });

  await switchTo(client, id);
  const after = await client.status();
  expect(after).toMatchObject({ encoder: id, readsWords: true, pictures: 12, vectors: 12, model: { dimensions: 3 } });
  for (const path of paths.slice(0, 3)) expect(await firstFor(client, path)).toBe(path);

  await writeDrawings(join(photos, 'more'), 3, 100);
  await indexFolders(client);
  expect(await client.status()).toMatchObject({ pictures: 15, vectors: 15 });
  expect(await client.verify({})).toMatchObject({ ok: true, missing: 0, stale: 0 });
  expect(await entryOf(client, 'builtin')).toMatchObject({ featuresStored: { pictures: 12, bytes: 12 * 768 * 2 } });

  await client.encoders.deleteFeatures({ id: 'builtin' });
  expect(await entryOf(client, 'builtin')).toMatchObject({ featuresStored: { pictures: 0, bytes: 0 } });
  expect(storedRows(folder)).toEqual({ [id]: 15 });
  await expect(client.encoders.deleteFeatures({ id })).rejects.toMatchObject({ code: 'ENCODER_IN_USE' });
  await expect(client.encoders.remove({ id })).rejects.toMatchObject({ code: 'ENCODER_IN_USE' });

  await service.close();
  const again = await openLibrary(folder);
  expect(await again.client.status()).toMatchObject({ encoder: id, vectors: 15 });
  await switchTo(again.client, 'builtin');
  expect(await again.client.status()).toMatchObject({ encoder: 'builtin', vectors: 15, model: { dimensions: 256 } });
  expect(await firstFor(again.client, paths[0] ?? '')).toBe(paths[0]);
  await again.client.encoders.remove({ id });
  expect(await entryOf(again.client, id)).toMatchObject({ installed: false, featuresStored: { pictures: 15 } });
});

test('searches go on while the library is encoded; paused and closed it goes on where it was', async () => {
  const { client, service, root, photos, paths, folder } = await indexedLibrary(40);
  const id = await installOwn(client, root);
  await encodersEvent(
    client,
    'progress',
    () => client.encoders.use({ id }).then(() => client.encoders.pause()),
    ({ encoding }) => encoding?.paused === true,
  );
  expect(await firstFor(client, paths[5] ?? '')).toBe(paths[5]);
  // what is indexed meanwhile is encoded for both
  await writeDrawings(join(photos, 'more'), 4, 200);
  await indexFolders(client);
  expect(storedRows(folder)[id] ?? 0).toBeGreaterThanOrEqual(4);
  expect(await client.status()).toMatchObject({ encoder: 'builtin', vectors: 44 });
  await service.close();

  const again = await openLibrary(folder);
  const waiting = await encodersEvent(
    again.client,
    'progress',
    undefined,
    ({ encoding }) => (encoding?.total ?? 0) > 0,
  );
  expect(waiting.encoding).toMatchObject({ encoder: id, paused: true, takesOver: true });
  expect(waiting.encoding?.done).toBeGreaterThanOrEqual(4);
  await encodersEvent(again.client, 'swapped', () => again.client.encoders.resume());
  expect(await again.client.status()).toMatchObject({ encoder: id, vectors: 44 });
  expect(await firstFor(again.client, paths[7] ?? '')).toBe(paths[7]);
});

test('pictures whose drive is away are left out, counted, and encoded when they are back', async () => {
  const { client, root, photos, folder, service } = await indexedLibrary(6);
  const drive = join(root, 'drive');
  await writeDrawings(drive, 4, 300);
  await indexFolders(client, drive);
  await rename(drive, join(root, 'unplugged'));
  const id = await installTwoTowers(client, root);
  const swapped = await encodersEvent(client, 'swapped', () => client.encoders.use({ id }));
  expect(swapped.skipped).toBe(4);
  expect(await client.status()).toMatchObject({ encoder: id, pictures: 10, vectors: 6 });
  expect(await client.verify({})).toMatchObject({ ok: true, missing: 0 });
  await service.close();

  await rename(join(root, 'unplugged'), drive);
  const again = await openLibrary(folder);
  await expect.poll(async () => (await again.client.status()).vectors, { timeout: 60_000 }).toBe(10);
  await writeFile(join(photos, 'odd.jpg'), await drawing(305).jpeg().toBuffer());
  await indexFolders(again.client);
  expect(await again.client.status()).toMatchObject({ pictures: 11, vectors: 11 });
});

test('an encoder that is damaged, of the wrong rank or unknown is refused, and the old one answers', async () => {
  const { client, root, paths, folder, service } = await indexedLibrary(5);
  const id = await installTwoTowers(client, root);
  const models = join(folder, 'models', id, 'onnx');
  const [vision = ''] = (await readdir(models)).filter((name) => name.startsWith('vision'));
  await expect(client.encoders.use({ id: 'nothing' })).rejects.toMatchObject({ code: 'ENCODER_UNKNOWN' });
  await expect(client.encoders.use({ id: 'dinov2-small' })).rejects.toMatchObject({ code: 'ENCODER_NOT_INSTALLED' });
  const wrong = join(root, 'wrong.onnx');
  await writeFile(wrong, imageModel({ input: ['n', 3, 32] }));
  await expect(client.encoders.install({ path: wrong })).rejects.toMatchObject({ code: 'ENCODER_SHAPE' });

  await switchTo(client, id);
  await service.close();
  await truncate(join(models, vision), 100);
  const damaged = await openLibrary(folder);
  const notice = await encodersEvent(damaged.client, 'notice');
  expect(notice.message).toContain(id);
  expect(await damaged.client.status()).toMatchObject({ encoder: 'builtin', vectors: 5 });
  expect(await firstFor(damaged.client, paths[1] ?? '')).toBe(paths[1]);
  expect(await entryOf(damaged.client, id)).toMatchObject({ state: 'damaged', active: false });
  await expect(damaged.client.encoders.use({ id })).rejects.toMatchObject({ code: 'ENCODER_SIZE' });
  await installTwoTowers(damaged.client, root);
  await switchTo(damaged.client, id);
  expect(await damaged.client.status()).toMatchObject({ encoder: id, vectors: 5 });
});

/** The row of each picture's features of an encoder, by picture: one that is written again gets another row. */
function featureRows(folder: string, id: string): Map<number, number> {
  const db = new Database(join(folder, 'features.sqlite'), { readonly: true });
  const rows = db
    .prepare<[string], { media: number; row: number }>(
      `SELECT media_id AS media, feature.rowid AS row FROM feature
       JOIN encoder ON encoder.id = encoder_id WHERE name LIKE ? || '-%'`,
    )
    .all(id);
  db.close();
  return new Map(rows.map(({ media, row }) => [media, row]));
}

test('killed in the middle of encoding anew, it goes on where it was, and nothing is done twice', async () => {
  const { client, service, root, paths, folder } = await indexedLibrary(10);
  const id = await installOwn(client, root);
  await service.close();
  const more = join(root, 'more');
  await writeDrawings(more, 5, 400);
  const entry = join(import.meta.dirname, '../fixtures/killed-while-encoding.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, folder, id, more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.kill('SIGKILL');
  await gone;
  const before = featureRows(folder, id);
  expect(before.size).toBeGreaterThanOrEqual(5);

  const { client: again } = await openLibrary(folder);
  expect(await again.status()).toMatchObject({ encoder: 'builtin', pictures: 15, vectors: 15 });
  expect(await firstFor(again, paths[2] ?? '')).toBe(paths[2]);
  await encodersEvent(again, 'swapped', () => again.encoders.use({ id }));
  expect(await again.status()).toMatchObject({ encoder: id, vectors: 15 });
  const after = featureRows(folder, id);
  expect(after.size).toBe(15);
  for (const [media, row] of before) expect(after.get(media)).toBe(row);
  expect(await again.verify({})).toMatchObject({ ok: true });
});

test('a crash between building and swapping leaves the old one answering, and a failed swap too', async () => {
  const { client, service, root, paths, folder } = await indexedLibrary(6);
  const id = await installTwoTowers(client, root);
  const catalog = new Database(join(folder, 'catalog.sqlite'));
  onTestFinished(() => void catalog.close());
  catalog.exec(`CREATE TRIGGER refuse BEFORE INSERT ON setting WHEN NEW.key = 'encoder'
    BEGIN SELECT RAISE(ABORT, 'refused'); END`);
  const failed = await encodersEvent(client, 'failed', () => client.encoders.use({ id }));
  expect(failed).toMatchObject({ what: 'encoding', encoder: id, code: 'INTERNAL' });
  expect(await client.status()).toMatchObject({ encoder: 'builtin', vectors: 6 });
  expect(await firstFor(client, paths[1] ?? '')).toBe(paths[1]);
  await service.close();

  // as the kill leaves it: all built, and the one write that lets it answer not done
  catalog.exec(`DROP TRIGGER refuse`);
  const upcoming = JSON.stringify({ id, paused: true });
  catalog.prepare(`INSERT INTO setting VALUES ('encoder.upcoming', ?)`).run(upcoming);
  expect(featureRows(folder, id).size).toBe(6);
  const reader = await openLibrary(folder, { access: 'read' });
  expect(await reader.client.status()).toMatchObject({ encoder: 'builtin', vectors: 6 });
  expect(await firstFor(reader.client, paths[1] ?? '')).toBe(paths[1]);
  const rows = featureRows(folder, id);
  const again = await openLibrary(folder);
  await encodersEvent(again.client, 'swapped', () => again.client.encoders.resume());
  expect(featureRows(folder, id)).toEqual(rows);
  expect(await again.client.status()).toMatchObject({ encoder: id, vectors: 6 });
});

const run = promisify(execFile);
const canMount = process.platform === 'linux' && process.getuid?.() === 0;
if (!canMount) console.log('skipped: a full disk needs root on Linux, to mount a small tmpfs');

test.skipIf(!canMount)(
  'a full disk half-way leaves the old one answering, and it goes on when there is room',
  async () => {
    const root = await temporaryFolder();
    const disk = await temporaryFolder();
    await run('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', disk]);
    onTestFinished(async () => {
      await run('umount', ['-l', disk]);
    });
    const folder = join(disk, 'library');
    const photos = join(root, 'photos');
    const paths = await writeDrawings(photos, 50);
    const first = await openLibrary(folder);
    await indexFolders(first.client, photos);
    // every pixel is a value: 12 kB a picture with its vector
    const model = encodeModel({
      name: 'pixels',
      node: [node('Flatten', ['pixel_values'], 'embeds', [int('axis', 1)])],
      input: [valueInfo('pixel_values', FLOAT, ['n', 3, SIDE, SIDE])],
      output: [valueInfo('embeds', FLOAT, ['n', 3 * SIDE * SIDE])],
    });
    const id = await installOwn(first.client, root, model);
    await first.service.close();
    const { bavail, bsize } = await statfs(disk);
    const ballast = join(disk, 'ballast');
    await writeFile(ballast, Buffer.alloc(bavail * bsize - 300_000));

    const { client } = await openLibrary(folder);
    const failed = await encodersEvent(client, 'failed', () => client.encoders.use({ id }));
    expect(failed).toMatchObject({ what: 'encoding', encoder: id, code: 'DISK_FULL' });
    expect(await client.status()).toMatchObject({ encoder: 'builtin', vectors: 50 });
    expect(await firstFor(client, paths[3] ?? '')).toBe(paths[3]);
    await rm(ballast);
    await switchTo(client, id);
    expect(await client.status()).toMatchObject({ encoder: id, vectors: 50 });
    expect(await firstFor(client, paths[3] ?? '')).toBe(paths[3]);
  },
);
