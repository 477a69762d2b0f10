import Database from 'better-sqlite3';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { ServiceClient } from '../../src/contract/contract.ts';
import type { Encoder } from '../../src/compute/encoder.ts';
import { countingEncoder } from '../fixtures/counting-encoder.ts';
import { bindMount, unmount } from '../fixtures/disks.ts';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { writeDrawings } from '../fixtures/pictures.ts';
import { PhotoTree } from '../fixtures/photo-tree.ts';

const WATCH = { lookMs: 200, pollMs: 1000 };
const PATIENCE = { timeout: 30_000, interval: 100 };

async function whenState(client: ServiceClient, path: string, state: 'online' | 'offline'): Promise<void> {
  await vi.waitFor(async () => {
    expect((await client.status()).sources).toMatchObject([{ path, state }]);
  }, PATIENCE);
}

/** Encodes so many pictures, and then holds those that follow until it is let go. */
function heldEncoder(after: number): { encoder: Encoder; filled: Promise<void>; letGo: () => void } {
  const inner = countingEncoder();
  const [held, full] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
  const encode = async (pixels: Uint8Array): Promise<Float32Array> => {
    if (inner.encoded >= after) {
      full.resolve(undefined);
      await held.promise;
    }
    return inner.encode(pixels);
  };
  return { encoder: { ...inner, encode }, filled: full.promise, letGo: () => held.resolve(undefined) };
}

test('a source that vanishes in the middle of a run is offline, and whole again when it comes back elsewhere', async () => {
  const folder = await temporaryFolder();
  const drive = join(folder, 'drive', 'photos');
  const tree = new PhotoTree([drive], 5);
  await tree.grow(150);
  const all = new Set(tree.paths.values()).size;
  const { encoder, filled, letGo } = heldEncoder(20);
  const { client } = await openLibrary(join(folder, 'library'), { encoder, watch: WATCH });
  const run = indexFolders(client, drive);
  await filled;
  // not where it is looked for
  await mkdir(join(folder, 'away', 'deep'), { recursive: true });
  await rename(drive, join(folder, 'away', 'deep', 'photos'));
  letGo();
  expect(await run).toMatchObject({ error: { code: 'FOLDER_MISSING' }, failed: 0, removed: 0 });
  await whenState(client, drive, 'offline');
  expect(await client.failures()).toEqual([]);
  const { pictures } = await client.status();
  expect(pictures).toBeGreaterThan(0);
  expect(pictures).toBeLessThan(all);
  // what was read is there, and found
  const known = [...tree.paths.keys()];
  const before = await client.pictures.at({ paths: known });
  const [one = 0] = before.filter((id) => id !== null);
  expect((await client.search.similar({ examples: [{ kind: 'picture', id: one }], k: 5 })).neighbors).toHaveLength(5);
  await client.groups.create({ name: 'Kept', pictures: [one] });
  expect(await indexFolders(client)).toMatchObject({ error: { code: 'FOLDER_MISSING' }, removed: 0 });
  expect((await client.status()).pictures).toBe(pictures);

  const away = async (): Promise<number[]> => [
    ...new Uint32Array(await (await client.pictures.offline()).arrayBuffer()),
  ];
  expect(new Set(await away())).toEqual(new Set(before.filter((id) => id !== null)));

  const elsewhere = join(folder, 'another drive', 'photos');
  await mkdir(join(folder, 'another drive'));
  await rename(join(folder, 'away', 'deep', 'photos'), elsewhere);
  await whenState(client, elsewhere, 'online');
  await vi.waitFor(async () => expect((await client.status()).pictures).toBe(all), PATIENCE);
  const after = await client.pictures.at({ paths: known.map((path) => path.replace(drive, elsewhere)) });
  for (const [i, id] of before.entries()) if (id !== null) expect(after[i]).toBe(id);
  expect(await away()).toEqual([]);
  expect(await client.groups.of({ picture: one })).toMatchObject([{ name: 'Kept', verdict: 'in' }]);
  expect(await client.failures()).toEqual([]);
  expect((await client.verify({})).ok).toBe(true);
});

test('an empty mount point is a drive that is gone, not a folder whose pictures were deleted', async ({ skip }) => {
  const folder = await temporaryFolder();
  const [disk, here, there] = [join(folder, 'disk'), join(folder, 'here'), join(folder, 'there')];
  const [a = ''] = await writeDrawings(disk, 5);
  for (const place of [here, there]) await mkdir(place);
  if (!bindMount(disk, here)) skip('mounting is not allowed here');
  const encoder = countingEncoder();
  const { client } = await openLibrary(join(folder, 'library'), { encoder, watch: WATCH });
  await indexFolders(client, here);
  // the disk's own folder lies beside, and would be taken for it
  await mkdir(join(folder, 'out', 'of'), { recursive: true });
  unmount(here);
  await rename(disk, join(folder, 'out', 'of', 'sight'));
  await whenState(client, here, 'offline');
  expect(await indexFolders(client)).toMatchObject({ removed: 0, error: { code: 'FOLDER_MISSING' } });
  expect((await client.status()).pictures).toBe(5);
  bindMount(join(folder, 'out', 'of', 'sight'), there);
  await whenState(client, there, 'online');
  expect(await client.pictures.at({ paths: [a.replace(disk, there)] })).not.toEqual([null]);
  expect(encoder.encoded).toBe(5);
  expect((await client.status()).pictures).toBe(5);
});

