import { Worker } from 'node:worker_threads';
import { ServiceError } from '../../contract/errors.ts';
import type { PauseFlag } from './pause-flag.ts';
import type { TaughtModel, TeachAnswer, TeachStep, TeachTask } from './teach-task.ts';

interface TeachRunOptions {
  readonly pause: PauseFlag;
  readonly onStep: (step: TeachStep) => void;
  /** Ends the worker at once. */
  readonly signal: AbortSignal;
}

/**
 * Teaches in a thread of its own.
 *
 * @throws ServiceError TEACHING_IMPOSSIBLE, INTERNAL where the worker failed; the reason of the signal
 */
export async function runTeaching(task: TeachTask, { pause, onStep, signal }: TeachRunOptions): Promise<TaughtModel> {
  signal.throwIfAborted();
  const worker = new Worker(workerUrl(), { workerData: { task, pause: pause.buffer } });
  try {
    return await new Promise<TaughtModel>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      worker.on('message', (message: TeachAnswer) => {
        if (message.type === 'step') onStep(message.step);
        else if (message.type === 'taught') resolve(message.model);
        else if (message.type === 'problem') reject(new ServiceError('TEACHING_IMPOSSIBLE', message.sentence));
        else reject(new ServiceError('INTERNAL', message.reason));
      });
      worker.once('error', (cause) => reject(ServiceError.from(cause)));
      worker.once('exit', (code) =>
        reject(new ServiceError('INTERNAL', `the teaching worker ended with code ${code}`)),
      );
    });
  } finally {
    // one that is held by the flag could not be ended
    pause.set(false);
    await worker.terminate();
  }
}

function workerUrl(): URL {
  const file = import.meta.url.endsWith('.ts') ? './teach-worker.ts' : './teach-worker.js';
  return new URL(file, import.meta.url);
}
