/** The map over the real index, neighbor graph, threads and files. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeLibrary } from '../../src/cli/bench/generated-library.ts';
import type { ServiceClient } from '../../src/contract/contract.ts';
import { NO_CATEGORY, type MapColoring, type MapLayout } from '../../src/contract/explore-schemas.ts';
import type { Job } from '../../src/contract/job-schemas.ts';
import { libraryPaths } from '../../src/library/library-folder.ts';
import { writeKinds } from '../fixtures/kinds.ts';
import { indexFolders, jsonLines, openLibrary, runCommand, temporaryFolder } from '../fixtures/library.ts';

const EACH = 12;

interface Points extends Pick<MapLayout, 'revision' | 'current' | 'pictures'> {
  readonly ids: readonly number[];
  /** Id → x, y. */
  readonly at: ReadonlyMap<number, readonly [number, number]>;
}

async function unpacked({ ids: packedIds, positions: packed, ...layout }: MapLayout): Promise<Points> {
  const ids = [...new Int32Array(await packedIds.arrayBuffer())];
  const positions = new Float32Array(await packed.arrayBuffer());
  expect(positions.length).toBe(2 * ids.length);
  expect(positions.every((value) => Math.abs(value) <= 1)).toBe(true);
  const at = new Map(ids.map((id, i) => [id, [positions[2 * i] ?? 0, positions[2 * i + 1] ?? 0] as const]));
  return { ...layout, ids, at };
}

/** The map with all pictures on it: asked again after each layout, as the window does. */
async function currentMap(client: ServiceClient, fresh = false): Promise<Points> {
  const stop = new AbortController();
  const events = await client.explore.watch(undefined, { signal: stop.signal });
  let layout = await client.explore.map.layout({ fresh });
  for await (const event of events) {
    if (event.type === 'map') layout = await client.explore.map.layout();
    if (layout.current) break;
  }
  stop.abort();
  return unpacked(layout);
}

async function colors(client: ServiceClient, { revision, ids }: Points, by: MapColoring) {
  const { categories, values } = await client.explore.map.colors({ revision, by });
  const indexes = [...new Uint16Array(await values.arrayBuffer())];
  expect(indexes.length).toBe(ids.length);
  for (const [i, { pictures }] of categories.entries()) {
    expect(indexes.filter((index) => index === i).length).toBe(pictures);
  }
  return {
    categories,
    labelOf: new Map(ids.map((id, i) => [id, categories[indexes[i] ?? NO_CATEGORY]?.label ?? null])),
  };
}

/** The share of some pictures whose nearest on the map is of their kind. */
function nearestOfKind({ at }: Points, kindOf: ReadonlyMap<number, string | null>, some: readonly number[]): number {
  const right = some.filter((id) => {
    const [x, y] = at.get(id) ?? [0, 0];
    const others = [...at]
      .filter(([other]) => other !== id)
      .map(([other, [u, v]]) => ({ other, d: Math.hypot(u - x, v - y) }));
    const nearest = others.reduce((best, one) => (one.d < best.d ? one : best));
    return kindOf.get(nearest.other) === kindOf.get(id);
  });
  return right.length / some.length;
}

