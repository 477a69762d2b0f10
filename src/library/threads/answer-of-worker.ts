import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { ServiceError } from '../../contract/errors.ts';

/**
 * Starts a worker, and ends it with its first message.
 *
 * @param workerData what it is started with
 * @param signal ends it at once
 * @throws ServiceError what the worker threw; INTERNAL where it ended without an answer; the reason of the signal
 */
export async function answerOfWorker<Answer>(file: URL, workerData: unknown, signal?: AbortSignal): Promise<Answer> {
  signal?.throwIfAborted();
  const worker = new Worker(file, { workerData });
  const ended = once(worker, 'exit').then(([code]) => {
    throw new ServiceError('INTERNAL', `a worker ended with code ${code} and no answer`);
  });
  try {
    // an 'error' event of the worker rejects both
    const [answer] = (await Promise.race([once(worker, 'message', { signal }), ended])) as [Answer];
    return answer;
  } catch (cause) {
    signal?.throwIfAborted();
    throw ServiceError.from(cause);
  } finally {
    await worker.terminate();
  }
}
