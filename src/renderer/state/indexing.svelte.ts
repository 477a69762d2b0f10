import type { ServiceClient } from '../../contract/contract.ts';
import type { IndexEvent, IndexProgress, IndexSummary } from '../../contract/schemas.ts';
import { isUnseen } from '../../contract/unseen-run.ts';
import { ask } from './ask.ts';
import { problemOf } from './error-sentence.ts';
import { follow } from './follow.ts';

export interface IndexingListener {
  progress?(progress: IndexProgress): void;
  failure?(failure: Extract<IndexEvent, { type: 'failure' }>): void;
  summary?(summary: IndexSummary): void;
  /** A request was refused; the sentence says why. */
  problem?(sentence: string): void;
}

/** The index run: follows its events, and starts, pauses and cancels it. */
export class Indexing {
  progress = $state.raw<IndexProgress | null>(null);
  /** Of the last run that ended since the service started. */
  summary = $state.raw<IndexSummary | null>(null);
  readonly running = $derived(this.progress !== null && this.progress.state !== 'idle' && !isUnseen(this.progress));

  readonly #listener: IndexingListener;
  #client: ServiceClient | null = null;
  /** Sources added while a run was under way: indexed when it ends. */
  #waiting = new Set<number>();

  constructor(listener: IndexingListener) {
    this.#listener = listener;
  }

  /** Follows the events of another service from now on. Resolves when its stream is over for good. */
  connect(client: ServiceClient): Promise<void> {
    this.#client = client;
    return follow({
      open: () => client.indexing.watch({ lastRun: true }),
      take: (event) => this.#take(event),
      problem: (error) => this.#listener.problem?.(problemOf(error).sentence),
      current: () => client === this.#client,
    });
  }

  /** Stops following: the service is gone, and with it the run. */
  disconnect(): void {
    this.#client = null;
    this.progress = null;
  }

  /** Indexes some sources, or all; those asked for during a run have their turn after it. */
  async start(sourceIds?: number[]): Promise<void> {
    if (this.running && sourceIds !== undefined) {
      for (const id of sourceIds) this.#waiting.add(id);
      return;
    }
    this.summary = null;
    await this.#ask(async (client) => {
      try {
        await client.indexing.start(sourceIds === undefined ? {} : { sourceIds });
      } catch (error) {
        if (problemOf(error).code !== 'INDEXING_BUSY' || sourceIds === undefined) throw error;
        for (const id of sourceIds) this.#waiting.add(id);
      }
    });
  }

  /** Has the run read what lies in a folder before the rest. */
  prefer(folder: string): Promise<void> {
    return this.#ask((client) => client.indexing.prefer({ folder }));
  }

  pause(): Promise<void> {
    this.#show('paused');
    return this.#ask((client) => client.indexing.pause());
  }

  resume(): Promise<void> {
    this.#show('indexing');
    return this.#ask((client) => client.indexing.resume());
  }

  /** Ends the run, and forgets the sources that waited for it. */
  cancel(): Promise<void> {
    this.#waiting.clear();
    this.#show('cancelling');
    return this.#ask((client) => client.indexing.cancel());
  }

  /** Takes away the last run's line. */
  dismiss(): void {
    this.summary = null;
  }

  /** Shows at once what was asked for; the next event says what is so. */
  #show(state: IndexProgress['state']): void {
    if (this.progress !== null) this.progress = { ...this.progress, state, secondsLeft: null };
  }

  #take(event: IndexEvent): void {
    switch (event.type) {
      case 'progress':
        this.progress = event;
        this.#listener.progress?.(event);
        break;
      case 'failure':
        this.#listener.failure?.(event);
        break;
      case 'summary':
        // what changes on disk began is told by the pictures that come and go
        if (!event.quiet) this.summary = event;
        this.#listener.summary?.(event);
        void this.#startWaiting();
        break;
    }
  }

  async #startWaiting(): Promise<void> {
    if (this.#waiting.size === 0) return;
    const sourceIds = [...this.#waiting];
    this.#waiting.clear();
    await this.#ask((client) => client.indexing.start({ sourceIds }));
  }

  async #ask(request: (client: ServiceClient) => Promise<void>): Promise<void> {
    await ask(this.#client, request, this.#listener);
  }
}
