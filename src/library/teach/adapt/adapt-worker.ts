/** A worker that fits and judges a head without labels: seconds of computing that no search is to wait for. Started by `adapt-library.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { PauseFlag } from '../pause-flag.ts';
import { adaptModel } from './adapt-model.ts';
import type { AdaptWorkerData } from './adapt-task.ts';

const { task, pause } = workerData as AdaptWorkerData;
const flag = new PauseFlag(pause);
const model = await adaptModel(task, () => flag.waitWhilePaused());
flag.waitWhilePaused();
parentPort?.postMessage(model);
