/** A thread that finds communities of one graph at one resolution after another. Started by `community-thread.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { communityFinder } from './communities.ts';
import { sharedNeighborGraph, type NeighborTable } from './shared-neighbors.ts';

const find = communityFinder(sharedNeighborGraph(workerData as NeighborTable));

parentPort?.on('message', (resolution: number) => {
  const communities = find(resolution);
  parentPort?.postMessage({ resolution, communities });
});
