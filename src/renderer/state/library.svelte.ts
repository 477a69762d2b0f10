import type { ServiceClient } from '../../contract/contract.ts';
import type { LibraryStatus } from '../../contract/schemas.ts';
import { problemOf } from './error-sentence.ts';
import { PictureColumns } from './picture-columns.ts';

/** The grid takes in new pictures at most this often: faster would only make it restless. */
const REFRESH_MS = 1000;

/** What the library holds: its sources and counts, and every picture in the order of the grid. */
export class Library {
  /** Null until the service has answered once. */
  status = $state.raw<LibraryStatus | null>(null);
  pictures = $state.raw(PictureColumns.NONE);
  /** Pictures whose drive is away; they stay, and are found. */
  offline = $state.raw<ReadonlySet<number>>(new Set());
  /** False until the first layout has come: the grid shows a skeleton till then. */
  loaded = $state(false);
  /** Why the library could not be read, as a sentence; null while it can. */
  problem = $state<string | null>(null);

  #client: ServiceClient | null = null;
  /** The sources that are away, and how many pictures each has, as {@link offline} was read. */
  #away = '';
  #revision = 0;
  #wanted = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #lastRefresh = Number.NEGATIVE_INFINITY;
  #queue: Promise<void> = Promise.resolve();

  /** Uses another service from now on and reads everything from it. */
  connect(client: ServiceClient): Promise<void> {
    this.#client = client;
    this.#away = '';
    this.#revision = 0;
    this.#wanted = 0;
    return this.refresh('all');
  }

  /** Notes that the set of pictures has changed; what is new is fetched soon, at most once a second. */
  noteRevision(revision: number): void {
    if (revision <= Math.max(this.#revision, this.#wanted)) return;
    this.#wanted = revision;
    this.#timer ??= setTimeout(
      () => {
        this.#timer = null;
        void this.refresh('new');
      },
      Math.max(0, this.#lastRefresh + REFRESH_MS - performance.now()),
    );
  }

  /** Reads the status and the pictures: all anew, or only those that were added. One reading at a time, in order. */
  refresh(what: 'all' | 'new'): Promise<void> {
    this.#queue = this.#queue.then(() => this.#refresh(what));
    return this.#queue;
  }

  async #refresh(what: 'all' | 'new'): Promise<void> {
    const client = this.#client;
    if (client === null) return;
    this.#lastRefresh = performance.now();
    try {
      const [status] = await Promise.all([
        client.status(),
        what === 'new' ? this.#readNew(client) : this.#readAll(client),
      ]);
      if (client !== this.#client) return;
      this.status = status;
      await this.#readOffline(client, status);
      this.loaded = true;
      this.problem = null;
    } catch (error) {
      // A client that was replaced fails when its port closes: the new one reads everything itself.
      if (client === this.#client) this.problem = problemOf(error).sentence;
    }
  }

  /** Which pictures are away: asked where the sources that are have changed. */
  async #readOffline(client: ServiceClient, { sources }: LibraryStatus): Promise<void> {
    const away = sources.filter(({ state }) => state === 'offline').map(({ id, pictures }) => `${id}:${pictures}`);
    const known = away.join(' ');
    if (known === this.#away) return;
    const ids = away.length === 0 ? [] : new Uint32Array(await (await client.pictures.offline()).arrayBuffer());
    if (client !== this.#client) return;
    this.#away = known;
    this.offline = new Set(ids);
  }

  async #readAll(client: ServiceClient): Promise<void> {
    const { revision, rows } = await client.pictures.layout({});
    const pictures = new PictureColumns(new Uint8Array(await rows.arrayBuffer()));
    if (client !== this.#client) return;
    this.#revision = revision;
    this.pictures = pictures;
  }

  async #readNew(client: ServiceClient): Promise<void> {
    if (this.pictures.count === 0) return this.#readAll(client);
    const { revision, rows } = await client.pictures.layout({ since: this.pictures.largestId() });
    // Something changed and nothing is new: pictures went, or known ones came back under their old ids.
    if (rows.size === 0) return this.#readAll(client);
    const bytes = new Uint8Array(await rows.arrayBuffer());
    if (client !== this.#client) return;
    this.#revision = revision;
    this.pictures = this.pictures.merged(bytes);
  }
}
