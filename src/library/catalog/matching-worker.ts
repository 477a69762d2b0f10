/** A worker that finds the pictures for which a filter holds, and ends. Started by `search/matching-pictures.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import type { PictureFilter } from '../../contract/schemas.ts';
import { Catalog } from './catalog.ts';
import type { FolderPart } from './picture-filters.ts';

/** What it is started with: the catalog's file, and what {@link PictureFilters.matching} takes. */
export interface MatchingTask {
  readonly file: string;
  readonly filter: PictureFilter;
  readonly folders: readonly FolderPart[] | null;
}

const { file, filter, folders } = workerData as MatchingTask;
const catalog = new Catalog(file, true);
const ids = Uint32Array.from(catalog.filters.matching(filter, folders));
catalog.close();
parentPort?.postMessage(ids);
