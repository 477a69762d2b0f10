/** A thread that colours the points of a map by what the catalog says of each picture, and ends. Started by `map-coloring.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { Catalog } from '../../catalog/catalog.ts';
import { pictureTime } from '../../catalog/picture-time.ts';
import { datePeriods } from './date-periods.ts';
import { folderParts } from './folder-parts.ts';
import { paint } from './paint-points.ts';

export interface ColoringTask {
  /** Its file. */
  readonly catalog: string;
  /** Media ids. */
  readonly points: Uint32Array;
  readonly by: 'folder' | 'date';
}

const { catalog: file, points, by } = workerData as ColoringTask;
const catalog = new Catalog(file, true);
const pictures = catalog.provenance.all();
const roots = new Map(catalog.sources.all().map(({ id, path }) => [id, path]));
catalog.close();
const categories =
  by === 'date'
    ? datePeriods(pictures.map(({ id, takenAt, mtimeMs }) => ({ id, time: pictureTime(takenAt, mtimeMs) })))
    : folderParts(pictures.map(({ id, sourceId, path }) => ({ id, root: roots.get(sourceId) ?? '', path })));
parentPort?.postMessage(paint(points, categories));
