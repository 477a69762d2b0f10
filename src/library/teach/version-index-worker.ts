/**
 * A worker that makes the vectors, the index and the neighbor graph of a version, of the vectors of its base that are stored. It only reads
 * the database: the vectors go to the service, which is the one that writes. Started by `version-index.ts`.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { FeatureStore } from '../catalog/feature-store.ts';
import { saveGraph } from '../neighbors/graph-file.ts';
import { wholeGraph } from '../neighbors/whole-graph.ts';
import { HnswIndex } from '../vectors/hnsw-index.ts';
import { saveIndex } from '../vectors/index-files.ts';
import { applyHead } from './apply-head.ts';
import { unpackHead } from './packed-head.ts';
import { PauseFlag } from './pause-flag.ts';
import type { IndexAnswer, IndexTask } from './version-index.ts';

/** Vectors told together, and pictures between two looks at the pause. */
const BATCH = 256;

const { features, encoder, base, model, head: packed, folder, present, pause } = workerData as IndexTask;
const flag = new PauseFlag(pause);

function answer(message: IndexAnswer, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

const { weights, inputs, outputs } = unpackHead(packed);
const bases = new FeatureStore(features, encoder, base, true);
const own = new FeatureStore(features, encoder, model, true);
const total = bases.vectorIds().size;
const stored = own.vectorIds();
const index = HnswIndex.empty(outputs);
let ids: number[] = [];
let vectors: number[] = [];
let done = 0;

function tell(): void {
  const values = Float16Array.from(vectors);
  answer({ type: 'vectors', ids, vectors: values, done: done / Math.max(1, total) }, [values.buffer]);
  [ids, vectors] = [[], []];
  flag.waitWhilePaused();
}

for (const page of bases.vectors()) {
  for (const { mediaId, vector } of page) {
    const known = stored.has(mediaId) ? own.vector(mediaId) : null;
    // rounded as it is stored: the index is the same whoever builds it
    const made = known ?? Float16Array.from(applyHead(weights, Float32Array.from(vector), inputs));
    index.add(mediaId, Array.from(made));
    done++;
    if (!known) {
      ids.push(mediaId);
      vectors.push(...made);
    }
    if (done % BATCH === 0) tell();
  }
}
tell();
bases.close();
own.close();
const isPresent = new Set(present);
for (const id of index.ids()) if (!isPresent.has(id)) index.hide(id);
await saveIndex(folder, model, index);
const graph = wholeGraph(index, (lists) => {
  if (lists % BATCH !== 0) return;
  answer({ type: 'lists', done: lists / index.size });
  flag.waitWhilePaused();
});
await saveGraph(folder, model, graph);
answer({ type: 'made' });
