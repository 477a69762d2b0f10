import { Worker } from 'node:worker_threads';
import { ServiceError } from '../../contract/errors.ts';
import type { Communities } from './communities.ts';
import type { NeighborTable } from './shared-neighbors.ts';

interface Answer {
  readonly resolution: number;
  readonly communities: Communities;
}

interface Waiting {
  readonly resolve: (communities: Communities) => void;
  readonly reject: (error: ServiceError) => void;
}

/** Finds communities in a thread of its own, which holds the graph: about a second a resolution at 100,000 pictures. */
export class CommunityThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #failure: ServiceError | null = null;

  /** @param table of shared memory */
  constructor(table: NeighborTable) {
    const file = import.meta.url.endsWith('.ts') ? './community-worker.ts' : './community-worker.js';
    this.#worker = new Worker(new URL(file, import.meta.url), { workerData: table });
    this.#worker.on('message', ({ resolution, communities }: Answer) => {
      this.#waiting.get(resolution)?.resolve(communities);
      this.#waiting.delete(resolution);
      if (this.#waiting.size === 0) this.#worker.unref();
    });
    this.#worker.on('error', (error) => this.#end(ServiceError.from(error)));
    this.#worker.on('exit', () => this.#end(new ServiceError('INTERNAL', 'the thread that finds clusters ended')));
    // idle it holds no process
    this.#worker.unref();
  }

  /** @throws ServiceError INTERNAL where the thread ended, as it does with {@link close} */
  find(resolution: number): Promise<Communities> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#failure);
        return;
      }
      this.#waiting.set(resolution, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage(resolution);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #end(failure: ServiceError): void {
    this.#failure ??= failure;
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}
