import type { ServiceClient } from '../../contract/contract.ts';
import type { ModelVersion } from '../../contract/teach-schemas.ts';
import { ask } from './ask.ts';
import { problemOf } from './error-sentence.ts';
import { fileName } from './phrases.ts';

export interface VersionsListener {
  /** Something was done; `undo` takes it back. */
  told?(sentence: string, undo?: () => void): void;
  problem?(sentence: string): void;
}

/** The versions of what was taught, and which of them answers searches. */
export class Versions {
  list = $state.raw<readonly ModelVersion[]>([]);
  loaded = $state(false);
  /** Why the list could not be read, as a sentence; null while it can. */
  problem = $state<string | null>(null);
  /** The version that was asked for, until the service has begun. */
  starting = $state<string | null>(null);
  /** The version that answered before the present one, in this window. */
  #before = $state<string | null>(null);
  readonly active = $derived(this.list.find(({ active }) => active) ?? null);
  /** What "back to before" leads to: the version that answered before, else the untaught one. Null where that answers already. */
  readonly before = $derived(
    this.list.find(({ id, active, usable }) => id === this.#before && !active && usable) ??
      this.list.find(({ kind, active, usable }) => kind === 'base' && !active && usable) ??
      null,
  );

  readonly #listener: VersionsListener;
  #client: ServiceClient | null = null;

  constructor(listener: VersionsListener) {
    this.#listener = listener;
  }

  connect(client: ServiceClient): Promise<void> {
    this.#client = client;
    return this.refresh();
  }

  disconnect(): void {
    this.#client = null;
    this.starting = null;
  }

  of(id: string): ModelVersion | null {
    return this.list.find((version) => version.id === id) ?? null;
  }

  async refresh(): Promise<void> {
    const client = this.#client;
    if (client === null) return;
    try {
      const list = await client.models.list();
      if (client !== this.#client) return;
      this.#noteBefore(list);
      this.list = list;
      this.loaded = true;
      this.problem = null;
    } catch (error) {
      if (client === this.#client) this.problem = problemOf(error).sentence;
    }
  }

  /** Begins to bring a version into use: searches go on with the present one until it takes over. */
  async use(id: string): Promise<void> {
    this.starting = id;
    await this.#ask((client) => client.models.use({ id }));
    this.starting = null;
  }

  /** Searches are answered with another version from now on: says so, and offers the one before. */
  async swapped(name: string): Promise<void> {
    await this.refresh();
    const before = this.#before;
    const sentence = `Searches use “${name}” now.`;
    if (before === null) this.#listener.told?.(sentence);
    else this.#listener.told?.(sentence, () => void this.use(before));
  }

  /** The list may be read anew before it is said what has changed in it: each reading looks which version answered till then. */
  #noteBefore(list: readonly ModelVersion[]): void {
    const was = this.active?.id;
    const is = list.find(({ active }) => active)?.id;
    if (was !== undefined && is !== undefined && was !== is) this.#before = was;
  }

  async remove({ id, name }: ModelVersion): Promise<void> {
    await this.#ask(async (client) => {
      await client.models.remove({ id });
      await this.refresh();
      this.#listener.told?.(`Removed “${name}”.`, () => void this.#restore(id));
    });
  }

  #restore(id: string): Promise<void> {
    return this.#ask(async (client) => {
      await client.models.restore({ id });
      await this.refresh();
    });
  }

  async exportTo({ id, name }: ModelVersion, path: string): Promise<void> {
    await this.#ask(async (client) => {
      const written = await client.models.exportTo({ id, path });
      this.#listener.told?.(`“${name}” is written to ${fileName(written.path)}.`);
    });
  }

  async importFrom(path: string): Promise<void> {
    await this.#ask(async (client) => {
      const version = await client.models.importFrom({ path });
      await this.refresh();
      this.#listener.told?.(`“${version.name}” is imported. It is not in use yet.`);
    });
  }

  async #ask(request: (client: ServiceClient) => Promise<void>): Promise<void> {
    await ask(this.#client, request, this.#listener);
  }
}
