/** The training worker; as a process it ends after its second step: a driver that crashes. */
import { workerData } from 'node:worker_threads';

if (workerData === null) {
  const send = process.send?.bind(process);
  let steps = 0;
  process.send = (message: { type?: string }) => {
    if (message.type === 'step' && ++steps === 3) process.exit(9);
    return send?.(message) ?? false;
  };
}

await import('../../src/compute/training/training-worker.ts');
