/** A worker's side of `worker-host.ts`: the same for a thread and for a process. */
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';

export interface WorkerPort<Received> {
  /** What it was started with. */
  readonly data: unknown;
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: Received) => void): void;
  /** Hears no more, so that the worker ends when it has nothing left to do. */
  close(): void;
}

/** The port of this worker. For workers alone: anything else waits here for ever. */
export async function workerPort<Received>(): Promise<WorkerPort<Received>> {
  const thread = parentPort;
  if (thread !== null) {
    return {
      data: workerData as unknown,
      post: (message, transfer = []) => thread.postMessage(message, [...transfer]),
      onMessage: (listener) => void thread.on('message', listener),
      close: () => thread.close(),
    };
  }
  const [start] = (await once(process, 'message')) as [{ data: unknown }];
  // Ctrl-C in a terminal reaches the whole group: the service decides when its workers end.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(0));
  return {
    data: start.data,
    post: (message) => void process.send?.(message),
    onMessage: (listener) => void process.on('message', listener),
    close: () => process.exit(0),
  };
}
