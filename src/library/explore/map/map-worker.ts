/** A thread that lays out the map of a library as it is now, or puts new pictures on it. Started by `picture-map.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import type { NeighborTable } from '../shared-neighbors.ts';
import { addTo, layOut, type LaidOut } from './lay-out.ts';

export interface MapTask {
  /** Over shared memory. */
  readonly table: NeighborTable;
  /** Where pictures lie, or lay; NaN of those that have no place. */
  readonly on: LaidOut;
  /** All are laid out anew; otherwise only those that have no place get one. */
  readonly isAnew: boolean;
  /** Thousandths that are done, over shared memory. */
  readonly done: Int32Array;
}

const { table, on, isAnew, done } = workerData as MapTask;
const tell = (share: number): void => void Atomics.store(done, 0, Math.round(1000 * share));
const laidOut = isAnew ? await layOut(table, on.positions, tell) : addTo(table, on, tell);
parentPort?.postMessage(laidOut);
