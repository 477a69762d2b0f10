import { Worker } from 'node:worker_threads';
import { ServiceError } from '../../contract/errors.ts';
import type { PauseFlag } from './pause-flag.ts';
import type { TaughtModel, TeachAnswer, TeachStep, TeachTask, TuningDivision } from './teach-task.ts';
import { workerUrl } from '../../compute/worker-url.ts';

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
export async function runTeaching(task: TeachTask, options: TeachRunOptions): Promise<TaughtModel> {
  const answer = await inWorker(task, false, options);
  if (answer.type !== 'taught') throw new ServiceError('INTERNAL', `the teaching worker answered ${answer.type}`);
  return answer.model;
}

/** Divides the labelled pictures for a tuning, in such a thread. Throws as {@link runTeaching}. */
export async function divideInWorker(
  task: TeachTask,
  options: Omit<TeachRunOptions, 'onStep'>,
): Promise<TuningDivision> {
  const answer = await inWorker(task, true, { ...options, onStep: () => undefined });
  if (answer.type !== 'divided') throw new ServiceError('INTERNAL', `the teaching worker answered ${answer.type}`);
  return answer.division;
}

type Done = Extract<TeachAnswer, { type: 'taught' | 'divided' }>;

async function inWorker(task: TeachTask, divide: boolean, { pause, onStep, signal }: TeachRunOptions): Promise<Done> {
  signal.throwIfAborted();
  const worker = new Worker(workerUrl('./teach-worker', import.meta.url), {
    workerData: { task, divide, pause: pause.buffer },
  });
  try {
    return await new Promise<Done>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      worker.on('message', (message: TeachAnswer) => {
        if (message.type === 'step') onStep(message.step);
        else if (message.type === 'taught' || message.type === 'divided') resolve(message);
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
