import type { ServiceClient } from '../../contract/contract.ts';
import type { DuplicateDecision, Duplicates, DuplicateSet, ExploreEvent } from '../../contract/explore-schemas.ts';
import { problemOf } from './error-sentence.ts';
import { follow } from './follow.ts';

export interface DuplicatesListener {
  told?(sentence: string, undo?: () => void): void;
  problem?(sentence: string): void;
}

/** What is there twice, and what is decided about it. */
export class DuplicateList {
  found = $state.raw<Duplicates | null>(null);
  phase = $state<'empty' | 'busy' | 'ready' | 'failed'>('empty');
  problem = $state('');
  readonly sets: readonly DuplicateSet[] = $derived(this.found?.sets ?? []);

  readonly #listener: DuplicatesListener;
  #client: ServiceClient | null = null;
  #asked = 0;
  #isOpen = false;

  constructor(listener: DuplicatesListener) {
    this.#listener = listener;
  }

  /** Follows another service from now on. Resolves when its stream is over for good. */
  connect(client: ServiceClient): Promise<void> {
    this.#client = client;
    if (this.#isOpen) void this.load();
    return follow({
      open: () => client.explore.watch(),
      take: (event: ExploreEvent) => {
        if (event.type === 'duplicates' && this.#isOpen) void this.load();
      },
      problem: (error) => this.#listener.problem?.(problemOf(error).sentence),
      current: () => client === this.#client,
    });
  }

  disconnect(): void {
    this.#client = null;
  }

  /** Asks for the sets, and keeps them up to date while they are looked at. */
  open(): void {
    this.#isOpen = true;
    void this.load(true);
  }

  close(): void {
    this.#isOpen = false;
  }

  /** Pictures have come or gone. */
  libraryChanged(): void {
    if (this.#isOpen) void this.load(true);
  }

  /** @param fresh works them out anew where pictures have come or gone since */
  async load(fresh = false): Promise<void> {
    const client = this.#client;
    if (client === null) return;
    const asked = ++this.#asked;
    this.phase = 'busy';
    try {
      const found = await client.explore.duplicates({ fresh });
      if (asked !== this.#asked) return;
      this.found = found;
      this.phase = 'ready';
    } catch (error) {
      if (asked !== this.#asked) return;
      this.problem = problemOf(error).sentence;
      this.phase = 'failed';
    }
  }

  /** Says of the pictures of a set that they are different ones, or all wanted: for good, unless it is undone. */
  async decide({ pictures }: DuplicateSet, decision: DuplicateDecision): Promise<void> {
    const ids = pictures.map(({ id }) => id);
    const done = await this.#ask((client) => client.explore.decideDuplicates({ pictures: ids, decision }));
    if (done === null) return;
    this.#listener.told?.(`${done.description}.`, () => void this.#undo(done.decision));
  }

  async #undo(decision: number): Promise<void> {
    await this.#ask((client) => client.explore.undoDecision({ decision }));
  }

  async #ask<Result>(request: (client: ServiceClient) => Promise<Result>): Promise<Result | null> {
    if (this.#client === null) return null;
    try {
      return await request(this.#client);
    } catch (error) {
      this.#listener.problem?.(problemOf(error).sentence);
      return null;
    }
  }
}
