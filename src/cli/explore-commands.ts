import type { PictureCluster } from '../contract/explore-schemas.ts';
import type { SharedOptions } from './commands.ts';
import { plural } from './format.ts';
import { Output } from './output.ts';
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
    const { clusters, version, granularity: step } = await client.explore.clusters({ granularity, fresh: true });
    for (const cluster of clusters) {
      const ids = await client.explore.pictures({ granularity: step, version, key: cluster.key });
      const pictures: string[] = [];
      for (let first = 0; first < ids.length; first += AT_ONCE) {
        const part = ids.slice(first, first + AT_ONCE);
        pictures.push(...(await Promise.all(part.map(async (id) => (await client.pictures.get({ id })).path))));
      }
      const { key, named, proposedName } = cluster;
      if (shared.json)
        output.value({ cluster: key, name: named?.name ?? null, proposedName, size: ids.length, pictures });
      else output.line(`${titleOf(cluster)}  ${plural(ids.length, 'picture')}  ${pictures.slice(0, 3).join('  ')}`);
    }
    return 0;
  });
}

function titleOf({ key, named, proposedName, loose }: PictureCluster): string {
  const title = named?.name ?? (key === 'alone' ? 'Like nothing else' : (proposedName ?? `Cluster ${key.slice(1)}`));
  return loose ? `${title} (loosely related)` : title;
}
