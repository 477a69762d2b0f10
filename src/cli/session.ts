import { createRouterClient } from '@orpc/server';
import type { ServiceClient } from '../contract/contract.ts';
import { ServiceError, type ServiceErrorCode } from '../contract/errors.ts';
import type { IndexEvent, IndexSummary } from '../contract/schemas.ts';
import { openService, type Service, type ServiceOptions } from '../library/service.ts';
import type { Output } from './output.ts';

/** Exit code of a run that Ctrl-C ended: 128 + SIGINT. */
export const INTERRUPTED = 130;

/** Under npm one Ctrl-C arrives twice: from the terminal, and passed on by npm. */
const SAME_INTERRUPT_MS = 500;

/** A library opened in this process, with a client typed by the contract, as every other caller has it. */
export interface Session {
  readonly service: Service;
  readonly client: ServiceClient;
}

/** Opens the library, runs `work` and closes it again, whatever happens. */
export async function withLibrary<T>(options: ServiceOptions, work: (session: Session) => Promise<T>): Promise<T> {
  const service = await openService(options);
  for (const notice of service.notices) process.stderr.write(`${notice}\n`);
  try {
    const client: ServiceClient = createRouterClient(service.router);
    return await work({ service, client });
  } finally {
    await service.close();
  }
}

/** Wrong usage that only shows when a command runs: exit code 2, with the line that helps. */
export class UsageError extends Error {}

/** As {@link withLibrary} for reading; where there is no library yet, it is made. */
export async function withReadLibrary<T>(options: ServiceOptions, work: (session: Session) => Promise<T>): Promise<T> {
  try {
    return await withLibrary({ ...options, access: 'read' }, work);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'LIBRARY_MISSING') throw error;
    return withLibrary(options, work);
  }
}

/**
 * Calls `stop` at the first Ctrl-C, once; a second one ends the process. `release` ends the listening.
 */
export function onInterrupt(output: Output, stop: () => void): { readonly happened: boolean; release(): void } {
  let happened = false;
  const interrupt = (): void => {
    if (happened) return;
    happened = true;
    output.notice('Stopping. What is done stays done; run the same command to go on.');
    const stoppedAt = Date.now();
    process.on('SIGINT', () => {
      if (Date.now() - stoppedAt > SAME_INTERRUPT_MS) process.exit(INTERRUPTED);
    });
    stop();
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  return {
    get happened() {
      return happened;
    },
    release: () => {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    },
  };
}

export type Ending = 'done' | 'interrupted';

interface Followed<Event> {
  /** Begins to listen, until the signal. */
  readonly watch: (signal: AbortSignal) => Promise<AsyncIterable<Event>>;
  /** Called at Ctrl-C; `stop` ends the listening. */
  readonly interrupt: (stop: () => void) => void;
  /** Called with null to begin, then with each event; gives how it ended, or null while it goes on. */
  readonly step: (event: Event | null, interrupted: boolean) => Promise<Ending | null>;
}

/**
 * Begins something that goes on in the background and follows it to its end.
 *
 * @throws whatever `step` throws
 */
export async function follow<Event>(output: Output, { watch, interrupt, step }: Followed<Event>): Promise<Ending> {
  const listening = new AbortController();
  const events = await watch(listening.signal);
  const interruption = onInterrupt(output, () => interrupt(() => listening.abort()));
  try {
    let ending = await step(null, false);
    if (ending !== null) return ending;
    for await (const event of events) {
      ending = await step(event, interruption.happened);
      if (ending !== null) return ending;
    }
    return 'interrupted';
  } finally {
    interruption.release();
    output.clearBar();
    listening.abort();
  }
}

/** The error that an event tells of. */
export function errorOf({ code, message }: { readonly code: string; readonly message: string }): ServiceError {
  const error = new ServiceError(code as ServiceErrorCode, '');
  error.message = message;
  return error;
}

type Failure = Extract<IndexEvent, { type: 'failure' }>;

/**
 * Indexes folders (none: all sources), telling progress. The first Ctrl-C ends the run cleanly, a second one at once.
 *
 * @returns the run's summary; `cancelled` where it was interrupted
 */
export function runIndexing(
  session: Pick<Session, 'client'>,
  folders: readonly string[],
  output: Output,
  onFailure: (failure: Failure) => void,
): Promise<IndexSummary> {
  const start = (): Promise<void> => session.client.indexing.start(folders.length > 0 ? { folders: [...folders] } : {});
  return followRun(session, start, output, onFailure);
}

/** As {@link runIndexing}, of a run that `start` begins. */
export async function followRun(
  { client }: Pick<Session, 'client'>,
  start: () => Promise<unknown>,
  output: Output,
  onFailure: (failure: Failure) => void,
): Promise<IndexSummary> {
  const stop = new AbortController();
  const events = await client.indexing.watch(undefined, { signal: stop.signal });
  await start();
  const interruption = onInterrupt(output, () => void client.indexing.cancel());
  try {
    for await (const event of events) {
      if (event.type === 'progress') output.progress(event);
      else if (event.type === 'failure') onFailure(event);
      else return event;
    }
    throw new Error('the index run ended without a summary');
  } finally {
    interruption.release();
    output.clearBar();
    stop.abort();
  }
}

/** The exit code of a run that did not go to its end, said in one line; null for one that did. */
export function exitCodeOfStopped(summary: IndexSummary, output: Output): number | null {
  if (summary.cancelled) return INTERRUPTED;
  if (!summary.error) return null;
  output.notice(`${summary.error.code}: ${summary.error.message}`);
  return 1;
}
