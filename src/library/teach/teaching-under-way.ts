import { z } from 'zod';
import { teachInput } from '../../contract/teach-schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { TeachRequest } from './teaching-input.ts';

const KEY = 'teaching.under-way';

/** A teaching that was cut off so often is not begun again: it may be what ends the program. */
const MOST_TRIES = 2;

const underWay = z.object({
  tries: z.number().int().nonnegative(),
  work: z.discriminatedUnion('what', [
    z.object({ what: z.literal('teaching'), request: teachInput }),
    z.object({ what: z.literal('activation'), id: z.string() }),
  ]),
});

/** What is taught, or brought into use: a request of a person. */
export type TeachingWork =
  { readonly what: 'teaching'; readonly request: TeachRequest } | { readonly what: 'activation'; readonly id: string };

/** Remembers in the catalog what is being taught, so that it goes on where the program was ended before it. */
export class TeachingUnderWay {
  readonly #catalog: Catalog;
  #tries = 0;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** It has begun, or goes on with something else. */
  set(work: TeachingWork): void {
    const value = JSON.stringify({ tries: this.#tries, work } satisfies z.input<typeof underWay>);
    this.#put(value);
  }

  /** It has ended, however that was: the next is tried as often again. */
  clear(): void {
    this.#tries = 0;
    if (this.#catalog.setting(KEY) !== null) this.#put(null);
  }

  #put(value: string | null): void {
    try {
      this.#catalog.putSettings({ [KEY]: value });
    } catch {
      // a full disk is no reason not to teach: at worst it is begun once too often, or not again
    }
  }

  /** What was cut off; null where nothing was, or too often. From here on it counts as tried once more. */
  take(): TeachingWork | null {
    const kept = this.#catalog.setting(KEY);
    if (kept === null) return null;
    const parsed = underWay.safeParse(JSON.parse(kept));
    if (!parsed.success || parsed.data.tries >= MOST_TRIES) {
      this.clear();
      return null;
    }
    this.#tries = parsed.data.tries + 1;
    return parsed.data.work;
  }
}
