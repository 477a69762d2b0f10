import { createRouterClient } from '@orpc/server';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { builtinModel } from '../../compute/encoder.ts';
import { loadProjection } from '../../compute/projection.ts';
import type { ServiceClient } from '../../contract/contract.ts';
import { FeatureStore } from '../../library/catalog/feature-store.ts';
import { completeRows } from '../../library/explore/map/complete-rows.ts';
import { createUmap } from '../../library/explore/map/umap.ts';
import { neighborTable } from '../../library/explore/neighbor-table.ts';
import { libraryPaths } from '../../library/library-folder.ts';
import { loadGraph } from '../../library/neighbors/graph-file.ts';
import { openService, type Service } from '../../library/service.ts';
import { createRandom } from '../../similarity/random.ts';
import type { Output } from '../output.ts';
import { makeLibrary } from './generated-library.ts';
import { median, type Report } from './measurement.ts';
import { trustworthiness } from './trustworthiness.ts';

interface PlantedLibrary {
  readonly libraryFolder: string;
  readonly size: number;
  readonly kinds: number;
}

/** Pictures that come to the map. */
const ADDED = 1_000;

/** Points whose neighbors are looked at, and how many of each. */
const SAMPLE = 2_000;
const K = 15;

/** The bars: seconds from the index, trustworthiness beside plain UMAP's, and how far the others move, in widths of the map. */
const LAYOUT_S = 60;
const TRUST = 0.9;
const MOVED = 0.01;

const BENCH = 'explore';

/**
 * The map of a large library: how long it takes from the index, how far its neighborhoods are right beside those of UMAP with its default settings on the
 * same graph, and what pictures that come later do to it.
 */
export async function benchMap(
  { libraryFolder, size, kinds }: PlantedLibrary,
  report: Report,
  output: Output,
): Promise<void> {
  const n = size.toLocaleString('en');
  // from the index: without neighbors
  await rm(join(modelFolder(libraryFolder), 'neighbors.bin'), { force: true });
  output.notice('Laying out its map.');
  await withService(libraryFolder, async (service, client) => {
    const { seconds, processor } = await timed(() => laidOut(client));
    const metric = `${n} pictures laid out, from the index, of ${LAYOUT_S} s`;
    report({ bench: BENCH, metric, value: seconds, unit: 's', reference: LAYOUT_S, ratio: seconds / LAYOUT_S });
    // the lengths of smoothed vectors are measured meanwhile, which searches need alone
    await service.settled();
    report({
      bench: BENCH,
      metric: 'the same, of the processor',
      value: processor,
      unit: 's',
      reference: null,
      ratio: null,
    });
  });
  await rm(join(modelFolder(libraryFolder), 'map.bin'), { force: true });
  const before = await withService(libraryFolder, async (_, client) => {
    const { seconds, processor, megabytes, result } = await timed(() => laidOut(client));
    for (const [metric, value, unit] of [
      ['of it the layout, from the neighbor graph', seconds, 's'],
      ['the same, of the processor', processor, 's'],
      ['memory while it is laid out, beyond before', megabytes, 'MB'],
    ] as const)
      report({ bench: BENCH, metric, value, unit, reference: null, ratio: null });
    return result;
  });
  output.notice('Comparing it with the vectors.');
  const vectors = vectorsOf(libraryFolder, before.ids);
  const plain = await plainLayout(libraryFolder, before.ids);
  const random = createRandom(1);
  const sample = random.sample([...before.ids.keys()], SAMPLE);
  const [ours = 0, reference = 0] = trustworthiness({ ...vectors, layouts: [before.positions, plain], sample, k: K });
  const trusted = { bench: BENCH, unit: '', value: ours, reference, ratio: ours / reference } as const;
  report({ ...trusted, metric: `trustworthiness@${K} beside plain UMAP, of at least ${TRUST}` });

  output.notice(`Adding ${ADDED.toLocaleString('en')} pictures.`);
  await makeLibrary(libraryFolder, ADDED, kinds, { drawn: true, first: before.ids.at(-1) ?? size });
  await withService(libraryFolder, async (service, client) => {
    await service.settled();
    const { seconds, result: after } = await timed(() => laidOut(client));
    report({
      bench: BENCH,
      metric: `${ADDED} added to the map`,
      value: seconds,
      unit: 's',
      reference: null,
      ratio: null,
    });
    const places = new Map([...before.ids.entries()].map(([i, id]) => [id, i]));
    const moves = [...after.ids.entries()].flatMap(([i, id]) => {
      const was = places.get(id);
      return was === undefined ? [] : [distance(before.positions, was, after.positions, i)];
    });
    const moved = median(moves) / 2;
    const metric = `how far the others move, in widths of the map, of ${MOVED}`;
    report({ bench: BENCH, metric, value: moved, unit: '', reference: MOVED, ratio: moved / MOVED });
    const added = [...after.ids.keys()].filter((i) => !places.has(after.ids[i] ?? 0));
    const [placed = 0] = trustworthiness({
      ...vectorsOf(libraryFolder, after.ids),
      layouts: [after.positions],
      sample: added,
      k: K,
    });
    const kept = { bench: BENCH, unit: '', value: placed, reference: ours, ratio: placed / ours } as const;
    report({ ...kept, metric: 'trustworthiness of the added, beside that of the whole map' });
  });
}

