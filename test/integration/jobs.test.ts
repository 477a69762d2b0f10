/** What runs, waits and has ended, as the activity view lists it; and when background work waits. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { ServiceClient } from '../../src/contract/contract.ts';
import type { JobsState } from '../../src/contract/job-schemas.ts';
import { Catalog } from '../../src/library/catalog/catalog.ts';
import { countingEncoder } from '../fixtures/counting-encoder.ts';
import { writeKinds } from '../fixtures/kinds.ts';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { drawing, writeDrawings, writeRepeatedDrawings } from '../fixtures/pictures.ts';
import { until } from '../fixtures/teaching.ts';

const WATCH = { lookMs: 200, pollMs: 1000 };
const PATIENCE = { timeout: 30_000, interval: 50 };
const BATTERY = { onBattery: true, idleSeconds: 0 };
const MAINS = { onBattery: false, idleSeconds: 0 };

/** Follows the list of jobs: the newest state, and every job that was ever in it. */
async function followed(client: ServiceClient): Promise<{ state: JobsState | null; readonly seen: Set<string> }> {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const events = await client.jobs.watch(undefined, { signal: stop.signal });
  const follow: { state: JobsState | null; readonly seen: Set<string> } = { state: null, seen: new Set() };
  void (async () => {
    for await (const state of events) {
      follow.state = state;
      for (const { kind, state: how, waitsFor } of state.jobs) follow.seen.add(`${kind} ${waitsFor ?? how}`);
    }
  })().catch(() => undefined);
  return follow;
}

test('a run is listed with its pause and its rest, others wait behind it, and its end is written down', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await writeRepeatedDrawings(photos, 150, { width: 900, height: 700 });
  await writeFile(join(photos, 'empty.jpg'), '');
  const { client } = await openLibrary(join(folder, 'library'), { encoder: countingEncoder() });
  const jobs = await followed(client);
  const run = indexFolders(client, photos);
  await vi.waitFor(() => expect(jobs.state?.jobs[0]?.total).toBe(151), PATIENCE);
  await client.jobs.pause({ id: 'index' });
  await vi.waitFor(
    () => expect(jobs.state?.jobs).toMatchObject([{ id: 'index', kind: 'index', state: 'paused' }]),
    PATIENCE,
  );
  await vi.waitFor(async () => expect(await client.indexing.retry({})).toEqual({ files: 1 }), PATIENCE);
  const waiting = { kind: 'index', state: 'waiting', waitsFor: 'turn', canPause: false, canCancel: true };
  await vi.waitFor(() => expect(jobs.state?.jobs).toMatchObject([{ state: 'paused' }, waiting]), PATIENCE);
  await client.jobs.cancel({ id: jobs.state?.jobs[1]?.id ?? '' });
  await vi.waitFor(() => expect(jobs.state?.jobs).toHaveLength(1), PATIENCE);
  await client.jobs.resume({ id: 'index' });
  await client.jobs.cancel({ id: 'index' });
  const { indexed, cancelled } = await run;
  expect(cancelled).toBe(true);
  expect(await client.jobs.ended()).toMatchObject([
    { kind: 'index', outcome: 'cancelled', counts: { indexed, failed: 1 } },
  ]);
  await vi.waitFor(() => expect(jobs.state?.jobs).toEqual([]), PATIENCE);
  // what has ended is met no more
  await client.jobs.cancel({ id: 'index' });
  await indexFolders(client);
  expect(await client.jobs.ended()).toMatchObject([
    { outcome: 'done', counts: { failed: 1 } },
    { outcome: 'cancelled' },
  ]);
});

test('what the program was ended before is cut off, and goes on by itself when it is opened again', async () => {
  const folder = await temporaryFolder();
  const [photos, library] = [join(folder, 'photos'), join(folder, 'library')];
  await writeRepeatedDrawings(photos, 60, { width: 900, height: 700 });
  const encoder = countingEncoder();
  const first = await openLibrary(library, { encoder });
  const run = indexFolders(first.client, photos);
  await vi.waitFor(async () => expect((await first.client.status()).pictures).toBeGreaterThan(0), PATIENCE);
  await first.service.close();
  expect(await run).toMatchObject({ cancelled: true });
  // one that was killed has written nothing at all
  const catalog = new Catalog(join(library, 'catalog.sqlite'));
  catalog.jobs.begin('encode', 'CLIP', new Date(0));
  catalog.close();

  const { client } = await openLibrary(library, { encoder, watch: WATCH });
  await vi.waitFor(async () => expect((await client.status()).vectors).toBe(60), PATIENCE);
  await vi.waitFor(async () => expect(await client.jobs.ended()).toHaveLength(3), PATIENCE);
  expect(await client.jobs.ended()).toMatchObject([
    { kind: 'rescan', outcome: 'done' },
    { kind: 'encode', name: 'CLIP', outcome: 'cut', began: '1970-01-01T00:00:00.000Z' },
    { kind: 'index', outcome: 'cut' },
  ]);
});

