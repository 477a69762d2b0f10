/** A worker that makes a closed-form head and ends: 0.1 s of computing that no search is to wait for. Started by `preview.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { closedFormHead, type ClosedFormSettings, type LabelledRows } from './closed-form-head.ts';

/** What the worker is started with; a `HeadWeights` comes back. */
export interface PreviewTask {
  readonly labelled: LabelledRows;
  readonly settings: ClosedFormSettings;
}

const { labelled, settings } = workerData as PreviewTask;
parentPort?.postMessage(closedFormHead(labelled, settings));
