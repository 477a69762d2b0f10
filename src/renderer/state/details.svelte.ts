import type { ServiceClient } from '../../contract/contract.ts';
import type { Picture } from '../../contract/schemas.ts';
import { problemOf } from './error-sentence.ts';

/** How many pictures' details are kept: going back and forth asks nothing again. */
const KEPT = 200;

/** All that is known of the pictures looked at, read when they are. */
export class Details {
  #known = $state.raw<ReadonlyMap<number, Picture>>(new Map());
  #problems = $state.raw<ReadonlyMap<number, string>>(new Map());
  readonly #asked = new Set<number>();
  #client: ServiceClient | null = null;

  connect(client: ServiceClient): void {
    this.#client = client;
    this.forget();
  }

  /** Drops what is known: the library has changed. */
  forget(): void {
    this.#known = new Map();
    this.#problems = new Map();
    this.#asked.clear();
  }

  /** What is known of a picture now; null while it is being read. */
  of(id: number): Picture | null {
    return this.#known.get(id) ?? null;
  }

  problemOf(id: number): string | null {
    return this.#problems.get(id) ?? null;
  }

  /** Reads a picture's details, where they are not known or being read already. */
  async read(id: number): Promise<void> {
    const client = this.#client;
    if (client === null || this.#asked.has(id)) return;
    this.#asked.add(id);
    try {
      const picture = await client.pictures.get({ id });
      this.#known = new Map([...this.#known].slice(1 - KEPT)).set(id, picture);
    } catch (error) {
      if (client === this.#client) this.#problems = new Map(this.#problems).set(id, problemOf(error).sentence);
    } finally {
      if (!this.#known.has(id)) this.#asked.delete(id);
    }
  }
}
