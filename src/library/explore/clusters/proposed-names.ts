import { basename, dirname } from 'node:path';
import type { Catalog } from '../../catalog/catalog.ts';
import type { ActiveLibrary } from '../../encoders/active-library.ts';
import type { Place } from '../../sphere.ts';
import type { DatedThread } from '../events-and-places/dated-thread.ts';
import { proposedName, type NameablePicture } from '../proposed-name.ts';
import { ClusterWords } from './cluster-words.ts';

interface ProposedNamesParts {
  readonly catalog: Catalog;
  readonly active: ActiveLibrary;
  readonly dated: DatedThread;
  /** Whether what is read once may be written beside the encoder. */
  readonly keep: boolean;
}

/** Pictures that a name is proposed by: the most typical. */
export const NAMED_BY = 60;

/** Pictures that a name by words is found by. */
const WORDED_BY = 24;

/** Places that are remembered: those of a few steps of the slider. */
const REMEMBERED = 2_000;

interface Nameable {
  readonly pictures: readonly NameablePicture[];
  /** Where each was taken; NaN where it is not known. */
  readonly places: readonly Place[];
}

/** What clusters that nobody named could be called: see {@link proposedName}. */
export class ProposedNames {
  readonly #catalog: Catalog;
  readonly #dated: DatedThread;
  readonly #words: ClusterWords;
  readonly #remembered = new Map<string, string | null>();

  constructor({ catalog, active, dated, keep }: ProposedNamesParts) {
    this.#catalog = catalog;
    this.#dated = dated;
    this.#words = new ClusterWords(active, keep);
  }

  /** Calls `listener` when words are known that were not when names were asked for. */
  watch(listener: () => void): () => void {
    return this.#words.watch(listener);
  }

  /**
   * A name for each group; null where there is nothing to make one of.
   *
   * @param groups ids of its most typical pictures, {@link NAMED_BY} at most
   * @param wait waits until words are read, some seconds with a new encoder
   */
  async names(groups: readonly (readonly number[])[], wait: boolean): Promise<(string | null)[]> {
    const words = await this.#words.names(
      groups.map((ids) => ids.slice(0, WORDED_BY)),
      wait,
    );
    const nameable = groups.map((ids) => this.#nameable(ids));
    const places = await this.#placesOf(nameable.map((group) => group.places));
    return nameable.map(({ pictures }, i) => proposedName(pictures, { word: words[i], place: places[i] }));
  }

  #nameable(ids: readonly number[]): Nameable {
    const pictures: NameablePicture[] = [];
    const places: Place[] = [];
    for (const id of ids) {
      const [file] = this.#catalog.files.ofMedia(id);
      if (!file) continue;
      const media = this.#catalog.media(id);
      const folder = dirname(file.path);
      pictures.push({ folder: folder === '.' ? null : basename(folder), takenAt: media?.takenAt ?? null });
      places.push({ latitude: media?.latitude ?? Number.NaN, longitude: media?.longitude ?? Number.NaN });
    }
    return { pictures, places };
  }

  /** A thread is asked, and only where pictures say where they were taken: reading the list of cities takes a tenth of a second. */
  async #placesOf(groups: readonly (readonly Place[])[]): Promise<(string | null)[]> {
    const keys = groups.map((places) =>
      places.some(({ latitude }) => !Number.isNaN(latitude))
        ? places.map(({ latitude, longitude }) => `${latitude} ${longitude}`).join()
        : null,
    );
    const unknown = groups.flatMap((places, i) => {
      const key = keys[i] ?? null;
      return key === null || this.#remembered.has(key) ? [] : [{ key, places }];
    });
    if (unknown.length > 0) {
      // a place is a help: without it there are other names
      const found = await this.#dated.placesOf(unknown.map(({ places }) => places)).catch(() => null);
      if (this.#remembered.size > REMEMBERED) this.#remembered.clear();
      for (const [i, { key }] of unknown.entries()) if (found) this.#remembered.set(key, found[i] ?? null);
    }
    return keys.map((key) => (key === null ? null : (this.#remembered.get(key) ?? null)));
  }
}
