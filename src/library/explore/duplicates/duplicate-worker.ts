/** A thread that finds duplicates of a library as it is now. Started by `duplicates.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { Catalog } from '../../catalog/catalog.ts';
import { FeatureStore } from '../../catalog/feature-store.ts';
import { readComparedPairs, writeComparedPairs } from './compared-pairs-file.ts';
import { ComparingThreads } from './comparing-threads.ts';
import { ComparisonControl } from './comparison-control.ts';
import type { DuplicateAnswer, DuplicateTask } from './duplicates.ts';
import { findDuplicates } from './find-duplicates.ts';
import { PairComparison } from './pair-comparison.ts';
import { PixelReader } from '../comparing/picture-pixels.ts';
import { inKeepingOrder, sharePictures } from './shared-pictures.ts';

sharp.concurrency(1);
sharp.cache(false);

const task = workerData as DuplicateTask;
const { thumbs, graph, threads } = task;
const control = new ComparisonControl(task.control);
const catalog = new Catalog(task.catalog, true);
const listed = catalog.duplicates.compared();
const decided = catalog.duplicates.decided();
catalog.close();
const store = new FeatureStore(task.features, task.encoder, task.model, true);
const signatures = store.signatures();
store.close();

const pictures = inKeepingOrder(listed, (id) => signatures.get(id));
const shared = sharePictures(pictures, (id) => signatures.get(id));
signatures.clear();
const known = await readComparedPairs(task.compared);
const pixels = new PixelReader(thumbs);
const comparison = new PairComparison(shared, (hash) => pixels.read(hash));
const comparing = new ComparingThreads({ pictures: shared, thumbs }, control, threads);
const { sets, compared } = await findDuplicates(
  { pictures, shared, graph, decided, known },
  {
    all: (pairs) => comparing.compare(pairs),
    one: (first, second) => comparison.compare(first, second),
    isStopped: () => control.isStopped,
  },
);
await comparing.close();
// a cache: where the disk is full, all is compared anew the next time
if (task.keeps && compared !== null) await writeComparedPairs(task.compared, compared).catch(() => undefined);
parentPort?.postMessage({ pictures: pictures.length, sets } satisfies DuplicateAnswer);
