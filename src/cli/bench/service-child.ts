import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ServiceClient } from '../../contract/contract.ts';
import { SERVICE_ENVIRONMENT, SERVICE_FLAGS } from '../../contract/service-start.ts';
import type { MessageFromService, MessageToService, PortData } from '../../contract/process-messages.ts';

const MB = 2 ** 20;

/** The library service in a process of its own, as the window has it: what was measured before leaves nothing in it. */
export interface ServiceChild {
  readonly client: ServiceClient;
  /** Resident size of its process, MB; null where the system does not tell of other processes. */
  resident(): Promise<number | null>;
  /** Time of the processor that it has taken, in seconds; null where the system does not tell. */
  processorTime(): Promise<number | null>;
  /** Resolves when it has closed its library and ended. */
  close(): Promise<void>;
}

/** Starts the service on a library. @throws Error where it cannot open it */
export async function startServiceChild(libraryFolder: string): Promise<ServiceChild> {
  const file = import.meta.url.endsWith('.ts') ? '../../library/service-process.ts' : './service.js';
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [libraryFolder], {
    execArgv: [...SERVICE_FLAGS],
    env: { ...SERVICE_ENVIRONMENT, ...process.env },
    serialization: 'advanced',
  });
  const listeners: ((event: { data: unknown }) => void)[] = [];
  const say = (message: MessageToService): void => void child.send(message);
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message: MessageFromService) => {
      if (message.type === 'ready') resolve();
      else if (message.type === 'failed') reject(new Error(message.message));
      else if (message.type === 'data') for (const listener of listeners) listener({ data: message.data });
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the service ended with ${code}`)));
  });
  say({ type: 'connect', port: 1 });
  const port = {
    postMessage: (data: PortData) => say({ type: 'data', port: 1, data }),
    on: (event: string, listener: (event?: { data: unknown }) => void) => {
      if (event === 'message') listeners.push(listener);
    },
  };
  return {
    client: createORPCClient<ServiceClient>(new RPCLink({ port })),
    resident: () => residentOf(child),
    processorTime: () => processorTimeOf(child),
    close: async () => {
      const ended = once(child, 'exit');
      say({ type: 'close' });
      await ended;
    },
  };
}

async function residentOf({ pid }: ChildProcess): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return kilobytes === undefined ? null : (Number(kilobytes) * 1024) / MB;
}

/** Of the kernel's counts, `USER_HZ` is 100 on every system of Linux that Node runs on: man page proc(5). */
const TICKS_PER_S = 100;

async function processorTimeOf({ pid }: ChildProcess): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  // the name of the program stands in brackets and may hold anything; the 14th and 15th fields are user and system time
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}
