/** A disk that is full, or cannot be written to, costs what was being done and nothing that was acknowledged. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { ServiceClient } from '../../src/contract/contract.ts';
import { openService } from '../../src/library/service.ts';
import { countingEncoder } from '../fixtures/counting-encoder.ts';
import { smallDisk } from '../fixtures/disks.ts';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { writeDrawings } from '../fixtures/pictures.ts';

const NO_MOUNT = 'mounting a small disk is not allowed here';

/** Does something until there is no room for it. */
async function untilFull(work: (i: number) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < 20_000; i++) {
    try {
      await work(i);
    } catch (error) {
      expect(error).toMatchObject({ code: 'DISK_FULL' });
      return;
    }
  }
  throw new Error('the disk was never full');
}

async function membersOf(client: ServiceClient, id: number): Promise<number[]> {
  return (await client.groups.pictures({ id })).members.toSorted((a, b) => a - b);
}

/** The sentences that are told from now on, and those that were before anyone listened. */
async function notices(client: ServiceClient): Promise<string[]> {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const told: string[] = [];
  const events = await client.encoders.watch(undefined, { signal: stop.signal });
  void (async () => {
    for await (const event of events) if (event.type === 'notice') told.push(event.message);
  })().catch(() => undefined);
  return told;
}

test('a full disk at labelling, importing and indexing: what was acknowledged is there, and the rest can be done again', async ({
  skip,
}) => {
  const disk = await smallDisk(32);
  if (!disk) return skip(NO_MOUNT);
  const root = await temporaryFolder();
  const [photos, library] = [join(root, 'photos'), join(disk.folder, 'library')];
  await writeDrawings(photos, 12);
  const encoder = countingEncoder();
  const { client, service } = await openLibrary(library, { encoder });
  await indexFolders(client, photos);
  const made = await client.groups.create({ name: 'Made', pictures: [1, 2] });
  const id = made.group?.id ?? 0;
  const file = join(root, 'made.json');
  await client.library.exportTo({ path: file });

  await disk.fill();
  const verdicts = ['in', 'out', 'none'] as const;
  await untilFull((i) =>
    client.groups.label({ id, pictures: [3 + (i % 9)], verdict: verdicts[Math.floor(i / 9) % 3] ?? 'in' }),
  );
  const [members, list] = [await membersOf(client, id), await client.groups.list()];
  await expect(client.library.importFrom({ path: file })).rejects.toMatchObject({ code: 'DISK_FULL' });
  await writeDrawings(join(photos, 'more'), 8, 50, 900, 700);
  const run = await indexFolders(client, photos);
  expect(run).toMatchObject({ error: { code: 'DISK_FULL' }, failed: 0, removed: 0 });
  expect(await client.groups.list()).toEqual(list);

  await disk.free();
  expect(await membersOf(client, id)).toEqual(members);
  await client.groups.label({ id, pictures: [12], verdict: 'in' });
  expect(await client.library.importFrom({ path: file })).toMatchObject({ groups: 1, missing: 0 });
  expect(await indexFolders(client, photos)).toMatchObject({ error: null, failed: 0, found: 20 });
  await service.close();

  const again = await openLibrary(library, { encoder });
  expect(await membersOf(again.client, id)).toEqual([...new Set([...members, 1, 2, 12])].sort((a, b) => a - b));
  expect(await again.client.verify({})).toMatchObject({ ok: true, pictures: 20, missing: 0, stale: 0 });
});

test('a backup that finds no room says so, and leaves neither half of one nor the others damaged', async ({ skip }) => {
  const disk = await smallDisk(32);
  if (!disk) return skip(NO_MOUNT);
  const root = await temporaryFolder();
  const [photos, library] = [join(root, 'photos'), join(disk.folder, 'library')];
  await writeDrawings(photos, 12);
  const encoder = countingEncoder();
  const first = await openLibrary(library, { encoder });
  await indexFolders(first.client, photos);
  await first.client.groups.create({ name: 'Made', pictures: [1, 2] });
  await first.service.close();
  const backups = join(library, 'backups');
  await rm(backups, { recursive: true, force: true });

  // room for the log of the databases, and none for another catalog
  await disk.fill(120_000);
  const full = await openLibrary(library, { encoder });
  const told = await notices(full.client);
  await vi.waitFor(() => expect(told.join()).toContain('The daily backup of the catalog could not be made.'), {
    timeout: 20_000,
  });
  expect(await full.client.groups.list()).toMatchObject([{ name: 'Made', pictures: 2 }]);
  await full.service.close();
  expect(await readdir(backups)).toEqual([]);
  await disk.free();
  await (await openService({ libraryFolder: library, encoder })).close();
  expect(await readdir(backups)).toHaveLength(1);
});

test('a library on a disk that cannot be written to is refused for writing, and is as it was when it can', async ({
  skip,
}) => {
  const disk = await smallDisk(32);
  if (!disk) return skip(NO_MOUNT);
  const root = await temporaryFolder();
  const [photos, library] = [join(root, 'photos'), join(disk.folder, 'library')];
  await writeDrawings(photos, 6);
  const encoder = countingEncoder();
  const first = await openLibrary(library, { encoder });
  await indexFolders(first.client, photos);
  await first.client.groups.create({ name: 'Made', pictures: [1, 2] });
  const before = await first.client.groups.list();
  await first.service.close();
  disk.setWritable(false);
  await expect(openService({ libraryFolder: library, encoder })).rejects.toMatchObject({ code: 'LIBRARY_READ_ONLY' });
  // a reader answers, or says why not: it needs a log beside the catalog
  await openService({ libraryFolder: library, encoder, access: 'read' }).then(
    (service) => service.close(),
    (error: unknown) => expect(error).toMatchObject({ code: 'LIBRARY_READ_ONLY' }),
  );
  disk.setWritable(true);
  const { client } = await openLibrary(library, { encoder });
  expect(await client.groups.list()).toEqual(before);
  expect(await client.verify({})).toMatchObject({ ok: true, pictures: 6 });
});
