/** The neighbor graph in a real library: made in the background, used by every search, kept as pictures come and go. */
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import type { ServiceClient } from '../../src/contract/contract.ts';
import { FeatureStore } from '../../src/library/catalog/feature-store.ts';
import { loadGraph, saveGraph } from '../../src/library/neighbors/graph-file.ts';
import { NeighborCache } from '../../src/library/neighbors/neighbor-cache.ts';
import { IdSet } from '../../src/library/vectors/id-set.ts';
import { loadIndexOf, ModelVectors } from '../../src/library/vectors/model-vectors.ts';
import { normalize } from '../../src/library/vectors/vector-index.ts';
import { indexFolders, jsonLines, openLibrary, runCommand, temporaryFolder } from '../fixtures/library.ts';
import { mulberry32, writeDrawings } from '../fixtures/pictures.ts';

type Found = readonly { readonly path: string; readonly score: number }[];

async function similarTo(client: ServiceClient, path: string, k = 10): Promise<Found> {
  const { neighbors } = await client.search.similar({ examples: [{ kind: 'file', path }], k });
  return neighbors.map((neighbor) => ({ path: neighbor.path, score: neighbor.score }));
}

const paths = (found: Found): string[] => found.map(({ path }) => path);

test('scores rise above the plain cosines once the graph is there, and the picture itself stays first with 1', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  const [path = ''] = await writeDrawings(photos, 60);
  const library = join(folder, 'library');
  const { service, client } = await openLibrary(library);
  await indexFolders(client, photos);
  await service.settled();
  const smoothed = await similarTo(client, path, 59);
  expect(smoothed[0]).toEqual({ path, score: expect.closeTo(1, 3) as number });

  // the same again, by scanning, and from the file that a new process reads
  const example = { kind: 'file' as const, path };
  const exact = await client.search.similar({ examples: [example], k: 10, exact: true });
  expect(exact.neighbors.map((neighbor) => neighbor.path)).toEqual(paths(smoothed.slice(0, 10)));
  await service.close();
  const command = await runCommand('similar', path, '-k', '10', '--json', '--library', library);
  expect(jsonLines(command.stdout).map((line) => line['path'])).toEqual(paths(smoothed.slice(0, 10)));
  expect(jsonLines(command.stdout)[3]?.['score']).toBeCloseTo(smoothed[3]?.score ?? 0, 4);

  // who only reads makes no graph where there is none
  const vectors = join(library, 'vectors');
  for (const model of await readdir(vectors)) await rm(join(vectors, model, 'neighbors.bin'));
  const reader = await openLibrary(library, { access: 'read' });
  const plain = await similarTo(reader.client, path, 59);
  const before = new Map(plain.map((neighbor) => [neighbor.path, neighbor.score]));
  for (const neighbor of smoothed) expect(neighbor.score).toBeGreaterThan((before.get(neighbor.path) ?? -1) - 1e-5);
  expect(smoothed.some((neighbor) => neighbor.score > (before.get(neighbor.path) ?? 1) + 0.01)).toBe(true);
});

test('pictures that come and go leave the library as one that was indexed at once', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  const all = await writeDrawings(photos, 50);
  const aside = join(folder, 'aside.jpg');
  const [first = '', second = '', third = ''] = all;

  const grown = await openLibrary(join(folder, 'grown'));
  await rename(third, aside);
  await indexFolders(grown.client, photos);
  await grown.service.settled();
  await rename(aside, third);
  await rename(second, aside);
  await indexFolders(grown.client, photos);
  await grown.service.settled();
  expect(paths(await similarTo(grown.client, first, 49))).not.toContain(second);

  const fresh = await openLibrary(join(folder, 'fresh'));
  await indexFolders(fresh.client, photos);
  await fresh.service.settled();
  for (const path of [first, third, ...all.slice(40, 50)]) {
    const [a, b] = [await similarTo(grown.client, path), await similarTo(fresh.client, path)];
    expect(paths(a)).toEqual(paths(b));
    for (const [i, { score }] of a.entries()) expect(score).toBeCloseTo(b[i]?.score ?? 0, 4);
  }
});

