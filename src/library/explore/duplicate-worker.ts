/** A thread that finds duplicates of a library as it is now. Started by `duplicates.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { Catalog } from '../catalog/catalog.ts';
import { FeatureStore } from '../catalog/feature-store.ts';
import type { DuplicateTask } from './duplicates.ts';
import { findDuplicates } from './find-duplicates.ts';
import { PixelReader } from './picture-pixels.ts';

sharp.concurrency(1);
sharp.cache(false);

const { catalog: file, features, thumbs, encoder, model, graph } = workerData as DuplicateTask;
const catalog = new Catalog(file, true);
const pictures = catalog.duplicates.compared();
const decided = catalog.duplicates.decided();
catalog.close();
const store = new FeatureStore(features, encoder, model, true);
const signatures = pictures.map(({ id, seconds }) => {
  const signature = seconds === null ? store.signature(id) : new Uint8Array();
  return signature.length === 0 ? null : signature;
});
store.close();
const pixels = new PixelReader(thumbs);
const sets = await findDuplicates({ pictures, signatures, graph, decided, pixelsOf: (hash) => pixels.read(hash) });
parentPort?.postMessage({ pictures: pictures.length, sets });
