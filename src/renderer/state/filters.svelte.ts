import type { ServiceClient } from '../../contract/contract.ts';
import type { PictureFacets, PictureFilter } from '../../contract/schemas.ts';
import { problemOf } from './error-sentence.ts';

/** Of 200,000 pictures the answer takes the service a tenth of a second. */
const ASK_MS = 3000;

interface FiltersHeard {
  /** Another filter holds from now on. */
  readonly changed: () => void;
  /** Something went wrong, as a sentence. */
  readonly problem: (sentence: string) => void;
}

/** Which pictures are shown and found: the filter of the grid and of the search. */
export class Filters {
  filter = $state.raw<PictureFilter>({});
  readonly active = $derived(Object.keys(this.filter).length > 0);
  /** Ids of the pictures for which it holds; null where there is no filter, or it has not been asked yet. */
  matching = $state.raw<ReadonlySet<number> | null>(null);
  /** What there is to filter by; null until it is read. */
  facets = $state.raw<PictureFacets | null>(null);
  readonly #heard: FiltersHeard;
  #client: ServiceClient | null = null;
  #asked: PictureFilter | null = null;
  #revision = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(heard: FiltersHeard) {
    this.#heard = heard;
  }

  connect(client: ServiceClient): Promise<void> {
    this.#client = client;
    return this.refresh();
  }

  /** Filters by this from now on. What is shown stays until the pictures are known for which it holds. */
  async set(filter: PictureFilter): Promise<void> {
    this.filter = filter;
    this.#heard.changed();
    await this.#ask();
  }

  /** Pictures come while the library is indexed: those that the filter holds for are asked for now and then. */
  noteRevision(revision: number): void {
    if (!this.active || revision === this.#revision) return;
    this.#revision = revision;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.#ask();
    }, ASK_MS);
  }

  /** Asks again: the library has changed. */
  async refresh(): Promise<void> {
    await Promise.all([this.#ask(), this.facets === null ? undefined : this.readFacets()]);
  }

  async readFacets(): Promise<void> {
    const client = this.#client;
    try {
      const facets = (await client?.pictures.facets()) ?? null;
      if (client === this.#client) this.facets = facets;
    } catch {
      // to choose from a list is a help: names can be written
    }
  }

  async #ask(): Promise<void> {
    const [client, filter] = [this.#client, this.filter];
    this.#asked = filter;
    if (!this.active) this.matching = null;
    if (client === null || !this.active) return;
    try {
      const ids = await client.pictures.matching({ filter });
      const matching = new Set(new Uint32Array(await ids.arrayBuffer()));
      if (client === this.#client && filter === this.#asked) this.matching = matching;
    } catch (error) {
      if (client === this.#client && filter === this.#asked) this.#heard.problem(problemOf(error).sentence);
    }
  }
}
