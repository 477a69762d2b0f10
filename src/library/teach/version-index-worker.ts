/**
 * A worker that makes the vectors, the index and the neighbor graph of a version, of the vectors of its base that are stored. It only reads
 * the database: the vectors go to the service, which is the one that writes. Started by `version-index.ts`.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { FeatureStore } from '../catalog/feature-store.ts';
import { saveGraph } from '../neighbors/graph-file.ts';
import { recentVectors, wholeGraph } from '../neighbors/whole-graph.ts';
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
/** All vectors, as stored, for the graph: 51 MB of 100,000. */
const rows = new Float16Array(total * outputs);
const rowOf = new Map<number, number>();
const stored = own.vectorIds();
const index = HnswIndex.empty(outputs);
let ids: number[] = [];
let done = 0;

function tell(): void {
  const vectors = new Float16Array(ids.length * outputs);
  for (const [i, id] of ids.entries()) vectors.set(vectorOf(id) ?? [], i * outputs);
  answer({ type: 'vectors', ids, vectors, done: done / Math.max(1, total) }, [vectors.buffer]);
  ids = [];
  flag.waitWhilePaused();
}

function vectorOf(id: number): Float16Array | null {
  const row = rowOf.get(id);
  return row === undefined ? null : rows.subarray(row * outputs, (row + 1) * outputs);
}

/** In a function, which is compiled as a whole: at the top of a module the same loop took twice as long. */
function makeVectors(): void {
  for (const page of bases.vectors()) {
    for (const { mediaId, vector } of page) {
      // indexed since it was counted
      if (done === total) return;
      const known = stored.has(mediaId) ? own.vector(mediaId) : null;
      // rounded as it is stored: the index is the same whoever builds it
      const made = known ?? new Float16Array(applyHead(weights, new Float32Array(vector), inputs));
      index.add(mediaId, made);
      rowOf.set(mediaId, done);
      rows.set(made, done * outputs);
      done++;
      if (!known) ids.push(mediaId);
      if (done % BATCH === 0) tell();
    }
  }
}

makeVectors();
tell();
bases.close();
own.close();
const isPresent = new Set(present);
for (const id of index.ids) if (!isPresent.has(id)) index.hide(id);
await saveIndex(folder, model, index);
const graph = wholeGraph({
  ids: [...index.ids].filter((id) => isPresent.has(id)),
  vectorOf: recentVectors(vectorOf),
  nearest: (vector, k) => index.searchNow(vector, k),
  onDone: (lists) => {
    if (lists % BATCH !== 0) return;
    answer({ type: 'lists', done: lists / index.size });
    flag.waitWhilePaused();
  },
});
await saveGraph(folder, model, graph);
answer({ type: 'made' });
