import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { PixelRequest } from '../../compute/encoders/pixels.ts';
import { BUILTIN_PIXELS } from '../../compute/preprocess.ts';
import { writeError } from '../library-folder.ts';
import { FileFailureError, type DecodedPicture, type DecodeReply, type DecodeRequest } from './decode-protocol.ts';
import type { PictureMetadata } from './picture-metadata.ts';
import { MAX_CPU_SECONDS, PIPE, type GuardVerdict } from './guarded-work.ts';
import { workerUrl } from '../../compute/worker-url.ts';

/** By the clock: for what waits, as for a drive that does not answer. What computes is ended by its guard, after 10 s of the processor. */
const TIMEOUT_MS = 60_000;

/**
 * How many requests a worker holds: the one it decodes and the next, so that it never waits for the service. A request that
 * waits in the worker can no longer be overtaken by a search, so not more.
 */
const DEPTH = 2;

// `Omit` over a union drops what its members do not share, so it is spread over them
type Asked = DecodeRequest extends infer R ? (R extends DecodeRequest ? Omit<R, 'id'> : never) : never;

interface Job {
  readonly asked: Asked;
  readonly urgent: boolean;
  readonly isLong: boolean;
  readonly resolve: (reply: DecodeReply) => void;
  readonly reject: (error: Error) => void;
}

interface Worker {
  readonly process: ChildProcess;
  /** In the order of being asked: the first is the one being decoded. */
  readonly jobs: Map<number, Job>;
  timer: NodeJS.Timeout | null;
  /** The request that the timer is for. */
  timed: number | null;
  /** Its first request was given up already: its death is nobody else's fault. */
  givenUp: boolean;
  /** Why its guard ended it. */
  verdict: GuardVerdict | null;
  /** Gets no more requests, and ends with the last it has. */
  spent: boolean;
}

const VERDICTS = {
  memory: ['DECODER_MEMORY', 'Decoding this file took too much memory and was given up.'],
  time: ['DECODER_TIMEOUT', `Decoding took over ${MAX_CPU_SECONDS} s of the processor and was given up.`],
} as const;

const CRASHED = ['DECODER_CRASHED', 'The decoder crashed on this file.'] as const;

type Fault = 'DECODER_TIMEOUT' | 'DECODER_CRASHED' | 'DECODER_MEMORY';

export interface DecodeOptions {
  /** How encoders want the picture; the built-in one's way where not given. */
  readonly pixels?: readonly PixelRequest[];
  readonly known?: readonly string[];
  readonly thumbsFolder?: string | null;
  /** Goes before everything that waits: a person does, for a search. */
  readonly urgent?: boolean;
  /** Takes from seconds to minutes, as the reading of a video does: nothing is put behind it, and what is urgent gets a process beside it. */
  readonly isLong?: boolean;
  /** When it is aborted, a request that waits is taken out; one that a worker has is decoded. */
  readonly signal?: AbortSignal;
}

/** Decoding in processes, one a core. A crash or a hang costs one file: the worker is replaced and the rest is sent again. */
export class DecodePool {
  readonly #size: number;
  readonly #timeoutMs: number;
  readonly #workers = new Set<Worker>();
  readonly #waiting: Job[] = [];
  #nextId = 1;
  #closed = false;

