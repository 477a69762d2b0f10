/** The encoder's worker, but it dies over a marked batch: as often as the shared counter says, in all workers together. */
import { parentPort, workerData } from 'node:worker_threads';

const { deaths } = workerData as { deaths: Int32Array };

parentPort?.on('message', (message: { input?: Uint8Array }) => {
  if (message.input?.[0] !== 255 || Atomics.sub(deaths, 0, 1) <= 0) return;
  throw new Error('the worker was made to crash');
});

await import('../../src/compute/encode-worker.ts');
