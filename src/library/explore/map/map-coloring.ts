import type { MapColoring } from '../../../contract/explore-schemas.ts';
import { answerOfWorker } from '../../threads/answer-of-worker.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { LibraryPaths } from '../../library-folder.ts';
import type { Clusters } from '../clusters/clusters.ts';
import type { ColoringTask } from './coloring-worker.ts';
import { paint, type Painted } from './paint-points.ts';
import { workerUrl } from '../../../compute/worker-url.ts';

interface ColoringParts {
  readonly catalog: Catalog;
  readonly paths: Pick<LibraryPaths, 'catalog'>;
  readonly clusters: Clusters;
}

/** Colours points: see `mapColors` of the contract. What is read of every picture is read in a thread. @param points media ids */
export async function colorPoints(
  { catalog, paths, clusters }: ColoringParts,
  points: Uint32Array,
  { by, granularity }: { readonly by: MapColoring; readonly granularity: number },
): Promise<Painted> {
  switch (by) {
    case 'cluster': {
      const members = await clusters.membership(granularity);
      return paint(
        points,
        members.map(({ key, name, ids }) => ({ key, label: name ?? '', ids })),
      );
    }
    case 'group': {
      const groups = catalog.labels.labelled();
      const named = groups.map(({ id, name, members }) => ({ key: String(id), label: name, ids: members }));
      return paint(
        points,
        named.sort((a, b) => a.label.localeCompare(b.label, 'en', { numeric: true })),
      );
    }
    case 'folder':
    case 'date': {
      const task: ColoringTask = { catalog: paths.catalog, points, by };
      return answerOfWorker(workerUrl('./coloring-worker', import.meta.url), task);
    }
  }
}
