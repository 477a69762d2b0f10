import type { ServiceClient } from '../../contract/contract.ts';
import type { ExploreEvent } from '../../contract/explore-schemas.ts';
import { ask } from './ask.ts';
import { problemOf, type Problem } from './error-sentence.ts';
import { follow } from './follow.ts';

export interface ExploredListener {
  told?(sentence: string, undo?: () => void): void;
  problem?(sentence: string): void;
}

/** What a view of the library found: asked for when it is opened, and kept up to date while it is looked at. */
export abstract class Explored<Found> {
  found = $state.raw<Found | null>(null);
  phase = $state<'empty' | 'busy' | 'ready' | 'failed'>('empty');
  problem = $state('');

  protected readonly listener: ExploredListener;
  #client: ServiceClient | null = null;
  #asked = 0;
  #isOpen = false;

  constructor(listener: ExploredListener) {
    this.listener = listener;
  }

  /** @param fresh works it out anew where pictures have come or gone since */
  protected abstract find(client: ServiceClient, fresh: boolean): Promise<Found>;

  protected abstract take(event: ExploreEvent): void;

  /** Follows another service from now on. Resolves when its stream is over for good. */
  connect(client: ServiceClient): Promise<void> {
    this.#client = client;
    this.reload();
    return follow({
      open: () => client.explore.watch(),
      take: (event: ExploreEvent) => this.take(event),
      problem: (error) => this.listener.problem?.(problemOf(error).sentence),
      current: () => client === this.#client,
    });
  }

  disconnect(): void {
    this.#client = null;
  }

  /** @param fresh as {@link load} */
  open(fresh = true): void {
    this.#isOpen = true;
    void this.load(fresh);
  }

  close(): void {
    this.#isOpen = false;
  }

  /** Pictures have come or gone. */
  libraryChanged(): void {
    this.reload(true);
  }

  /** Files have gone or come back: what was found is shown without them. */
  filesMoved(): void {
    this.reload();
  }

  /** Asks again, where it is looked at. @param fresh as {@link load} */
  protected reload(fresh = false): void {
    if (this.#isOpen) void this.load(fresh);
  }

  /** @param fresh works it out anew where pictures have come or gone since */
  async load(fresh = false): Promise<void> {
    const client = this.#client;
    if (client === null) return;
    const asked = ++this.#asked;
    this.phase = 'busy';
    try {
      const found = await this.find(client, fresh);
      if (asked !== this.#asked) return;
      this.found = found;
      this.phase = 'ready';
    } catch (error) {
      if (asked !== this.#asked) return;
      this.problem = problemOf(error).sentence;
      this.phase = 'failed';
    }
  }

  /** As `ask`, of the service that is followed. @param refused told the code of what was refused, beside the sentence */
  protected ask<Result>(
    request: (client: ServiceClient) => Promise<Result>,
    refused?: (code: Problem['code']) => void,
  ): Promise<Result | null> {
    return ask(this.#client, request, {
      problem: (sentence, code) => {
        this.listener.problem?.(sentence);
        refused?.(code);
      },
    });
  }
}
