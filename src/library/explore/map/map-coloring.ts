import { setImmediate as letOthersRun } from 'node:timers/promises';
import { NO_CATEGORY, type MapColoring, type MapColors } from '../../../contract/explore-schemas.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { pictureTime } from '../../catalog/picture-time.ts';
import type { Provenance } from '../../catalog/provenance-store.ts';
import type { Clusters } from '../clusters.ts';
import { datePeriods } from './date-periods.ts';
import { folderParts } from './folder-parts.ts';

/** Categories, and which pictures are in which: those that are in none are in no list. */
export interface Coloring {
  readonly categories: readonly { readonly key: string; readonly label: string }[];
  /** By media id, an index of a category. */
  readonly categoryOf: ReadonlyMap<number, number>;
}

interface ColoringParts {
  readonly catalog: Catalog;
  readonly clusters: Clusters;
}

/** Pictures that are read between two looks at the event loop: about 3 ms. */
const READ_AT_ONCE = 1_000;

/** What pictures are coloured by: see `mapColors` of the contract. */
export async function coloringBy(
  { catalog, clusters }: ColoringParts,
  by: MapColoring,
  granularity: number,
): Promise<Coloring> {
  switch (by) {
    case 'cluster': {
      const members = await clusters.membership(granularity);
      return listed(members.map(({ key, name, ids }) => ({ key, label: name ?? '', ids })));
    }
    case 'group':
      return byGroup(catalog);
    case 'folder':
      return byFolder(catalog, await provenances(catalog));
    case 'date': {
      const found = await provenances(catalog);
      return datePeriods(new Map(found.map(({ id, takenAt, mtimeMs }) => [id, pictureTime(takenAt, mtimeMs)])));
    }
  }
}

interface ListedCategory {
  readonly key: string;
  readonly label: string;
  readonly ids: readonly number[];
}

function listed(lists: readonly ListedCategory[]): Coloring {
  const categoryOf = new Map<number, number>();
  for (const [category, { ids }] of lists.entries()) for (const id of ids) categoryOf.set(id, category);
  return { categories: lists.map(({ key, label }) => ({ key, label })), categoryOf };
}

/** Of several groups the smallest says most of a picture. */
function byGroup(catalog: Catalog): Coloring {
  const groups = catalog.labels
    .labelled()
    .map(({ id, name, members }) => ({ key: String(id), label: name, ids: members }))
    .sort((a, b) => a.label.localeCompare(b.label, 'en', { numeric: true }));
  const categoryOf = new Map<number, number>();
  const largestFirst = [...groups.entries()].sort(([, a], [, b]) => b.ids.length - a.ids.length);
  for (const [category, { ids }] of largestFirst) for (const id of ids) categoryOf.set(id, category);
  return { categories: listed(groups).categories, categoryOf };
}

function byFolder(catalog: Catalog, found: readonly Provenance[]): Coloring {
  const roots = new Map(catalog.sources.all().map(({ id, path }) => [id, path]));
  return folderParts(found.map(({ id, sourceId, path }) => ({ id, root: roots.get(sourceId) ?? '', path })));
}

async function provenances(catalog: Catalog): Promise<Provenance[]> {
  const all: Provenance[] = [];
  for (;;) {
    const part = catalog.provenance.after(all.at(-1)?.id ?? 0, READ_AT_ONCE);
    if (part.length === 0) return all;
    for (const one of part) all.push(one);
    await letOthersRun();
  }
}

/** The category of each of some pictures, and how many of them each category has. */
export function paint(
  ids: Uint32Array,
  { categories, categoryOf }: Coloring,
): { readonly categories: MapColors['categories']; readonly values: Uint16Array<ArrayBuffer> } {
  const values = Uint16Array.from(ids, (id) => Math.min(NO_CATEGORY, categoryOf.get(id) ?? NO_CATEGORY));
  const counts = new Uint32Array(NO_CATEGORY + 1);
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  const counted = categories
    .slice(0, NO_CATEGORY)
    .map(({ key, label }, category) => ({ key, label, pictures: counts[category] ?? 0 }));
  return { categories: counted, values };
}
