import { NO_CATEGORY, type MapColoring, type MapColors } from '../../../contract/explore-schemas.ts';
import { answerOfWorker } from '../../threads/answer-of-worker.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { LibraryPaths } from '../../library-folder.ts';
import type { Clusters } from '../clusters/clusters.ts';
import type { ColoringTask } from './coloring-worker.ts';
import { workerUrl } from '../../../compute/worker-url.ts';

/** Pictures of one colour. */
export interface Category {
  readonly key: string;
  readonly label: string;
  /** Media ids; what is not on the map may be among them. */
  readonly ids: readonly number[];
}

/** Points with their categories, as the contract has them. */
export interface Painted {
  readonly categories: MapColors['categories'];
  readonly values: Uint16Array<ArrayBuffer>;
}

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

/** The category of each of some pictures, of several the smallest, and how many of them each category has. */
export function paint(points: Uint32Array, all: readonly Category[]): Painted {
  const categories = all.slice(0, NO_CATEGORY);
  const byId = new Uint16Array(points.reduce((most, id) => Math.max(most, id), 0) + 1).fill(NO_CATEGORY);
  const largestFirst = [...categories.entries()].sort(([, a], [, b]) => b.ids.length - a.ids.length);
  for (const [category, { ids }] of largestFirst) for (const id of ids) byId[id] = category;
  const values = Uint16Array.from(points, (id) => byId[id] ?? NO_CATEGORY);
  const counts = new Uint32Array(NO_CATEGORY + 1);
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return {
    categories: categories.map(({ key, label }, category) => ({ key, label, pictures: counts[category] ?? 0 })),
    values,
  };
}