test('a map is laid out, coloured, added to and kept', async () => {
  const root = await temporaryFolder();
  const [photos, library] = [join(root, 'photos'), join(root, 'library')];
  await writeKinds(photos, EACH);
  let { service, client } = await openLibrary(library);
  await indexFolders(client, photos);
  await service.settled();

  const first = await currentMap(client);
  expect(first.pictures).toBe(4 * EACH);
  expect(first.ids).toEqual([...first.ids].sort((a, b) => a - b));
  expect(await client.explore.map.layout({ fresh: true })).toMatchObject({ revision: first.revision });

  const folders = await colors(client, first, 'folder');
  expect(folders.categories.map(({ label, pictures }) => ({ label, pictures }))).toEqual(
    ['bars', 'circles', 'lines', 'rings'].map((label) => ({ label, pictures: EACH })),
  );
  expect(nearestOfKind(first, folders.labelOf, first.ids)).toBeGreaterThan(0.7);
  const clusters = await colors(client, first, 'cluster');
  const found = await client.explore.clusters();
  expect(clusters.categories.map(({ key, pictures }) => ({ key, pictures }))).toEqual(
    found.clusters.map(({ key, pictures }) => ({ key, pictures })),
  );
  const members = first.ids.slice(0, 5);
  await client.groups.create({ name: 'Five', pictures: members });
  await client.groups.create({ name: 'Two', pictures: members.slice(0, 2) });
  const groups = await colors(client, first, 'group');
  expect(groups.categories.map(({ label, pictures }) => [label, pictures])).toEqual([
    ['Five', 3],
    ['Two', 2],
  ]);
  const dates = await colors(client, first, 'date');
  expect(dates.categories.reduce((sum, { pictures }) => sum + pictures, 0)).toBe(first.pictures);
  const older = client.explore.map.colors({ revision: first.revision - 1, by: 'date' });
  await expect(older).rejects.toMatchObject({ code: 'MAP_CHANGED' });

  // twelve more, and one less
  await writeKinds(photos, EACH + 3);
  await rm(join(photos, 'bars', '0.jpg'));
  await indexFolders(client);
  await service.settled();
  const behind = await unpacked(await client.explore.map.layout());
  expect(behind).toEqual({ ...first, current: false });
  const added = await currentMap(client);
  expect(added.pictures).toBe(4 * (EACH + 3) - 1);
  expect(added.revision).not.toBe(first.revision);
  for (const id of added.ids) if (first.at.has(id)) expect(added.at.get(id)).toEqual(first.at.get(id));
  const kinds = await colors(client, added, 'folder');
  const fresh = added.ids.filter((id) => !first.at.has(id));
  expect(fresh.length).toBe(12);
  expect(nearestOfKind(added, kinds.labelOf, fresh)).toBeGreaterThan(0.6);
  await service.close();

  // it is read again as it was
  ({ service, client } = await openLibrary(library));
  expect((await currentMap(client)).at).toEqual(added.at);
  const { model } = await client.status();
  await service.close();

  const lines = jsonLines((await runCommand('map', '--json', '--library', library)).stdout);
  expect(lines.length).toBe(added.pictures);
  expect(new Set(lines.map(({ x, y }) => `${String(x)} ${String(y)}`))).toEqual(
    new Set([...added.at.values()].map(([x, y]) => `${x} ${y}`)),
  );
  expect(lines.map(({ cluster }) => cluster)).toContain('c0');

  // a damaged one is laid out anew, and comes out the same each time
  const file = join(libraryPaths(library).vectors, model.id, 'map.bin');
  const bytes = await readFile(file);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  await writeFile(file, bytes);
  ({ service, client } = await openLibrary(library));
  const anew = await currentMap(client);
  expect(anew.ids).toEqual(added.ids);
  expect(anew.at).not.toEqual(added.at);
  await service.close();
  await rm(file);
  const again = await openLibrary(library);
  expect((await currentMap(again.client)).at).toEqual(anew.at);
});

describe('a map', () => {
  test.each([0, 1, 2, 3])('of %i pictures is one', async (pictures) => {
    const library = join(await temporaryFolder(), 'library');
    if (pictures > 0) await makeLibrary(library, pictures, 2);
    const { service, client } = await openLibrary(library);
    await service.settled();
    const { at, current } = await currentMap(client);
    expect({ current, places: new Set([...at.values()].map(String)).size }).toEqual({
      current: true,
      places: pictures,
    });
  });

  test('that is being laid out can be cancelled', async () => {
    const library = join(await temporaryFolder(), 'library');
    await makeLibrary(library, 4_000, 8, { drawn: true });
    const { service, client } = await openLibrary(library);
    await service.settled();
    const layout = client.explore.map.layout();
    const job = await runningJob(client);
    expect(job).toMatchObject({ total: 4_000, canCancel: true });
    await client.jobs.cancel({ id: job.id });
    await expect(layout).rejects.toMatchObject({ code: 'MAP_CANCELLED' });
    expect((await client.jobs.ended())[0]).toMatchObject({ kind: 'map', outcome: 'cancelled' });
  });
});

async function runningJob(client: ServiceClient): Promise<Job> {
  const stop = new AbortController();
  for await (const { jobs } of await client.jobs.watch(undefined, { signal: stop.signal })) {
    const job = jobs.find(({ kind }) => kind === 'map');
    if (!job) continue;
    stop.abort();
    return job;
  }
  throw new Error('there was no such job');
}
