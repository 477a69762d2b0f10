/**
 * A thread in each decode process that looks after it: a decoder in native code or WebAssembly that grows or runs without end lets nothing
 * else run on its own thread. It says why over a pipe of its own, and ends the process; the pool names the file.
 */
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { cpuSeconds, MAX_CPU_SECONDS, PIPE, type GuardedWork, type GuardVerdict } from './guarded-work.ts';

const INTERVAL_MS = 40;

const { work } = workerData as { readonly work: GuardedWork };

setInterval(() => {
  const [began = -1, mostBytes = Infinity] = work;
  if (process.memoryUsage.rss() > mostBytes) end('memory');
  if (began >= 0 && cpuSeconds() - began > MAX_CPU_SECONDS) end('time');
}, INTERVAL_MS);

function end(verdict: GuardVerdict): void {
  writeSync(PIPE, verdict);
  process.kill(process.pid, 'SIGKILL');
}
