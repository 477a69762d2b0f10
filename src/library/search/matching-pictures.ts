import { resolve } from 'node:path';
import { ServiceError } from '../../contract/errors.ts';
import type { PictureFilter } from '../../contract/schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { FolderPart } from '../catalog/picture-filters.ts';
import { pathInside } from '../indexing/path-inside.ts';
import type { IdSet } from '../vectors/id-set.ts';

/** The pictures for which a filter holds. @throws ServiceError FOLDER_NOT_INDEXED, GROUP_UNKNOWN */
export function matchingPictures(catalog: Catalog, filter: PictureFilter): IdSet {
  if (filter.group !== undefined && catalog.labels.group(filter.group) === null) {
    throw new ServiceError('GROUP_UNKNOWN', String(filter.group));
  }
  return catalog.filters.matching(filter, filter.folder === undefined ? null : partsOf(catalog, filter.folder));
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
