/** The encoder's worker, which counts how many of it were started. */
import { workerData } from 'node:worker_threads';

Atomics.add((workerData as { readonly started: Int32Array }).started, 0, 1);
await import('../../src/compute/encode-worker.ts');
