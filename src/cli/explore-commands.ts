import type { ServiceClient } from '../contract/contract.ts';
import type { MapLayout, PictureCluster } from '../contract/explore-schemas.ts';
import type { JobKind } from '../contract/job-schemas.ts';
import type { SharedOptions } from './shared-options.ts';
import { plural } from './format.ts';
import { countedProgress, Output } from './output.ts';
import { withLibrary } from './session.ts';

/** Paths asked for at once. */
const AT_ONCE = 1_000;

/** What belongs together: each cluster with its pictures, the most typical first. */
export async function clustersCommand(
  shared: SharedOptions,
  { granularity }: { granularity: number },
): Promise<number> {
  const output = new Output(shared.json);
  return withLibrary({ libraryFolder: shared.library, access: 'read' }, async ({ client, service }) => {
    await service.settled();
    const {
      clusters,
      version,
      granularity: step,
    } = await client.explore.clusters({ granularity, fresh: true, words: true });
    for (const cluster of clusters) {
      const ids = await client.explore.pictures({ granularity: step, version, key: cluster.key });
      const pictures = await pathsOf(client, ids);
      const { key, named, proposedName } = cluster;
      if (shared.json)
        output.value({ cluster: key, name: named?.name ?? null, proposedName, size: ids.length, pictures });
      else output.line(`${titleOf(cluster)}  ${plural(ids.length, 'picture')}  ${pictures.slice(0, 3).join('  ')}`);
    }
    return 0;
  });
}

/** Absolute paths of pictures, in their order. */
export async function pathsOf(client: ServiceClient, ids: readonly number[]): Promise<string[]> {
  const paths: string[] = [];
  for (let first = 0; first < ids.length; first += AT_ONCE) {
    const part = ids.slice(first, first + AT_ONCE);
    paths.push(...(await Promise.all(part.map(async (id) => (await client.pictures.get({ id })).path))));
  }
  return paths;
}

function titleOf({ key, named, proposedName, loose }: PictureCluster): string {
  const title = named?.name ?? (key === 'alone' ? 'Like nothing else' : (proposedName ?? `Cluster ${key.slice(1)}`));
  return loose ? `${title} (loosely related)` : title;
}

/** Pictures that are the same, in sets, the one to keep first. */
export async function duplicatesCommand(shared: SharedOptions): Promise<number> {
  const output = new Output(shared.json);
  return withLibrary({ libraryFolder: shared.library, access: 'read' }, async ({ client, service }) => {
    await service.settled();
    const { sets } = await toldOf(client, 'duplicates', output, () => client.explore.duplicates({ fresh: true }));
    for (const [i, { kind, reason, pictures }] of sets.entries()) {
      const files = pictures.flatMap((picture, place) =>
        picture.paths.map((path, n) => ({ path, keep: place === 0 && n === 0, kind: picture.kind })),
      );
      if (shared.json) output.value({ set: i + 1, kind, reason, pictures: files });
      else {
        output.line(`${KIND_TITLES[kind]}: ${plural(files.length, 'file')}`);
        for (const { path, keep } of files) output.line(`  ${keep ? 'keep' : '    '}  ${path}`);
      }
    }
    if (!shared.json && sets.length === 0) output.line('No picture is there twice.');
    return 0;
  });
}

/** Does what is a job of the library, and tells how far it is. */
async function toldOf<Result>(
  client: ServiceClient,
  kind: JobKind,
  output: Output,
  work: () => Promise<Result>,
): Promise<Result> {
  const listening = new AbortController();
  const states = await client.jobs.watch(undefined, { signal: listening.signal });
  const telling = async (): Promise<void> => {
    for await (const { jobs } of states) {
      const job = jobs.find((one) => one.kind === kind);
      if (job && job.total > 0) output.show(job.done / job.total, `Looking ${countedProgress(job)}`);
    }
  };
  const told = telling().catch(() => undefined);
  try {
    return await work();
  } finally {
    listening.abort();
    await told;
    output.clearBar();
  }
}

const KIND_TITLES = {
  identical: 'The same bytes',
  resized: 'The same picture in other sizes or formats',
  edited: 'The same picture, edited',
  near: 'Nearly the same',
} as const;

/** Where each picture lies on the map, and which cluster it is in. */
export async function mapCommand(shared: SharedOptions): Promise<number> {
  const output = new Output(shared.json);
  return withLibrary({ libraryFolder: shared.library, access: 'read' }, async ({ client, service }) => {
    await service.settled();
    const layout = await currentMap(client);
    const { categories, values } = await client.explore.map.colors({ revision: layout.revision, by: 'cluster' });
    const { clusters } = await client.explore.clusters();
    const names = new Map(clusters.map(({ key, named }) => [key, named?.name ?? key]));
    const ids = new Int32Array(await layout.ids.arrayBuffer());
    const positions = new Float32Array(await layout.positions.arrayBuffer());
    const categoryOf = new Uint16Array(await values.arrayBuffer());
    for (let first = 0; first < ids.length; first += AT_ONCE) {
      const part = ids.subarray(first, first + AT_ONCE);
      const paths = await Promise.all(Array.from(part, async (id) => (await client.pictures.get({ id })).path));
      for (const [n, path] of paths.entries()) {
        const i = first + n;
        const [x, y] = [positions[2 * i] ?? 0, positions[2 * i + 1] ?? 0];
        const key = categories[categoryOf[i] ?? 0]?.key ?? null;
        const cluster = key === null ? null : (names.get(key) ?? key);
        if (shared.json) output.value({ path, x, y, cluster });
        else output.line(`${x.toFixed(3)}  ${y.toFixed(3)}  ${cluster ?? '-'}  ${path}`);
      }
    }
    return 0;
  });
}

/** The map with all pictures on it: what came since it was laid out is put on it first. */
async function currentMap(client: ServiceClient): Promise<MapLayout> {
  const stop = new AbortController();
  const events = await client.explore.watch(undefined, { signal: stop.signal });
  try {
    let layout = await client.explore.map.layout();
    for await (const event of events) {
      if (event.type === 'map') layout = await client.explore.map.layout();
      if (layout.current) break;
    }
    return layout;
  } finally {
    stop.abort();
  }
}
