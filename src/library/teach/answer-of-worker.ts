import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { ServiceError } from '../../contract/errors.ts';

/**
 * Starts a worker, and ends it with its first message.
 *
 * @param workerData what it is started with
 * @throws ServiceError what the worker threw
 */
export async function answerOfWorker<Answer>(file: URL, workerData: unknown): Promise<Answer> {
  const worker = new Worker(file, { workerData });
  try {
    // an 'error' event of the worker rejects it
    const [answer] = (await once(worker, 'message')) as [Answer];
    return answer;
  } catch (cause) {
    throw ServiceError.from(cause);
  } finally {
    await worker.terminate();
  }
}