interface Points {
  readonly ids: Int32Array;
  readonly positions: Float32Array;
}

/** The map with all pictures on it. */
async function laidOut(client: ServiceClient): Promise<Points> {
  const stop = new AbortController();
  const events = await client.explore.watch(undefined, { signal: stop.signal });
  let layout = await client.explore.map.layout();
  for await (const event of events) {
    if (event.type === 'map') layout = await client.explore.map.layout();
    if (layout.current) break;
  }
  stop.abort();
  return {
    ids: new Int32Array(await layout.ids.arrayBuffer()),
    positions: new Float32Array(await layout.positions.arrayBuffer()),
  };
}

async function withService<Result>(
  libraryFolder: string,
  work: (service: Service, client: ServiceClient) => Promise<Result>,
): Promise<Result> {
  const service = await openService({ libraryFolder });
  try {
    return await work(service, createRouterClient(service.router));
  } finally {
    await service.close();
  }
}

/** Seconds by the clock and of the processor, and how much the resident memory grew at most. */
async function timed<Result>(work: () => Promise<Result>) {
  const resident = process.memoryUsage.rss();
  let most = resident;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 50);
  const [began, used] = [performance.now(), process.cpuUsage()];
  try {
    const result = await work();
    const { user, system } = process.cpuUsage(used);
    return {
      result,
      seconds: (performance.now() - began) / 1000,
      processor: (user + system) / 1e6,
      megabytes: (most - resident) / 2 ** 20,
    };
  } finally {
    clearInterval(timer);
  }
}

function modelFolder(libraryFolder: string): string {
  return join(libraryPaths(libraryFolder).vectors, loadProjection().id);
}

/** UMAP with its default settings on the graph that the map was made of. */
async function plainLayout(libraryFolder: string, ids: Int32Array): Promise<Float32Array> {
  const graph = await loadGraph(modelFolder(libraryFolder), loadProjection().id);
  if (graph === null) throw new Error('the neighbor graph was not written');
  const { table } = await neighborTable(graph, Uint32Array.from(ids));
  const { points, neighbors, distances } = completeRows(table);
  const umap = await createUmap(points.length, neighbors, distances, {});
  await umap.run();
  const { embedding } = umap;
  const positions = new Float32Array(2 * ids.length);
  for (const [row, point] of points.entries()) positions.set(embedding.subarray(2 * row, 2 * row + 2), 2 * point);
  umap.destroy();
  return positions;
}

function vectorsOf(libraryFolder: string, ids: Int32Array): { vectors: Float32Array; dimensions: number } {
  const projection = loadProjection();
  const { dimensions } = projection;
  const store = new FeatureStore(libraryPaths(libraryFolder).features, builtinModel().id, projection.id, true);
  const places = new Map([...ids.entries()].map(([i, id]) => [id, i]));
  const vectors = new Float32Array(dimensions * ids.length);
  for (const rows of store.vectors()) {
    for (const { mediaId, vector } of rows) {
      const place = places.get(mediaId);
      if (place !== undefined) vectors.set(vector, dimensions * place);
    }
  }
  store.close();
  return { vectors, dimensions };
}

function distance(a: Float32Array, i: number, b: Float32Array, j: number): number {
  return Math.hypot((a[2 * i] ?? 0) - (b[2 * j] ?? 0), (a[2 * i + 1] ?? 0) - (b[2 * j + 1] ?? 0));
}
