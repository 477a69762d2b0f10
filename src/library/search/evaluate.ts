import { basename, dirname } from 'node:path';
import { ServiceError } from '../../contract/errors.ts';
import type { Evaluation } from '../../contract/schemas.ts';
import type { IndexParts } from '../indexing/index-run.ts';
import { picturePaths } from '../pictures.ts';
import { retrievalQuality } from './retrieval-metrics.ts';

const K = 10;

/** Up to here every query scans all vectors: 4,000² inner products of 256 values take about 15 s. Beyond, the index is asked. */
const EXACT_UP_TO = 4_000;

/**
 * Leave-one-out retrieval over the library: each labelled picture is a query against all others, and a result is right when
 * it has the same label, the name of the folder that it lies in.
 *
 * @throws ServiceError NOTHING_TO_EVALUATE where no folder holds two pictures
 */
export async function evaluateFolders({ catalog, vectors }: IndexParts, model: string): Promise<Evaluation> {
  const labels = new Map<number, string>();
  for (const id of catalog.presentMediaIds()) {
    const [path] = picturePaths(catalog, id);
    if (path !== undefined) labels.set(id, basename(dirname(path)));
  }
  const classes = new Set(labels.values()).size;
  if (classes === labels.size)
    throw new ServiceError('NOTHING_TO_EVALUATE', 'no folder of this library holds two pictures.');
  const matches: boolean[][] = [];
  for (const [id, label] of labels) {
    const query = vectors.vector(id);
    if (!query) continue;
    const { neighbors } = await vectors.search(query, K + 1, labels.size <= EXACT_UP_TO);
    const others = neighbors.filter((neighbor) => neighbor.id !== id).slice(0, K);
    matches.push(others.map((neighbor) => labels.get(neighbor.id) === label));
  }
  return { pictures: matches.length, classes, ...retrievalQuality(matches), model };
}
