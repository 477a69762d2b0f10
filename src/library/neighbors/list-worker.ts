/** A thread that looks for the neighbors of pictures in an index that it reads from its file. Started by `list-threads.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import type { HnswIndex } from '../vectors/hnsw-index.ts';
import { IdSet } from '../vectors/id-set.ts';
import { loadIndex } from '../vectors/index-files.ts';
import type { VectorNeighbor } from '../vectors/vector-index.ts';
import type { ListAnswer, ListTask } from './list-threads.ts';
import { smoothedLength } from './smoothing.ts';
import { recentVectors } from './whole-graph.ts';

/** Pictures told of together: to take in 64 lists, each of which is offered to 64 pictures, takes the service about 5 ms. */
const BATCH = 64;

const { index: saved, ids, reach } = workerData as ListTask;

function answer(message: ListAnswer, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

/** Vectors of the index as float16, which they were stored as: the index takes 27 µs for one, and each is asked for ten times. */
function heldVectors(index: HnswIndex): (id: number) => Float16Array | null {
  const { dimensions } = index;
  const rows = new Float16Array(dimensions * index.size);
  const rowOf = new Map<number, number>();
  return (id) => {
    const known = rowOf.get(id);
    if (known !== undefined) return rows.subarray(known, known + dimensions);
    const vector = index.vector(id);
    if (!vector) return null;
    const row = dimensions * rowOf.size;
    rowOf.set(id, row);
    rows.set(vector, row);
    return rows.subarray(row, row + dimensions);
  };
}

/** Its nearest others, as near as the graph keeps them. */
function listOf(index: HnswIndex, vector: Float32Array, id: number): VectorNeighbor[] {
  const found = index.nearestOthers(id, vector, reach);
  return found.map((neighbor) => ({ id: neighbor.id, score: Math.fround(neighbor.score) }));
}

function tell(
  batch: readonly number[],
  lists: readonly (readonly VectorNeighbor[])[],
  lengths: readonly number[],
): void {
  const counts = Uint32Array.from(lists, (list) => list.length);
  const neighbors = Uint32Array.from(lists.flat(), ({ id }) => id);
  const scores = Float32Array.from(lists.flat(), ({ score }) => score);
  answer(
    { type: 'lists', ids: Uint32Array.from(batch), counts, neighbors, scores, lengths: Float32Array.from(lengths) },
    [neighbors.buffer, scores.buffer],
  );
}

/**
 * From each picture on to its nearest that has no list yet: what a search goes through is then mostly in the processor's cache from the
 * one before. In the order of ids, of planted pictures, each search took half as long again.
 */
function makeLists(index: HnswIndex): void {
  const vectorOf = recentVectors(heldVectors(index));
  const left = new IdSet(ids);
  const batch: number[] = [];
  const lists: VectorNeighbor[][] = [];
  const lengths: number[] = [];
  for (const start of ids) {
    for (let id: number | undefined = start; id !== undefined && left.delete(id);) {
      const vector = vectorOf(id);
      if (!vector) break;
      const list = listOf(index, vector, id);
      batch.push(id);
      lists.push(list);
      lengths.push(smoothedLength(vector, list, vectorOf));
      if (batch.length === BATCH) {
        tell(batch, lists, lengths);
        for (const told of [batch, lists, lengths]) told.length = 0;
      }
      id = list.find((neighbor) => left.has(neighbor.id))?.id;
    }
  }
  tell(batch, lists, lengths);
}

const index = await loadIndex(saved.folder, saved.model, saved.dimensions);
if (index === null) throw new Error(`the index of ${saved.model} cannot be read`);
answer({ type: 'read' });
makeLists(index);
answer({ type: 'done' });
