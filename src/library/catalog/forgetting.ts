import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as letOthersRun } from 'node:timers/promises';
import { thumbnailPath } from '../../contract/thumbnail-path.ts';
import type { ActiveLibrary } from '../encoders/active-library.ts';
import type { LibraryPaths } from '../library-folder.ts';
import type { Catalog } from './catalog.ts';

const DAY_MS = 24 * 3600 * 1000;
/** So long all is kept of a picture whose files were deleted. */
const KEPT_DAYS = 30;
/** How often a library that stays open looks. */
const LOOK_MS = 6 * 3600 * 1000;
/** Pictures forgotten in one go: some milliseconds. */
const SLICE = 20;

interface ForgettingParts {
  readonly paths: LibraryPaths;
  readonly catalog: Catalog;
  readonly active: ActiveLibrary;
  /** Says a sentence to the user. */
  readonly onNotice: (sentence: string) => void;
  /** Told how many pictures are forgotten. */
  readonly onForgotten: (pictures: number) => void;
}

/** Forgets pictures that were deleted 30 days ago, with their features, thumbnails and labels, and says how many. */
export class Forgetting {
  readonly #parts: ForgettingParts;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(parts: ForgettingParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
    this.#look();
  }

  /** Ends after the pictures that are being forgotten. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  #look(): void {
    // what could not be forgotten now can be the next time
    this.#running ??= this.#forgetAll()
      .catch(() => undefined)
      .finally(() => (this.#running = null));
  }

  async #forgetAll(): Promise<void> {
    const before = new Date(Date.now() - KEPT_DAYS * DAY_MS).toISOString();
    let forgotten = 0;
    while (!this.#closed) {
      const pictures = this.#parts.catalog.presence.missingSince(before, SLICE);
      if (pictures.length === 0) break;
      await this.#forget(pictures);
      forgotten += pictures.length;
      await letOthersRun();
    }
    if (forgotten === 0) return;
    this.#parts.onForgotten(forgotten);
    const what = forgotten === 1 ? '1 picture was' : `${forgotten} pictures were`;
    this.#parts.onNotice(`${what} forgotten, with all labels: deleted more than ${KEPT_DAYS} days ago.`);
  }

  /** The catalog's rows last: one that is killed is done again from the start. */
  async #forget(pictures: readonly { readonly id: number; readonly hash: string }[]): Promise<void> {
    const { paths, catalog, active } = this.#parts;
    const ids = pictures.map(({ id }) => id);
    await active.use(async ({ store, vectors }) => {
      await vectors.forget(ids);
      store.drop(ids);
    });
    for (const { hash } of pictures) {
      for (const folder of [paths.thumbs, paths.previews]) await rm(join(folder, thumbnailPath(hash)), { force: true });
    }
    catalog.presence.forget(ids);
  }
}
