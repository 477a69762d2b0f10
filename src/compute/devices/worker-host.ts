import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/**
 * Where a worker runs. A thread is cheap and takes buffers without a copy; but a thread that hangs in a driver cannot be
 * ended, and one that crashes there takes the whole service with it. So everything that touches a GPU is a process.
 */
type Isolation = 'thread' | 'process';

export interface WorkerSource {
  /** Its file; its side of the conversation is `worker-port.ts`. */
  readonly url: URL;
  /** What it is started with: cloned, so no functions; for a process no shared memory either. */
  readonly data: unknown;
  readonly isolation: Isolation;
  /** Environment of a process, over this one's. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

export interface WorkerEvents {
  readonly message: (message: unknown) => void;
  /** Once, when it is gone for whatever cause. */
  readonly ended: (reason: string) => void;
}

export interface RunningWorker {
  /** `transfer` is moved to a thread; a process gets a copy. */
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  /** Whether it keeps this process alive. */
  keepAlive(alive: boolean): void;
  /** Ends it now, whatever it does. `ended` follows, but for a thread that hangs in native code: its thread is lost. */
  kill(): void;
}

/** Starts a worker. That it could not be started is told by `ended` as well. */
export function startWorker(source: WorkerSource, events: WorkerEvents): RunningWorker {
  return source.isolation === 'thread' ? startThread(source, events) : startProcess(source, events);
}

function startThread({ url, data }: WorkerSource, events: WorkerEvents): RunningWorker {
  const worker = new Worker(url, { workerData: data });
  let reason = '';
  worker.on('message', events.message);
  worker.on('error', (error) => (reason = error instanceof Error ? error.message : String(error)));
  worker.once('exit', (code) => events.ended(reason === '' ? `a worker thread ended with code ${code}` : reason));
  return {
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    keepAlive: (alive) => (alive ? worker.ref() : worker.unref()),
    kill: () => void worker.terminate(),
  };
}

/** What is kept of what a process prints: drivers and runtimes say there what went wrong. */
const KEPT_OUTPUT = 2_000;

function startProcess({ url, data, env }: WorkerSource, events: WorkerEvents): RunningWorker {
  const child = fork(fileURLToPath(url), [], {
    // Typed arrays stay what they are.
    serialization: 'advanced',
    // No inspector port or loader of the parent's.
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, ...env },
  });
  let printed = '';
  let failure: string | null = null;
  let told = false;
  const end = (reason: string): void => {
    if (told) return;
    told = true;
    process.off('exit', kill);
    events.ended(reason);
  };
  const kill = (): void => void child.kill('SIGKILL');
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (printed = (printed + text).slice(-KEPT_OUTPUT)));
  child.on('message', events.message);
  child.on('error', (error) => {
    failure = error.message;
    kill();
    // A fork that failed has no exit.
    if (child.pid === undefined) end(failure);
  });
  child.once('exit', (code, signal) => {
    // What it printed last may still be on its way.
    setImmediate(() => end(failure ?? describeEnd(code, signal, printed)));
  });
  // One that hangs in a driver does not notice that its parent is gone.
  process.on('exit', kill);
  child.send({ type: 'start', data });
  return {
    post: (message) => {
      // Where it is gone already, `ended` says so.
      if (child.connected) child.send(message as object, () => undefined);
    },
    keepAlive: (alive) => keepAlive(child, alive),
    kill,
  };
}

function describeEnd(code: number | null, signal: string | null, printed: string): string {
  const how =
    signal === null ? `a worker process ended with code ${String(code)}` : `a worker process died of ${signal}`;
  const lines = printed.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('Node.js v'));
  const telling = lines.find((line) => /^\S*Error: /.test(line)) ?? lines.at(-1);
  return telling === undefined ? how : `${how}: ${telling.trim().slice(0, 200)}`;
}

function keepAlive(child: ChildProcess, alive: boolean): void {
  // The stream of what it prints is a socket, which holds on as the channel does.
  const printed = child.stderr as { ref?: () => void; unref?: () => void } | null;
  if (alive) {
    child.ref();
    child.channel?.ref();
    printed?.ref?.();
  } else {
    child.unref();
    child.channel?.unref();
    printed?.unref?.();
  }
}
