/** A worker that fits and judges a head without labels: seconds of computing that no search is to wait for. Started by `adapt-library.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { adaptModel } from './adapt-model.ts';
import type { AdaptTask } from './adapt-task.ts';

parentPort?.postMessage(await adaptModel(workerData as AdaptTask));