test('background work waits on battery, a person does not, and it goes on where that is said', async () => {
  const folder = await temporaryFolder();
  const [photos, more] = [join(folder, 'photos'), join(folder, 'more')];
  await writeDrawings(photos, 3);
  await writeDrawings(more, 2, 30);
  const { client, service } = await openLibrary(join(folder, 'library'), { encoder: countingEncoder(), watch: WATCH });
  await indexFolders(client, photos);
  const jobs = await followed(client);
  const pictures = async (): Promise<number> => (await client.status()).pictures;
  const add = (i: number): Promise<unknown> =>
    drawing(50 + i)
      .jpeg()
      .toFile(join(photos, `new ${i}.jpg`));

  service.takePower(BATTERY);
  await add(0);
  await vi.waitFor(async () => expect(await pictures()).toBe(4), PATIENCE);
  await client.jobs.background({ mode: 'not-on-battery' });
  await vi.waitFor(
    () => expect(jobs.state).toMatchObject({ mode: 'not-on-battery', hold: 'battery', jobs: [] }),
    PATIENCE,
  );
  await add(1);
  const held = [{ kind: 'rescan', state: 'waiting', waitsFor: 'battery' }];
  await vi.waitFor(() => expect(jobs.state?.jobs).toMatchObject(held), PATIENCE);
  // asked for: it is done at once, and what waits goes on waiting
  expect(await indexFolders(client, more)).toMatchObject({ indexed: 2 });
  await client.ignore.add({ rules: [{ kind: 'folder', name: 'nowhere' }] });
  await vi.waitFor(async () => expect(await pictures()).toBe(7), PATIENCE);
  await add(2);
  await vi.waitFor(() => expect(jobs.state?.jobs).toMatchObject(held), PATIENCE);
  expect(await pictures()).toBe(7);

  await client.jobs.goOnAnyway();
  await vi.waitFor(async () => expect(await pictures()).toBe(8), PATIENCE);
  expect(jobs.state?.hold).toBeNull();
  service.takePower(MAINS);
  service.takePower(BATTERY);
  await add(3);
  await vi.waitFor(() => expect(jobs.state?.jobs).toMatchObject(held), PATIENCE);
  expect(await pictures()).toBe(8);
  service.takePower(MAINS);
  await vi.waitFor(async () => expect(await pictures()).toBe(9), PATIENCE);
  await rm(join(photos, 'new 0.jpg'));
  await client.jobs.background({ mode: 'only-when-idle' });
  await vi.waitFor(() => expect(jobs.seen).toContain('rescan use'), PATIENCE);
  service.takePower({ onBattery: true, idleSeconds: 600 });
  await vi.waitFor(async () => expect(await pictures()).toBe(8), PATIENCE);
});

test('a teaching that was cut off by the end of the program is begun again, and not for ever', async () => {
  const folder = await temporaryFolder();
  const [photos, library] = [join(folder, 'photos'), join(folder, 'library')];
  const kinds = await writeKinds(photos, 8);
  const first = await openLibrary(library);
  await indexFolders(first.client, photos);
  await first.client.groups.createFromFolders({ root: photos });
  const early = await followed(first.client);
  await first.client.teach.start({});
  await vi.waitFor(() => expect(early.state?.jobs).toMatchObject([{ kind: 'teach', canCancel: true }]), PATIENCE);
  await first.service.close();

  const { client, service } = await openLibrary(library, { watch: WATCH });
  const jobs = await followed(client);
  const { labelled } = await until(client, 'taught', () => Promise.resolve());
  expect(labelled).toBe(8 * kinds.length);
  expect(jobs.seen).toContain('teach running');
  await vi.waitFor(() => expect(jobs.state?.jobs).toEqual([]), PATIENCE);
  expect((await client.jobs.ended()).filter(({ kind }) => kind === 'teach')).toMatchObject([
    { outcome: 'done' },
    { outcome: 'cut' },
  ]);
  await service.close();

  const catalog = new Catalog(join(library, 'catalog.sqlite'));
  expect(catalog.setting('teaching.under-way')).toBeNull();
  // one that ended the program twice
  const request = { method: 'head' };
  catalog.putSettings({ 'teaching.under-way': JSON.stringify({ tries: 2, work: { what: 'teaching', request } }) });
  catalog.close();
  const again = await openLibrary(library, { watch: WATCH });
  const later = await followed(again.client);
  await vi.waitFor(() => expect(later.state).not.toBeNull(), PATIENCE);
  expect(later.state?.jobs).toEqual([]);
});
