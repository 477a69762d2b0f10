import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { ServiceError } from '../../contract/errors.ts';
import type { SavedIndex } from '../vectors/index-files.ts';
import type { VectorNeighbor } from '../vectors/vector-index.ts';
import { workerUrl } from '../../compute/worker-url.ts';

/** What a thread is started with. */
export interface ListTask {
  readonly index: SavedIndex;
  /** Pictures whose neighbors are looked for. */
  readonly ids: Uint32Array;
  /** Neighbors found of each. */
  readonly reach: number;
}

/** What a thread tells: once that it has read the index, then the lists of its pictures, in their order, and that it is done. */
export type ListAnswer =
  | { readonly type: 'read' }
  | {
      readonly type: 'lists';
      readonly ids: Uint32Array;
      /** Of each picture, how many of the next in `neighbors` and `scores` are its own. */
      readonly counts: Uint32Array;
      readonly neighbors: Uint32Array;
      readonly scores: Float32Array;
      /** Of each picture: see `smoothedLength`. */
      readonly lengths: Float32Array;
    }
  | { readonly type: 'done' };

/** A picture's nearest others, best first, and its smoothed length by them. */
export type OnList = (id: number, neighbors: readonly VectorNeighbor[], length: number) => void;

interface ListThreadsOptions extends Omit<ListTask, 'index'> {
  /** Has the index's file kept while it is read: see `ModelVectors.letRead`. */
  readonly letRead: (read: (index: SavedIndex) => Promise<void>) => Promise<void>;
  readonly onList: OnList;
  readonly signal: AbortSignal;
}

/**
 * Two halve the time, and each holds the index and the vectors: 180 MB for 100,000 pictures of 256 values. For 300,000 and
 * more there is one, so that the largest libraries do not fill the memory.
 */
const THREADS = Math.min(2, availableParallelism());
const VALUES_OF_ONE = 300_000 * 256;

/**
 * Looks for the neighbors of pictures in threads that read the index from its file: of 100,000 pictures that is half a minute
 * of computing.
 *
 * @throws ServiceError DISK_FULL or LIBRARY_READ_ONLY where the index could not be written, INTERNAL where a thread failed; the
 *   reason of the signal
 */
export async function listInThreads({ ids, reach, letRead, onList, signal }: ListThreadsOptions): Promise<void> {
  signal.throwIfAborted();
  const workers: Worker[] = [];
  const stopped = Promise.withResolvers<never>();
  const stop = (): void => stopped.reject(signal.reason as Error);
  signal.addEventListener('abort', stop);
  const done: Promise<null>[] = [];
  try {
    await letRead(async (index) => {
      const threads = ids.length * index.dimensions > VALUES_OF_ONE ? 1 : THREADS;
      const each = Math.ceil(ids.length / threads);
      const followed = Array.from({ length: threads }, (_, i) => {
        const task: ListTask = { index, ids: ids.slice(i * each, (i + 1) * each), reach };
        const worker = new Worker(workerUrl('./list-worker', import.meta.url), { workerData: task });
        workers.push(worker);
        return followWorker(worker, onList);
      });
      done.push(...followed.map((thread) => thread.done));
      await Promise.race([Promise.all(followed.map(({ read }) => read)), stopped.promise]);
    });
    await Promise.race([Promise.all(done), stopped.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Hands on the lists of a thread. `read` and `done` reject where it fails or ends before. */
function followWorker(worker: Worker, onList: OnList): { read: Promise<null>; done: Promise<null> } {
  const read = Promise.withResolvers<null>();
  const done = Promise.withResolvers<null>();
  const fail = (cause: unknown): void => {
    for (const { promise, reject } of [read, done]) {
      // the other may not be waited for any more
      promise.catch(() => undefined);
      reject(ServiceError.from(cause));
    }
  };
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new ServiceError('INTERNAL', `a thread for neighbors ended with code ${code}`)));
  worker.on('message', (answer: ListAnswer) => {
    if (answer.type === 'read') read.resolve(null);
    else if (answer.type === 'done') done.resolve(null);
    else takeLists(answer, onList);
  });
  return { read: read.promise, done: done.promise };
}

function takeLists(answer: Extract<ListAnswer, { type: 'lists' }>, onList: OnList): void {
  let at = 0;
  for (const [i, id] of answer.ids.entries()) {
    const end = at + (answer.counts[i] ?? 0);
    const list: VectorNeighbor[] = [];
    for (; at < end; at++) list.push({ id: answer.neighbors[at] ?? 0, score: answer.scores[at] ?? 0 });
    onList(id, list, answer.lengths[i] ?? 1);
  }
}
