import { copyFile, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { ServiceClient } from '../../src/contract/contract.ts';
import type { IndexSummary } from '../../src/contract/schemas.ts';
import { countingEncoder } from '../fixtures/counting-encoder.ts';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { drawing, writeDrawings } from '../fixtures/pictures.ts';

const TIMES = { lookMs: 200, pollMs: 500 };
/** What a busy machine may take; nothing here asks how long it took. */
const PATIENCE = { timeout: 20_000, interval: 50 };

/** Gathers the summaries of runs from now on. */
async function summaries(client: ServiceClient): Promise<IndexSummary[]> {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const events = await client.indexing.watch(undefined, { signal: stop.signal });
  const told: IndexSummary[] = [];
  void (async () => {
    for await (const event of events) if (event.type === 'summary') told.push(event);
  })().catch(() => undefined);
  return told;
}

async function watched(client: ServiceClient, how: 'events' | 'polling' = 'events'): Promise<void> {
  await vi.waitFor(async () => {
    const { sources } = await client.status();
    expect(sources.map(({ watching }) => watching)).toEqual(sources.map(() => how));
  }, PATIENCE);
}

test('what changes on disk while the library is open, or was closed, is found by itself', async () => {
  const folder = await temporaryFolder();
  const [photos, library] = [join(folder, 'photos'), join(folder, 'library')];
  const [a = '', b = '', c = ''] = await writeDrawings(photos, 4);
  const closed = await openLibrary(library);
  await indexFolders(closed.client, photos);
  await closed.service.close();
  await drawing(50).jpeg().toFile(join(photos, 'while-closed.jpg'));

  const { client } = await openLibrary(library, { watch: TIMES });
  const told = await summaries(client);
  const pictures = async (...paths: string[]): Promise<(number | null)[]> => client.pictures.at({ paths });
  await vi.waitFor(async () => expect((await client.status()).pictures).toBe(5), PATIENCE);
  await watched(client);
  const [idOfA, idOfB, idOfC] = await pictures(a, b, c);

  // a file that grows is waited for: it is never taken for a damaged one
  const whole = await drawing(51, 900, 700).jpeg().toBuffer();
  const file = await open(join(photos, 'grows.jpg'), 'w');
  for (let i = 0; i < 4; i++) {
    await file.write(whole.subarray(Math.floor((whole.length * i) / 4), Math.floor((whole.length * (i + 1)) / 4)));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await file.close();
  await mkdir(join(photos, 'new', 'deep'), { recursive: true });
  await rename(a, join(photos, 'new', 'deep', 'a.jpg'));
  await rename(b, join(photos, 'b renamed.jpg'));
  await copyFile(c, join(photos, 'new', 'c.jpg'));
  await vi.waitFor(async () => {
    const now = await pictures(
      join(photos, 'new', 'deep', 'a.jpg'),
      join(photos, 'b renamed.jpg'),
      join(photos, 'new', 'c.jpg'),
      a,
      b,
    );
    expect(now).toEqual([idOfA, idOfB, idOfC, null, null]);
    expect((await client.status()).pictures).toBe(6);
  }, PATIENCE);
  expect(await client.failures()).toEqual([]);
  expect(told.every(({ quiet }) => quiet)).toBe(true);

  await rm(join(photos, 'new'), { recursive: true });
  await vi.waitFor(async () => expect((await client.status()).vectors).toBe(5), PATIENCE);
  expect(await pictures(c)).toEqual([idOfC]);
  expect((await client.verify({})).ok).toBe(true);
});

test('where the system does not tell of changes, it is looked through, and that is said', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  const [a = '', b = ''] = await writeDrawings(photos, 3);
  const { client } = await openLibrary(join(folder, 'library'), {
    encoder: countingEncoder(),
    watch: { ...TIMES, alwaysPoll: true },
  });
  await indexFolders(client, photos);
  await watched(client, 'polling');
  const [idOfA] = await client.pictures.at({ paths: [a] });
  await rename(a, join(photos, 'renamed.jpg'));
  await rm(b);
  await vi.waitFor(async () => {
    expect(await client.pictures.at({ paths: [join(photos, 'renamed.jpg'), a, b] })).toEqual([idOfA, null, null]);
    expect((await client.status()).vectors).toBe(2);
  }, PATIENCE);
  const stop = new AbortController();
  for await (const event of await client.encoders.watch(undefined, { signal: stop.signal })) {
    if (event.type !== 'notice') continue;
    expect(event.message).toContain(`The system does not tell of changes in ${photos}`);
    break;
  }
});

test('many changes at once are one quiet run, which gives way to what a person asks for', async () => {
  const folder = await temporaryFolder();
  const [photos, library] = [join(folder, 'photos'), join(folder, 'library')];
  const paths = await writeDrawings(join(photos, 'from'), 120, 1, 64, 48);
  const encoder = countingEncoder();
  const { client } = await openLibrary(library, { encoder, watch: TIMES });
  await indexFolders(client, photos);
  await watched(client);
  const told = await summaries(client);
  await mkdir(join(photos, 'to'));
  for (const [i, path] of paths.entries()) await rename(path, join(photos, 'to', `${i}.jpg`));
  const moved = paths.map((_, i) => join(photos, 'to', `${i}.jpg`));
  await vi.waitFor(async () => expect(await client.pictures.at({ paths: moved })).not.toContain(null), PATIENCE);
  await vi.waitFor(async () => expect(await client.pictures.at({ paths })).toEqual(paths.map(() => null)), PATIENCE);
  await vi.waitFor(() => expect(told.length).toBeGreaterThan(0), PATIENCE);
  // one where the machine has nothing else to do
  expect(told.length).toBeLessThan(5);
  expect(told.every(({ quiet, failed }) => quiet && failed === 0)).toBe(true);
  expect(encoder.encoded).toBe(120);

  await writeDrawings(join(photos, 'more'), 60, 500, 64, 48);
  await vi.waitFor(async () => expect((await client.status()).pictures).toBeGreaterThan(120), PATIENCE);
  const asked = await indexFolders(client);
  expect(asked).toMatchObject({ cancelled: false, error: null });
  await vi.waitFor(async () => expect((await client.status()).pictures).toBe(180), PATIENCE);
});

test('what .semblanceignore names is not there, from when it is written until it is taken away', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await writeDrawings(photos, 2);
  await writeDrawings(join(photos, 'drafts'), 2, 20);
  await writeDrawings(join(photos, 'trip', 'raw'), 2, 40);
  await writeDrawings(join(photos, 'trip'), 1, 60);
  await writeFile(join(photos, '.semblanceignore'), 'drafts/\n*1.jpg\n');
  const { client } = await openLibrary(join(folder, 'library'), { encoder: countingEncoder(), watch: TIMES });
  expect(await indexFolders(client, photos)).toMatchObject({ found: 3, indexed: 3, failed: 0 });
  await watched(client);
  await writeDrawings(join(photos, 'drafts', 'more'), 1, 80);
  await writeFile(join(photos, 'trip', '.semblanceignore'), '/raw\n!0001.jpg\n');
  await drawing(90)
    .jpeg()
    .toFile(join(photos, 'trip', '0001.jpg'));
  const there = ['0000.jpg', 'trip/0000.jpg', 'trip/0001.jpg', 'trip/raw/0000.jpg', 'drafts/more/0000.jpg'];
  const known = async (): Promise<boolean[]> =>
    (await client.pictures.at({ paths: there.map((path) => join(photos, path)) })).map((id) => id !== null);
  await vi.waitFor(async () => expect(await known()).toEqual([true, true, true, false, false]), PATIENCE);
  await rm(join(photos, '.semblanceignore'));
  await vi.waitFor(async () => expect(await known()).toEqual([true, true, true, false, true]), PATIENCE);
  // the run that found this one may still be at the others
  await vi.waitFor(async () => expect((await client.status()).pictures).toBe(7), PATIENCE);
});