/** Gaussian-like rows around 12 kinds, of 32 values. */
function clusteredRows(count: number) {
  const random = mulberry32(3);
  const spread = (): number => random() + random() - 1;
  const kinds = Array.from({ length: 12 }, () => Float32Array.from({ length: 32 }, spread));
  return Array.from({ length: count }, (_, i) => {
    const vector = normalize(Float32Array.from(kinds[i % 12] ?? [], (value) => value + 0.8 * spread()));
    return {
      mediaId: i + 1,
      features: new Float16Array(4),
      vector: Float16Array.from(vector),
      signature: new Uint8Array(4),
    };
  });
}

/** The graph of rows that came in steps, brought up to date after each. */
async function graphOf(folder: string, rows: ReturnType<typeof clusteredRows>, sizes: readonly number[]) {
  const store = new FeatureStore(`${folder}.sqlite`, 'encoder', 'model');
  onTestFinished(() => store.close());
  const vectors = await ModelVectors.open(store, { id: 'model', dimensions: 32 }, folder, {
    present: new IdSet(),
    stored: new IdSet(),
    index: Promise.resolve(null),
  });
  const cache = await NeighborCache.open(vectors, 'model', folder, false);
  let before = 0;
  for (const size of sizes) {
    store.put(rows.slice(before, size));
    await vectors.catchUp();
    await vectors.add(rows.slice(before, size));
    await cache.settled();
    expect(cache.lists).not.toBeNull();
    before = size;
  }
  await cache.close();
  return { cache, vectors };
}

/** What part of the neighbors in one graph are in the other, which is of the same pictures. */
function sharedPart(graph: NeighborCache, reference: NeighborCache, rows: ReturnType<typeof clusteredRows>): number {
  let same = 0;
  for (const { mediaId } of rows) {
    const expected = new Set(reference.lists?.neighbors(mediaId).map(({ id }) => id));
    expect(expected.size).toBe(20);
    same += graph.lists?.neighbors(mediaId).filter(({ id }) => expected.has(id)).length ?? 0;
  }
  return same / (20 * rows.length);
}

test('lists kept as pictures come are those of a library made at once, with an index that filled itself meanwhile', async () => {
  const folder = await temporaryFolder();
  const rows = clusteredRows(700);
  const grown = await graphOf(join(folder, 'grown'), rows, [300, 310, 420, 421, 600, 700]);
  const made = await graphOf(join(folder, 'made'), rows, [700]);
  expect(sharedPart(grown.cache, made.cache, rows)).toBeGreaterThan(0.99);
});

test('so many lists that threads make them are those that the service makes, of new pictures among others too', async () => {
  const folder = await temporaryFolder();
  const rows = clusteredRows(4_400);
  const grown = await graphOf(join(folder, 'grown'), rows, [2_200, 4_400]);
  const made = await graphOf(join(folder, 'made'), rows, [4_400]);
  expect(sharedPart(grown.cache, made.cache, rows)).toBeGreaterThan(0.99);
  // one that is only read has no threads
  const own = await NeighborCache.open(made.vectors, 'model', join(folder, 'own'), true);
  await own.settled();
  for (const { mediaId } of rows) {
    expect(made.cache.lists?.neighbors(mediaId)).toEqual(own.lists?.neighbors(mediaId));
    expect(made.cache.lists?.smoothedLength(mediaId)).toBe(own.lists?.smoothedLength(mediaId));
  }
});

