/** A worker that trains and projects on one backend of TensorFlow.js. Started by `trainer.ts`. */
import type { TrainDevice } from '../devices/device.ts';
import { workerPort } from '../devices/worker-port.ts';
import { fitHead, projectOnBackend } from './fit-head.ts';
import type { WorkerAnswer } from './asked-worker.ts';
import type { TrainingRequest, TrainingResult } from './head.ts';
import { useTrainDevice } from './train-backend.ts';

const port = await workerPort<TrainingRequest>();
await useTrainDevice((port.data as { device: TrainDevice }).device);

/** One after another; those that are cancelled while they wait are not begun. */
let turn: Promise<unknown> = Promise.resolve();
const running = new Map<number, AbortController>();

port.onMessage((request) => {
  switch (request.type) {
    case 'cancel':
      running.get(request.id)?.abort(new Error('cancelled'));
      return;
    case 'close':
      port.close();
      return;
    case 'train':
    case 'project':
      running.set(request.id, new AbortController());
      turn = turn.then(() => perform(request));
  }
});

async function perform(request: Extract<TrainingRequest, { id: number; task: unknown }>): Promise<void> {
  const { id } = request;
  const signal = running.get(id)?.signal ?? AbortSignal.abort();
  try {
    signal.throwIfAborted();
    if (request.type === 'project') answer({ type: 'projected', id, rows: await projectOnBackend(request.task) });
    else {
      const head = await fitHead(request.task, signal, (done) => answer({ type: 'step', id, done }));
      answer({ type: 'trained', id, head });
    }
  } catch (error) {
    answer({ type: 'failure', id, reason: error instanceof Error ? error.message : String(error) });
  } finally {
    running.delete(id);
  }
}

function answer(message: WorkerAnswer | TrainingResult): void {
  port.post(message);
}

answer({ type: 'ready' });
