import { ServiceError } from '../../contract/errors.ts';
import type { Source } from '../../contract/schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { SourceRow } from '../catalog/source-store.ts';
import { pathInside } from './path-inside.ts';
import type { PickedPaths } from '../picked-paths.ts';
import type { IndexTarget } from './plan-target.ts';
import { holdsSample, sourceState } from './presence.ts';
import { readableFolder } from './scan.ts';

/** What sources are made with. */
interface SourceParts {
  readonly catalog: Catalog;
  readonly picked: PickedPaths;
  readonly libraryFolder: string;
}

/** The source that holds `path`, and where in it. */
export function sourceHolding(catalog: Catalog, path: string): { source: SourceRow; inside: string } | null {
  for (const source of catalog.sources.all()) {
    const inside = pathInside(source.path, path);
    if (inside !== null) return { source, inside };
  }
  return null;
}

/**
 * Makes a folder a source. A folder that holds what a source held that is gone from its path is that source; a folder inside a source is a
 * part of it; a folder around sources takes them in, and their pictures keep all that is known of them.
 *
 * @param busy whether an index run is under way: then no source is taken in
 * @returns the source, and the part of it that the folder is
 * @throws ServiceError FOLDER_MISSING, FOLDER_NOT_A_FOLDER, FOLDER_UNREADABLE, FOLDER_HOLDS_LIBRARY, FOLDER_NOT_CHOSEN, INDEXING_BUSY
 */
export async function addSource(
  { catalog, picked, libraryFolder }: SourceParts,
  folder: string,
  busy = false,
): Promise<IndexTarget> {
  const real = await readableFolder(folder);
  if (pathInside(libraryFolder, real) !== null) throw new ServiceError('FOLDER_HOLDS_LIBRARY', folder);
  const holding = sourceHolding(catalog, real);
  if (holding) return { source: holding.source, start: holding.inside };
  picked.needFolder(real);
  const inner = catalog.sources.all().flatMap(({ id, path }) => {
    const prefix = pathInside(real, path);
    return prefix === null ? [] : [{ id, prefix }];
  });
  const moved = inner.length === 0 ? await offlineSourceOf(catalog, real) : null;
  if (moved) {
    catalog.sources.relocate(moved.id, real);
    return { source: { ...moved, path: real }, start: '' };
  }
  // a run holds the ids of the sources that it indexes
  if (busy && inner.length > 0) throw new ServiceError('INDEXING_BUSY', folder);
  return { source: catalog.sources.add(real, inner), start: '' };
}

/** The source that is gone from its path and whose files lie in this folder now. */
async function offlineSourceOf(catalog: Catalog, folder: string): Promise<SourceRow | null> {
  for (const source of catalog.sources.all()) {
    if ((await sourceState(catalog, source)) === 'online') continue;
    if (await holdsSample(folder, catalog.sources.sample(source.id))) return source;
  }
  return null;
}

/** How a source is watched; what watches knows it. */
export interface SourceStates {
  stateOf(id: number): Pick<Source, 'state' | 'watching'> | null;
}

/** A source as the window and the command line show it. */
export async function describeSource(
  catalog: Catalog,
  source: SourceRow,
  states: SourceStates | null,
): Promise<Source> {
  const { id, path } = source;
  const known = states?.stateOf(id) ?? { state: await sourceState(catalog, source), watching: 'none' as const };
  return { id, path, ...known, pictures: catalog.sources.pictures(id) };
}

/** The sources of these ids, or all. @throws ServiceError SOURCE_UNKNOWN */
export function indexTargets(catalog: Catalog, ids: readonly number[] | undefined): IndexTarget[] {
  const sources = catalog.sources.all();
  if (ids === undefined) return sources.map((source) => ({ source, start: '' }));
  return [...new Set(ids)].map((id) => {
    const source = sources.find((candidate) => candidate.id === id);
    if (!source) throw new ServiceError('SOURCE_UNKNOWN', String(id));
    return { source, start: '' };
  });
}

/** Targets for folders, each made a source where it lies in none. A folder inside another one named is not scanned twice. */
export async function folderTargets(parts: SourceParts, folders: readonly string[]): Promise<IndexTarget[]> {
  for (const folder of folders) await addSource(parts, folder);
  // asked again once all are there: a later folder may have taken in an earlier one
  const targets: IndexTarget[] = [];
  for (const folder of folders) targets.push(await addSource(parts, folder));
  return targets.filter((target, i) => !targets.some((other, j) => j !== i && covers(other, target, j < i)));
}

/** Whether `other` scans all that `target` does. Of two equal ones the first covers the second. */
function covers(other: IndexTarget, target: IndexTarget, isFirst: boolean): boolean {
  if (other.source.id !== target.source.id) return false;
  if (other.start === target.start) return isFirst;
  return other.start === '' || target.start.startsWith(`${other.start}/`);
}
