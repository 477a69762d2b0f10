import { resolve } from 'node:path';
import { ServiceError } from '../../contract/errors.ts';
import type { PictureFilter } from '../../contract/schemas.ts';
import { answerOfWorker } from '../threads/answer-of-worker.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { MatchingTask } from '../catalog/matching-worker.ts';
import type { FolderPart } from '../catalog/picture-filters.ts';
import { pathInside } from '../indexing/path-inside.ts';
import { IdSet } from '../vectors/id-set.ts';
import { workerUrl } from '../../compute/worker-url.ts';

/** Of so many pictures, a thread takes longer to start than to look: some 20 ms. */
const FEW = 10_000;

/**
 * The pictures for which a filter holds. In a large library a thread finds them, a tenth of a second to two of 200,000, which no search has to wait.
 *
 * @param file the catalog's
 * @throws ServiceError FOLDER_NOT_INDEXED, GROUP_UNKNOWN, CATALOG_*
 */
export async function matchingPictures(
  catalog: Catalog,
  file: string,
  { among, ...filter }: PictureFilter,
): Promise<IdSet> {
  const matching = await allMatching(catalog, file, filter);
  return among === undefined ? matching : new IdSet(catalog.moments.whole(among).filter((id) => matching.has(id)));
}

async function allMatching(catalog: Catalog, file: string, filter: Omit<PictureFilter, 'among'>): Promise<IdSet> {
  if (filter.group !== undefined && catalog.labels.group(filter.group) === null) {
    throw new ServiceError('GROUP_UNKNOWN', String(filter.group));
  }
  const folders = filter.folder === undefined ? null : partsOf(catalog, filter.folder);
  const kept = catalog.filters.kept(filter, folders);
  if (kept || catalog.lastMediaId() < FEW) return kept ?? catalog.filters.matching(filter, folders);
  const task: MatchingTask = { file, filter, folders };
  const { changes } = catalog.filters;
  const ids = await answerOfWorker<Uint32Array>(workerUrl('../catalog/matching-worker', import.meta.url), task);
  // what changed meanwhile may or may not be in it: good enough for this answer, not for the next
  return catalog.filters.changes === changes ? catalog.filters.keep(filter, folders, ids) : new IdSet(ids);
}

/** The part of a source that a folder is; or of a folder around sources, those. */
function partsOf(catalog: Catalog, folder: string): FolderPart[] {
  const path = resolve(folder);
  const parts = catalog.sources.all().flatMap((source) => {
    const inside = pathInside(source.path, path);
    if (inside !== null) return [{ sourceId: source.id, inside }];
    return pathInside(path, source.path) === null ? [] : [{ sourceId: source.id, inside: '' }];
  });
  if (parts.length === 0) throw new ServiceError('FOLDER_NOT_INDEXED', folder);
  return parts;
}
