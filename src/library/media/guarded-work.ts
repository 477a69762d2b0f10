/** What the guard of a decode process is told, shared with its thread: seconds of processor time at the beginning of the file (-1: none), and the most bytes of memory. */
export type GuardedWork = Float64Array<SharedArrayBuffer>;

/** Why a guard ended its process. */
export type GuardVerdict = 'memory' | 'time';

/** The file descriptor of a decode process over which its guard says why: behind stdio and the channel. */
export const PIPE = 4;

/** Of the processor, not of the clock: a busy machine costs no file. 268 megapixels of PNG take about 8 s on one slow core. */
export const MAX_CPU_SECONDS = 10;

/**
 * Memory of a process beyond twice the size of its file (the file, and a copy with another head). 16 megapixels of HEIC take 380 MB;
 * 64 of a WebP about as much.
 */
const MAX_BYTES = 600e6;

/** From here on a process that is done with a file is replaced: WebAssembly's memory never shrinks. */
const SPENT_BYTES = 400e6;

export function newGuardedWork(): GuardedWork {
  return new Float64Array(new SharedArrayBuffer(16)).fill(-1, 0, 1).fill(MAX_BYTES, 1);
}

/** Starts the clock for a file of this size. */
export function beginWork(work: GuardedWork, fileBytes: number): void {
  work[1] = MAX_BYTES + 2 * fileBytes;
  work[0] = cpuSeconds();
}

/** Stops it. @returns whether the process has grown so much that another should take over */
export function endWork(work: GuardedWork): boolean {
  work[0] = -1;
  if (process.memoryUsage.rss() < SPENT_BYTES) return false;
  // pictures lie outside the heap, where nothing tells the collector of their size in time
  globalThis.gc?.();
  return process.memoryUsage.rss() > SPENT_BYTES;
}

/** Processor time of this process so far, all threads. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