  constructor(size = availableParallelism(), timeoutMs = TIMEOUT_MS) {
    this.#size = Math.max(1, size);
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Reads and decodes one picture, or gives `known` where its content is one of `options.known`.
   *
   * @throws FileFailureError where the file is at fault; ServiceError DISK_FULL or LIBRARY_READ_ONLY where the thumbnail
   *   could not be written; the signal's reason where it was taken out
   */
  async decode(
    from: { readonly path: string } | { readonly bytes: Uint8Array },
    options: DecodeOptions = {},
  ): Promise<DecodedPicture | { readonly known: string }> {
    const { known = [], thumbsFolder = null, pixels = [BUILTIN_PIXELS] } = options;
    const reply = await this.#ask({ type: 'decode', from, known, thumbsFolder, pixels }, options);
    if (reply.type === 'known') return { known: reply.hash };
    if (reply.type === 'decoded') return reply.picture;
    throw new Error(`a decode worker answered ${reply.type}`);
  }

  /** A known picture as it is asked for, and the hash of what was read. @throws FileFailureError */
  async pixels(
    path: string,
    pixels: PixelRequest,
    options: Pick<DecodeOptions, 'urgent'> = {},
  ): Promise<{ readonly hash: string; readonly pixels: Uint8Array }> {
    const reply = await this.#ask({ type: 'pixels', path, pixels }, options);
    if (reply.type === 'pixels') return { hash: reply.hash, pixels: reply.pixels };
    throw new Error(`a decode worker answered ${reply.type}`);
  }

  /** What a sidecar or a picture says of itself, without decoding it. @throws FileFailureError */
  async metadata(path: string): Promise<PictureMetadata> {
    const reply = await this.#ask({ type: 'metadata', path });
    if (reply.type === 'metadata') return reply.metadata;
    throw new Error(`a decode worker answered ${reply.type}`);
  }

  /** The pixels of one encoder at a moment of a video, in seconds from the start. @throws FileFailureError */
  async moment(path: string, at: number, pixels: PixelRequest): Promise<Uint8Array> {
    const reply = await this.#ask({ type: 'moment', path, at, pixels });
    if (reply.type === 'moment') return reply.pixels;
    throw new Error(`a decode worker answered ${reply.type}`);
  }

  /** Renders a picture file into a WebP at `target`, at most `side` pixels a side. Errors as {@link decode}. */
  async render(path: string, target: string, side: number): Promise<void> {
    await this.#ask({ type: 'render', path, target, side }, { urgent: true });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const workers = [...this.#workers];
    await Promise.all(workers.map((worker) => this.#stop(worker)));
    // of what a process was at, too: it tells no `close` where it is disconnected from
    const left = [...this.#waiting.splice(0), ...workers.flatMap(({ jobs }) => [...jobs.values()])];
    for (const job of left) job.reject(new Error('the decode pool was closed'));
  }

  async #ask(
    asked: Asked,
    { urgent = false, isLong = false, signal }: Pick<DecodeOptions, 'urgent' | 'isLong' | 'signal'> = {},
  ): Promise<DecodeReply> {
    if (this.#closed) throw new Error('the decode pool is closed');
    signal?.throwIfAborted();
    let withdraw: () => void = () => undefined;
    const answer = new Promise<DecodeReply>((resolve, reject) => {
      const job: Job = { asked, urgent, isLong, resolve, reject };
      withdraw = () => {
        const at = this.#waiting.indexOf(job);
        if (at < 0) return;
        this.#waiting.splice(at, 1);
        reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      if (urgent) this.#waiting.unshift(job);
      else this.#waiting.push(job);
    });
    this.#dispatch();
    signal?.addEventListener('abort', withdraw, { once: true });
    // a run has one signal for all of its pictures
    const reply = await answer.finally(() => signal?.removeEventListener('abort', withdraw));
    if (reply.type === 'failed') throw new FileFailureError(reply.code, reply.message);
    if (reply.type === 'disk') throw writeError(reply);
    return reply;
  }

  #dispatch(): void {
    while (this.#waiting.length > 0 && !this.#closed) {
      const [job] = this.#waiting;
      const worker = job && (this.#leastBusy() ?? this.#beside(job));
      if (!job || !worker) return;
      this.#waiting.shift();
      const id = this.#nextId++;
      worker.jobs.set(id, job);
      if (worker.jobs.size === 1) this.#watch(worker);
      worker.process.send({ ...job.asked, id }, (error) => {
        // the exit handler sends the worker's requests elsewhere
        if (error) worker.process.kill('SIGKILL');
      });
    }
  }

  #leastBusy(): Worker | null {
    let best: Worker | null = null;
    for (const worker of this.#workers) {
      const isFree = !worker.spent && !hasLong(worker);
      if (isFree && worker.jobs.size < (best?.jobs.size ?? DEPTH)) best = worker;
    }
    if (best?.jobs.size === 0 || this.#workers.size >= this.#size) return best;
    return this.#start();
  }

  /** Another process for a job that a person waits for, where all are at something long. It ends with that job. */
  #beside(job: Job): Worker | null {
    if (!job.urgent || this.#workers.size > this.#size || ![...this.#workers].every(hasLong)) return null;
    const worker = this.#start();
    worker.spent = true;
    return worker;
  }

  #start(): Worker {
    const child = fork(fileURLToPath(workerUrl('./decode-worker', import.meta.url)), [], {
      serialization: 'advanced',
      // no inspector port or loader of the parent, and nothing on the terminal but real trouble
      execArgv: [
        '--disable-warning=ExperimentalWarning',
        '--max-semi-space-size=4',
        '--expose-gc',
        '--no-memory-protection-keys',
      ],
      // glibc keeps what libvips' threads free in an arena of each: a process took 200 MB after 20,000 pictures, with this 110
      env: { MALLOC_ARENA_MAX: '2', ...process.env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc', 'pipe'],
    });
    const worker: Worker = {
      process: child,
      jobs: new Map(),
      timer: null,
      timed: null,
      givenUp: false,
      verdict: null,
      spent: false,
    };
    this.#workers.add(worker);
    child.on('message', (reply: DecodeReply) => this.#settle(worker, reply));
    // a fork that failed has no exit: the machine is out of processes or memory
    child.on('error', () => {
      child.kill('SIGKILL');
      this.#lost(worker);
    });
    child.stdio[PIPE]?.on(
      'data',
      (said: Buffer) => (worker.verdict = said.toString() === 'memory' ? 'memory' : 'time'),
    );
    // after the last word of its guard
    child.once('close', () => this.#lost(worker));
    // of a process that was disconnected from, Node tells no `close`: its place would never be free
    child.once('exit', () => worker.jobs.size === 0 && this.#lost(worker));
    return worker;
  }

  #settle(worker: Worker, reply: DecodeReply): void {
    if (reply.type === 'reading') {
      // the drive answers: the clock starts anew
      worker.timed = null;
      this.#watch(worker);
      return;
    }
    worker.jobs.get(reply.id)?.resolve(reply);
    worker.jobs.delete(reply.id);
    worker.spent ||= reply.spent === true;
    if (worker.spent && worker.jobs.size === 0 && worker.process.connected) worker.process.disconnect();
    this.#watch(worker);
    this.#dispatch();
  }

  /** Starts the clock for the request that is being decoded now. */
  #watch(worker: Worker): void {
    const first = worker.jobs.keys().next().value ?? null;
    if (first === worker.timed) return;
    if (worker.timer) clearTimeout(worker.timer);
    worker.timed = first;
    worker.timer = null;
    if (first === null) return;
    worker.timer = setTimeout(() => {
      worker.givenUp = true;
      this.#failFirst(worker, 'DECODER_TIMEOUT', `Decoding took over ${this.#timeoutMs / 1000} s and was given up.`);
      worker.process.kill('SIGKILL');
    }, this.#timeoutMs);
  }

  /** The worker died: the request being decoded is the cause, those behind it are sent again. */
  #lost(worker: Worker): void {
    if (!this.#workers.delete(worker)) return;
    if (worker.timer) clearTimeout(worker.timer);
    const [code, message] = worker.verdict ? VERDICTS[worker.verdict] : CRASHED;
    if (!worker.givenUp) this.#failFirst(worker, code, message);
    this.#waiting.unshift(...worker.jobs.values());
    worker.jobs.clear();
    this.#dispatch();
  }

  #failFirst(worker: Worker, code: Fault, message: string): void {
    const first = worker.jobs.entries().next().value;
    if (!first) return;
    const [id, job] = first;
    worker.jobs.delete(id);
    job.reject(new FileFailureError(code, message));
  }

  async #stop(worker: Worker): Promise<void> {
    const { process: child } = worker;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    if (child.connected) child.disconnect();
    else child.kill('SIGKILL');
    await exited;
  }
}

function hasLong({ jobs }: Worker): boolean {
  for (const { isLong } of jobs.values()) if (isLong) return true;
  return false;
}
