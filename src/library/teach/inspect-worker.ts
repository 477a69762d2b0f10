/** A worker that looks into a version, and ends: seconds of computing that no search is to wait for. Started by `inspector.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { FeatureStore } from '../catalog/feature-store.ts';
import { applyHead } from './apply-head.ts';
import { answersAmong, planeOf } from './inspect-model.ts';
import { NearestPictures } from './inspect-neighbors.ts';
import type { InspectAnswers, InspectTask } from './inspect-task.ts';
import { unpackHead } from './packed-head.ts';

type Answer = InspectAnswers[keyof InspectAnswers];
type NeighborsTask = Extract<InspectTask, { type: 'neighbors' }>;

const task = workerData as InspectTask;
const head = task.head && unpackHead(task.head);

function taught(rows: Float32Array, dimensions: number): Float32Array {
  return head ? applyHead(head.weights, rows, dimensions) : rows;
}

async function neighbors({ query, others, features, encoder, base, ceiling, k }: NeighborsTask): Promise<Answer> {
  const dimensions = query.vector.length;
  const before = new NearestPictures(query, ceiling);
  const after = new NearestPictures({ id: query.id, vector: taught(query.vector, dimensions) }, ceiling);
  const add = (id: number, vector: Float32Array): void => {
    before.add({ id, vector });
    after.add({ id, vector: taught(vector, dimensions) });
  };
  const store = new FeatureStore(features, encoder, base, true);
  for (const page of store.vectors()) for (const { mediaId, vector } of page) add(mediaId, Float32Array.from(vector));
  store.close();
  for (const [i, id] of others.ids.entries()) add(id, others.rows.subarray(i * dimensions, (i + 1) * dimensions));
  return { before: await before.ranked(k), after: await after.ranked(k) };
}

async function answer(): Promise<Answer> {
  if (task.type === 'neighbors') return await neighbors(task);
  const { rows, dimensions } = task;
  const after = taught(rows, dimensions);
  const outputs = head?.outputs ?? dimensions;
  if (task.type === 'plane') {
    const before = planeOf(rows, dimensions);
    return { before, after: planeOf(after, outputs, before) };
  }
  const before = await answersAmong(task);
  return { before, after: await answersAmong({ ...task, rows: after, dimensions: outputs }) };
}

parentPort?.postMessage(await answer());
