/** Clusters and their names, over the real index, neighbor graph, thread and catalog. */
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { makeLibrary } from '../../src/cli/bench/generated-library.ts';
import type { ServiceClient } from '../../src/contract/contract.ts';
import type { PictureCluster, PictureClusters } from '../../src/contract/explore-schemas.ts';
import { Catalog } from '../../src/library/catalog/catalog.ts';
import { libraryPaths } from '../../src/library/library-folder.ts';
import type { Service } from '../../src/library/service.ts';
import { writeKinds } from '../fixtures/kinds.ts';
import { indexFolders, jsonLines, openLibrary, runCommand, temporaryFolder } from '../fixtures/library.ts';
import { idle, until } from '../fixtures/teaching.ts';

const folder = await mkdtemp(join(tmpdir(), 'semblance-clusters-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const KINDS = 12;
const EACH = 40;

async function open(library: string): Promise<{ service: Service; client: ServiceClient }> {
  const opened = await openLibrary(library);
  await opened.service.settled();
  return opened;
}

function picturesOf(client: ServiceClient, { granularity, version }: PictureClusters, { key }: PictureCluster) {
  return client.explore.pictures({ granularity, version, key });
}

function clusterWhere({ clusters }: PictureClusters, is: (cluster: PictureCluster) => boolean): PictureCluster {
  const cluster = clusters.find(is);
  if (!cluster) throw new Error('there is no such cluster');
  return cluster;
}

/** Names the ten largest clusters, and gives the pictures of each. */
async function nameTen(client: ServiceClient): Promise<Map<string, ReadonlySet<number>>> {
  const named = new Map<string, ReadonlySet<number>>();
  for (let i = 0; i < 10; i++) {
    const found = await client.explore.clusters({ fresh: true });
    const cluster = clusterWhere(found, ({ named: of, key }) => of === null && key !== 'alone');
    named.set(`Name ${i}`, new Set(await picturesOf(client, found, cluster)));
    await client.explore.name({ granularity: 0.5, version: found.version, key: cluster.key, name: `Name ${i}` });
  }
  return named;
}

/** Of how many clusters at least 80 % of what is left of the members bear their name; and that no name is on another one. */
async function keptNames(client: ServiceClient, named: ReadonlyMap<string, ReadonlySet<number>>, granularity = 0.5) {
  const found = await client.explore.clusters({ granularity, fresh: true });
  const all = new Set<number>();
  const shown = new Map<string, number[]>();
  for (const cluster of found.clusters) {
    const pictures = await picturesOf(client, found, cluster);
    for (const picture of pictures) all.add(picture);
    if (cluster.named) shown.set(cluster.named.name, pictures);
  }
  let kept = 0;
  for (const [name, members] of named) {
    const left = [...members].filter((picture) => all.has(picture));
    const bearing = (shown.get(name) ?? []).filter((picture) => members.has(picture));
    if (bearing.length >= 0.8 * left.length) kept++;
    for (const [other, theirs] of named) {
      if (other !== name) expect((shown.get(name) ?? []).some((picture) => theirs.has(picture))).toBe(false);
    }
  }
  return { kept, shown, found };
}

const kindOf = (id: number): number => (id - 1) % KINDS;

/** The kind that most of some pictures are of. */
function mostOf(pictures: ReadonlySet<number>): number {
  const counts = Array.from({ length: KINDS }, (_, kind) => [...pictures].filter((id) => kindOf(id) === kind).length);
  return counts.indexOf(Math.max(...counts));
}

test('ten named clusters keep their names as pictures come and go, at another step of the slider, and by a taught model', async () => {
  const root = await temporaryFolder();
  const library = join(root, 'library');
  await makeLibrary(library, KINDS * EACH, KINDS);
  let { service, client } = await open(library);
  const named = await nameTen(client);
  expect((await keptNames(client, named)).kept).toBe(10);

  // another step, and back
  expect((await keptNames(client, named, 1)).kept).toBe(10);
  expect((await keptNames(client, named, 0)).kept).toBe(10);
  expect((await keptNames(client, named)).kept).toBe(10);
  await service.close();

  // a fifth more: they join the names of their kinds
  await makeLibrary(library, (KINDS * EACH) / 5, KINDS, { first: KINDS * EACH });
  ({ service, client } = await open(library));
  const more = await keptNames(client, named);
  expect(more.kept).toBe(10);
  const joined = [...more.shown].flatMap(([name, pictures]) =>
    pictures
      .filter((id) => id > KINDS * EACH)
      .map((id) => ({ kind: kindOf(id), ofName: mostOf(named.get(name) ?? new Set()) })),
  );
  const expected = (10 / KINDS) * ((KINDS * EACH) / 5);
  expect(joined.length).toBeGreaterThan(0.8 * expected);
  expect(joined.filter(({ kind, ofName }) => kind === ofName).length).toBeGreaterThan(0.8 * joined.length);
  await service.close();

  // a fifth less
  const catalog = new Catalog(libraryPaths(library).catalog);
  const gone = Array.from({ length: (KINDS * EACH) / 5 }, (_, i) => `${5 * i}.jpg`);
  catalog.removePaths(catalog.sources.all()[0]?.id ?? 0, gone);
  catalog.close();
  ({ service, client } = await open(library));
  expect((await keptNames(client, named)).kept).toBe(10);

  // a model that was taught by some of them
  for (const kind of [0, 1, 2]) {
    const pictures = Array.from({ length: 12 }, (_, i) => kind + 1 + KINDS * (i + 2));
    await client.groups.create({ name: `Group ${kind}`, pictures });
  }
  const { model } = await until(client, 'taught', () => client.teach.start({ seed: 1 }));
  await idle(client);
  await until(client, 'swapped', () => client.models.use({ id: model }));
  await idle(client);
  await service.settled();
  expect((await client.status()).model.id).toBe(model);
  expect((await keptNames(client, named)).kept).toBe(10);
});

async function hashesOf(client: ServiceClient, name: string): Promise<string[]> {
  const found = await client.explore.clusters();
  const pictures = await picturesOf(
    client,
    found,
    clusterWhere(found, ({ named }) => named?.name === name),
  );
  return (await Promise.all(pictures.map(async (id) => (await client.pictures.get({ id })).hash))).sort();
}

describe('the names of clusters', () => {
  const photos = join(folder, 'photos');
  const kept = join(folder, 'library');

  /** Of four kinds: made once, and as it was made for each test. */
  async function smallLibrary() {
    if (!existsSync(kept)) await makeSmallLibrary();
    const library = join(await temporaryFolder(), 'library');
    await cp(kept, library, { recursive: true, preserveTimestamps: true });
    const { service, client } = await open(library);
    return { library, service, client };
  }

  async function makeSmallLibrary(): Promise<void> {
    await writeKinds(photos, 10);
    const { service, client } = await openLibrary(kept);
    await indexFolders(client, photos);
    // the neighbor graph is not made yet: it is waited for
    const { clusters } = await client.explore.clusters({ fresh: true });
    expect(clusters.find(({ key }) => key === 'alone')?.pictures ?? 0).toBeLessThan(10);
    await service.settled();
    await service.close();
  }

  test('survive a re-index from nothing', async () => {
    const { library, service, client } = await smallLibrary();
    const found = await client.explore.clusters();
    const cluster = found.clusters.find(({ key }) => key === 'c0');
    expect(cluster?.pictures).toBeGreaterThan(3);
    await client.explore.name({ granularity: 0.5, version: found.version, key: 'c0', name: 'First' });
    const before = await client.explore.clusters();
    const members = await picturesOf(
      client,
      before,
      clusterWhere(before, ({ named }) => named !== null),
    );
    await service.close();
    const paths = libraryPaths(library);
    for (const cache of [paths.features, paths.vectors, paths.thumbs])
      await rm(cache, { recursive: true, force: true });
    const again = await openLibrary(library);
    await again.client.verify({ repair: true });
    await indexFolders(again.client, photos);
    await again.service.settled();
    const after = await again.client.explore.clusters();
    const same = clusterWhere(after, ({ named }) => named?.name === 'First');
    expect(new Set(await picturesOf(again.client, after, same))).toEqual(new Set(members));
  });

  test('go into another library by content', async () => {
    const { library, client } = await smallLibrary();
    const found = await client.explore.clusters();
    await client.explore.name({ granularity: 0.5, version: found.version, key: 'c0', name: 'First' });
    const before = await client.explore.clusters();
    const first = clusterWhere(before, ({ named }) => named !== null);
    await client.explore.refuse({ id: first.named?.id ?? 0, pictures: [first.typical[0]?.id ?? 0] });
    const members = await hashesOf(client, 'First');
    const file = join(library, '..', 'made.json');
    expect(await client.library.exportTo({ path: file })).toMatchObject({ clusters: 1 });

    const other = await openLibrary(join(library, '..', 'other'));
    await indexFolders(other.client, photos);
    await other.service.settled();
    expect(await other.client.library.importFrom({ path: file })).toMatchObject({ clusters: 1, missing: 0 });
    expect(await hashesOf(other.client, 'First')).toEqual(members);
    expect(await other.client.library.importFrom({ path: file })).toMatchObject({ clusters: 0 });
    expect(await hashesOf(other.client, 'First')).toEqual(members);
  });

  test('are given, changed and taken away, each undone', async () => {
    const { client, library, service } = await smallLibrary();
    const list = async () => (await client.explore.clusters()).clusters;
    const names = async () => (await list()).flatMap(({ named }) => (named ? [named.name] : [])).sort();
    const untouched = await list();
    const { version } = await client.explore.clusters();
    const change = await client.explore.name({ granularity: 0.5, version, key: 'c0', name: 'One' });
    // what was shown before is not what there is now
    const late = { granularity: 0.5, version, key: 'c1' };
    await expect(client.explore.name({ ...late, name: 'Two' })).rejects.toMatchObject({ code: 'CLUSTERS_CHANGED' });
    await expect(client.explore.pictures(late)).rejects.toMatchObject({ code: 'CLUSTERS_CHANGED' });
    const now = await client.explore.clusters();
    const taken = client.explore.name({ granularity: 0.5, version: now.version, key: 'c0', name: 'one' });
    await expect(taken).rejects.toMatchObject({ code: 'CLUSTER_NAME_TAKEN' });
    await client.explore.name({ granularity: 0.5, version: now.version, key: 'c0', name: 'Two' });
    expect(await names()).toEqual(['One', 'Two']);

    const [one, two] = (await list()).flatMap(({ named }) => (named ? [named.id] : [])).sort((a, b) => a - b);
    const merged = await client.explore.merge({ from: two ?? 0, into: one ?? 0 });
    expect(await names()).toEqual(['One']);
    await client.explore.undo({ change: merged.change });
    expect(await names()).toEqual(['One', 'Two']);

    const found = await client.explore.clusters();
    const first = clusterWhere(found, ({ named }) => named?.id === one);
    const [typical] = await picturesOf(client, found, first);
    const refused = await client.explore.refuse({ id: one ?? 0, pictures: [typical ?? 0] });
    expect((await list()).find(({ named }) => named?.id === one)?.pictures).toBe(first.pictures - 1);
    // naming it is older than what was done with it since
    await expect(client.explore.undo({ change: change.change })).rejects.toMatchObject({ code: 'CHANGE_TOO_OLD' });
    await client.explore.undo({ change: refused.change });

    const split = await client.explore.split({ id: one ?? 0, pictures: [typical ?? 0], name: 'Part' });
    expect(await names()).toEqual(['One', 'Part', 'Two']);
    const parted = await client.explore.clusters();
    expect(
      await picturesOf(
        client,
        parted,
        clusterWhere(parted, ({ named }) => named?.name === 'Part'),
      ),
    ).toEqual([typical]);
    expect(clusterWhere(parted, ({ named }) => named?.id === one).pictures).toBe(first.pictures - 1);
    // the two lie in one community, and a person said that they are not one
    expect(parted.questions).toEqual([]);
    await client.explore.undo({ change: split.change });
    expect((await list()).find(({ named }) => named?.id === one)?.pictures).toBe(first.pictures);
    expect(await names()).toEqual(['One', 'Two']);

    await client.explore.mark({ id: two ?? 0, pinned: true });
    expect((await list())[0]?.named?.name).toBe('Two');
    await client.explore.rename({ id: two ?? 0, name: 'Second' });
    await client.explore.unname({ id: two ?? 0 });
    await client.explore.unname({ id: one ?? 0 });
    await expect(client.explore.unname({ id: one ?? 0 })).rejects.toMatchObject({ code: 'CLUSTER_UNKNOWN' });
    expect(await list()).toEqual(untouched);
    await service.close();

    const lines = jsonLines((await runCommand('clusters', '--json', '--library', library)).stdout);
    expect(lines.map(({ size }) => size)).toEqual(untouched.map(({ pictures }) => pictures));
  });
});
