import type { LibraryParts } from '../library-parts.ts';
import type { ModelParts } from './model-parts.ts';

/** The parts that stay whatever encoder answers. */
export type SharedParts = Omit<LibraryParts, keyof ModelParts>;

export interface OpenedModel {
  readonly parts: ModelParts;
  close(): Promise<void>;
}

interface Held {
  readonly parts: LibraryParts;
  readonly model: OpenedModel;
  users: number;
  /** Resolves when it was replaced and closed. */
  retired: (() => void) | null;
}

/**
 * What answers now: the encoder, its vectors and its index, as one. It is replaced whole; what was begun with the old one ends
 * with it, and then that is closed.
 */
export class ActiveLibrary {
  readonly #shared: SharedParts;
  #held: Held;
  readonly #closing = new Set<Promise<void>>();

  constructor(shared: SharedParts, model: OpenedModel) {
    this.#shared = shared;
    this.#held = this.#hold(model);
  }

  #hold(model: OpenedModel): Held {
    return { parts: { ...this.#shared, ...model.parts }, model, users: 0, retired: null };
  }

  /** For what takes no time: whoever waits in between uses {@link use}. */
  get current(): LibraryParts {
    return this.#held.parts;
  }

  /** Requests that are being answered. */
  get users(): number {
    return this.#held.users;
  }

  /** Answers a request by one and the same encoder, from its beginning to its end. */
  async use<T>(work: (parts: LibraryParts) => T | Promise<T>): Promise<T> {
    const held = this.#held;
    held.users++;
    try {
      return await work(held.parts);
    } finally {
      held.users--;
      if (held.users === 0) held.retired?.();
    }
  }

  /** From now on this one answers. The old one is closed when nothing uses it any more. */
  replace(model: OpenedModel): void {
    const old = this.#held;
    this.#held = this.#hold(model);
    const unused = old.users === 0 ? Promise.resolve() : new Promise<void>((resolve) => (old.retired = resolve));
    // caches and threads: what they could not write is made again
    const closed = unused.then(() => old.model.close()).catch(() => undefined);
    this.#closing.add(closed);
    void closed.then(() => this.#closing.delete(closed));
  }

  async close(): Promise<void> {
    await Promise.all(this.#closing);
    await this.#held.model.close();
  }
}
