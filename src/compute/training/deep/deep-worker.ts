/** A worker that teaches deeply on one backend of TensorFlow.js. Started by `deep-teacher.ts`; it ends with its one task. */
import { constants, setPriority } from 'node:os';
import type { TrainDevice } from '../../devices/device.ts';
import { workerPort } from '../../devices/worker-port.ts';
import { useTrainDevice } from '../train-backend.ts';
import { DeepFit } from './deep-fit.ts';
import type { WorkerAnswer } from '../asked-worker.ts';
import type { DeepAnswer, DeepRequest } from './deep-task.ts';

// searches go first; the threads of the backend take this over
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const port = await workerPort<DeepRequest>();
await useTrainDevice((port.data as { device: TrainDevice }).device);

let fit: DeepFit | null = null;
/** One request after another. */
let turn: Promise<unknown> = Promise.resolve();
let paused = false;
let goOn = (): void => undefined;

port.onMessage((request) => {
  if (request.type === 'pause') {
    paused = request.paused;
    if (!paused) goOn();
  } else turn = turn.then(() => answerTo(request));
});

async function answerTo(request: Extract<DeepRequest, { id: number }>): Promise<void> {
  const { id } = request;
  try {
    tell(await perform(request));
  } catch (error) {
    tell({ type: 'failure', id, reason: error instanceof Error ? error.message : String(error) });
  }
}

async function perform(request: Extract<DeepRequest, { id: number }>): Promise<DeepAnswer> {
  const { id } = request;
  if (request.type === 'begin') {
    await fit?.close();
    fit = null;
    fit = await DeepFit.open(request.task);
    return { type: 'done', id };
  }
  if (fit === null) throw new Error('nothing was begun');
  switch (request.type) {
    case 'add':
      await fit.add(request.pictures);
      return { type: 'done', id };
    case 'estimate':
      return { type: 'estimated', id, estimate: await fit.estimate() };
    case 'train':
      return { type: 'taught', id, result: await fit.train(mayStep, (done) => tell({ type: 'step', id, done })) };
  }
}

/** Lets messages in, which a step on WASM does not, and holds while paused. */
async function mayStep(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  while (paused) await new Promise<void>((resolve) => (goOn = resolve));
}

function tell(answer: WorkerAnswer | DeepAnswer): void {
  port.post(answer);
}

tell({ type: 'ready' });
