import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { ServiceError } from '../../contract/errors.ts';
import { FeatureStore } from '../catalog/feature-store.ts';
import type { LibraryPaths } from '../library-folder.ts';
import { PauseFlag } from './pause-flag.ts';
import { workerUrl } from '../../compute/worker-url.ts';

/** What the worker is started with. */
export interface IndexTask {
  /** `features.sqlite`. */
  readonly features: string;
  readonly encoder: string;
  /** The projection whose vectors the head takes. */
  readonly base: string;
  readonly model: string;
  /** See `packHead`. */
  readonly head: Uint8Array;
  /** Where index and graph of this version go. */
  readonly folder: string;
  /** Pictures that a search can find: the others are in the index, hidden. */
  readonly present: readonly number[];
  readonly pause: SharedArrayBuffer;
}

/** What the worker tells: vectors as they are made, row after row in the order of `ids`; `done` is 0–1 of each part. */
export type IndexAnswer =
  | {
      readonly type: 'vectors';
      readonly ids: readonly number[];
      readonly vectors: Float16Array<ArrayBuffer>;
      readonly done: number;
    }
  | { readonly type: 'lists'; readonly done: number }
  | { readonly type: 'made' };

interface VersionIndexOptions {
  readonly signal: AbortSignal;
  /** Whether something goes first: asked some times a second. */
  readonly isHeld: () => boolean;
  /** @param done 0–1 */
  readonly onProgress: (done: number) => void;
}

const LOOK_MS = 100;

/** Share of the time that vectors and index take; the rest is the graph's. */
const INDEXING = 0.7;

/**
 * Makes the vectors, the index and the neighbor graph of a version in a thread of its own: of 100,000 pictures they are 75 s of
 * computing. What has no vector of the base stored, and what is indexed meanwhile, is left to whoever opens the version next.
 *
 * @throws ServiceError DISK_FULL, CATALOG_*, INTERNAL where the worker failed; the reason of the signal
 */
export async function makeVersionIndex(
  paths: LibraryPaths,
  task: Omit<IndexTask, 'features' | 'folder' | 'pause'>,
  { signal, isHeld, onProgress }: VersionIndexOptions,
): Promise<void> {
  signal.throwIfAborted();
  const pause = new PauseFlag();
  const store = new FeatureStore(paths.features, task.encoder, task.model);
  const workerData: IndexTask = {
    ...task,
    features: paths.features,
    folder: join(paths.vectors, task.model),
    pause: pause.buffer,
  };
  const worker = new Worker(workerUrl('./version-index-worker', import.meta.url), { workerData });
  const ended = new AbortController();
  try {
    void hold(pause, isHeld, ended.signal);
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      worker.on('message', (message: IndexAnswer) => {
        if (message.type === 'made') resolve();
        else if (message.type === 'lists') onProgress(INDEXING + (1 - INDEXING) * message.done);
        else {
          try {
            store.putVectors(rowsOf(message));
            onProgress(INDEXING * message.done);
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        }
      });
      worker.once('error', (cause) => reject(ServiceError.from(cause)));
      worker.once('exit', (code) => reject(new ServiceError('INTERNAL', `the index worker ended with code ${code}`)));
    });
  } finally {
    ended.abort();
    // one that is held by the flag could not be ended
    pause.set(false);
    await worker.terminate();
    store.close();
  }
}

function rowsOf({ ids, vectors }: Extract<IndexAnswer, { type: 'vectors' }>) {
  const size = vectors.length / Math.max(1, ids.length);
  return ids.map((mediaId, i) => ({ mediaId, vector: vectors.slice(i * size, (i + 1) * size) }));
}

async function hold(pause: PauseFlag, isHeld: () => boolean, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    pause.set(isHeld());
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}