test('a drive that is unmounted in the middle of a run is offline, and whole again at another mount point', async ({
  skip,
}) => {
  const folder = await temporaryFolder();
  const disk = join(folder, 'out', 'of', 'sight');
  const [here, there] = [join(folder, 'here'), join(folder, 'there')];
  for (const place of [disk, here, there]) await mkdir(place, { recursive: true });
  if (!bindMount(disk, here)) skip('mounting is not allowed here');
  const tree = new PhotoTree([here], 7);
  await tree.grow(120);
  const all = new Set(tree.paths.values()).size;
  const known = [...tree.paths.keys()];
  const { encoder, filled, letGo } = heldEncoder(20);
  const library = join(folder, 'library');
  const { client, service } = await openLibrary(library, { encoder, watch: WATCH });
  const run = indexFolders(client, here);
  await filled;
  unmount(here);
  letGo();
  expect(await run).toMatchObject({ error: { code: 'FOLDER_MISSING' }, failed: 0, removed: 0 });
  await whenState(client, here, 'offline');
  const before = await client.pictures.at({ paths: known });
  const kept = before.filter((id) => id !== null);
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.length).toBeLessThan(all);
  await client.groups.create({ name: 'Kept', pictures: kept });
  // the place of the drive is empty: it is not taken for a folder whose pictures were deleted, nor by a start
  expect(await indexFolders(client)).toMatchObject({ error: { code: 'FOLDER_MISSING' }, removed: 0 });
  await service.close();

  const later = await openLibrary(library, { encoder, watch: WATCH });
  await whenState(later.client, here, 'offline');
  expect(await later.client.failures()).toEqual([]);
  bindMount(disk, there);
  await whenState(later.client, there, 'online');
  const paths = known.map((path) => path.replace(here, there));
  const after = await vi.waitFor(async () => {
    const found = await later.client.pictures.at({ paths });
    expect(found).not.toContain(null);
    return found;
  }, PATIENCE);
  expect((await later.client.status()).vectors).toBe(all);
  for (const [i, id] of before.entries()) if (id !== null) expect(after[i]).toBe(id);
  expect(await later.client.groups.list()).toMatchObject([{ name: 'Kept', pictures: new Set(kept).size }]);
  expect(await later.client.failures()).toEqual([]);
  expect(await later.client.verify({})).toMatchObject({ ok: true, pictures: all, missing: 0, stale: 0 });
});

test('all is kept of deleted pictures for 30 days, and then forgotten with a word', async () => {
  const folder = await temporaryFolder();
  const [photos, library] = [join(folder, 'photos'), join(folder, 'library')];
  const drawn = await writeDrawings(photos, 6);
  const encoder = countingEncoder();
  const first = await openLibrary(library, { encoder });
  await indexFolders(first.client, photos);
  const found = await first.client.pictures.at({ paths: drawn });
  const byId = drawn.map((path, i) => ({ path, id: found[i] ?? 0 })).sort((x, y) => x.id - y.id);
  const ids = byId.map(({ id }) => id);
  const [a = '', b = '', c = ''] = byId.map(({ path }) => path);
  const { group } = await first.client.groups.create({ name: 'Group', pictures: ids });
  for (const path of [a, b]) await rm(path);
  await rename(c, join(folder, 'c.jpg'));
  await indexFolders(first.client);
  // within the 30 days it comes back with all that was known
  await rename(join(folder, 'c.jpg'), c);
  await indexFolders(first.client);
  expect(await first.client.pictures.at({ paths: [c] })).toEqual([ids[2]]);
  expect(encoder.encoded).toBe(6);
  await first.service.close();

  const db = new Database(join(library, 'catalog.sqlite'));
  const missing = db.prepare(
    "UPDATE media SET missing_since = '2020-01-01T00:00:00.000Z' WHERE missing_since IS NOT NULL",
  );
  expect(missing.run().changes).toBe(2);
  db.close();

  const { client, service } = await openLibrary(library, { encoder });
  const members = async (): Promise<number[]> =>
    (await client.groups.pictures({ id: group?.id ?? 0 })).members.toSorted((x, y) => x - y);
  await vi.waitFor(async () => expect(await members()).toEqual(ids.slice(2)), PATIENCE);
  expect(await client.verify({})).toMatchObject({ ok: true, pictures: 4, missing: 0, stale: 0 });
  const stop = new AbortController();
  for await (const event of await client.encoders.watch(undefined, { signal: stop.signal })) {
    if (event.type !== 'notice') continue;
    expect(event.message).toBe('2 pictures were forgotten, with all labels: deleted more than 30 days ago.');
    break;
  }
  expect(await client.jobs.ended()).toMatchObject([
    { kind: 'forget', outcome: 'done', counts: { pictures: 2 } },
    { kind: 'index', counts: { found: 4, indexed: 1 } },
    { kind: 'index', counts: { removed: 3 } },
    { kind: 'index', counts: { indexed: 6 } },
  ]);
  // the index goes on without them, and takes in what comes
  await service.close();
  const again = await openLibrary(library, { encoder });
  await writeDrawings(join(photos, 'more'), 3, 100);
  await indexFolders(again.client);
  expect(await again.client.verify({})).toMatchObject({
    ok: true,
    pictures: 7,
    vectors: 7,
    missing: 0,
    stale: 0,
    recall10: 1,
  });
});