test('what was not measured when the library was closed is measured once, and written', async () => {
  const folder = await temporaryFolder();
  const store = new FeatureStore(join(folder, 'features.sqlite'), 'encoder', 'model');
  onTestFinished(() => store.close());
  const random = mulberry32(5);
  const rows = Array.from({ length: 60 }, (_, i) => ({
    mediaId: i + 1,
    features: new Float16Array(4),
    vector: Float16Array.from(normalize(Float32Array.from({ length: 32 }, () => random() - 0.5))),
    signature: new Uint8Array(4),
  }));
  store.put(rows);
  const present = new IdSet(rows.map(({ mediaId }) => mediaId));
  const opened = async (): Promise<void> => {
    const model = { id: 'model', dimensions: 32 };
    const known = { present, stored: present, index: loadIndexOf(model, folder) };
    const vectors = await ModelVectors.open(store, model, folder, known);
    await vectors.catchUp();
    const cache = await NeighborCache.open(vectors, 'model', folder, false);
    await cache.settled();
    await cache.close();
  };
  await opened();
  const graph = await loadGraph(folder, 'model');
  graph?.set(7, graph.neighbors(7), rows.length);
  expect(graph?.unmeasured()).toEqual([7]);
  if (graph) await saveGraph(folder, 'model', graph);
  await opened();
  expect((await loadGraph(folder, 'model'))?.unmeasured()).toEqual([]);
});

test('a graph of pictures whose files went after it was written is taken, and brought up to date', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  const [first = '', second = ''] = await writeDrawings(photos, 30);
  const library = join(folder, 'library');
  expect((await runCommand('index', photos, '--library', library)).code).toBe(0);
  await rm(second);
  const { service, client } = await openLibrary(library);
  await indexFolders(client, photos);
  // at once, before the graph is brought up to date
  await service.close();
  const again = await openLibrary(library);
  await again.service.settled();
  const found = await similarTo(again.client, first, 29);
  expect(found).toHaveLength(29);
  expect(paths(found)).not.toContain(second);
});

test('a lost or damaged graph is made again, and searches answer meanwhile', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  const [path = ''] = await writeDrawings(photos, 40);
  const library = join(folder, 'library');
  expect((await runCommand('index', photos, '--library', library)).code).toBe(0);
  const vectors = join(library, 'vectors');
  const [model = ''] = await readdir(vectors);
  const file = join(vectors, model, 'neighbors.bin');
  const expected = jsonLines((await runCommand('similar', path, '--json', '--library', library)).stdout);

  for (const damage of [() => rm(file), () => writeFile(file, 'not a graph\n')]) {
    await damage();
    const { service, client } = await openLibrary(library);
    expect(await similarTo(client, path, 5)).toHaveLength(5);
    await service.settled();
    const after = await similarTo(client, path, 20);
    expect(paths(after)).toEqual(expected.map((line) => line['path']));
    await service.close();
  }
});

test('evaluate tells pictures of the library from pictures that are not in it', async () => {
  const folder = await temporaryFolder();
  // of each kind eight pictures: crops of one drawing, which are alike
  for (const [kind, drawn] of (await writeDrawings(join(folder, 'drawn'), 4, 1, 640, 480)).entries()) {
    const crops = join(folder, 'photos', `kind-${kind}`);
    await writeDrawings(crops, 8);
    for (const [i, name] of (await readdir(crops)).entries()) {
      const part = { left: 30 * i, top: 20 * i, width: 400, height: 320 };
      await sharp(drawn).extract(part).toFile(join(crops, name));
    }
  }
  const library = join(folder, 'library');
  const { service, client } = await openLibrary(library);
  await indexFolders(client, join(folder, 'photos'));
  const inside = await client.evaluate({});
  expect(inside).toMatchObject({ pictures: 32, classes: 4, heldOut: null });
  expect(inside.p1).toBeGreaterThan(0.8);
  const outside = await client.evaluate({ heldOut: 4 });
  expect(outside).toMatchObject({ pictures: 32, classes: 4, heldOut: 4 });
  expect(outside.p1).toBeGreaterThan(0.8);
  // fewer of a kind are left to be found
  expect(outside.p10).toBeLessThan(inside.p10);
  await service.close();
  const command = await runCommand('evaluate', '--held-out', '4', '--json', '--library', library);
  expect(jsonLines(command.stdout)).toEqual([outside]);
  expect((await runCommand('evaluate', '--held-out', '1', '--library', library)).code).toBe(2);
});
