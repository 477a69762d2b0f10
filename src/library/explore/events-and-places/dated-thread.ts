import { AskedThread } from '../../threads/asked-thread.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { ActiveLibrary } from '../../encoders/active-library.ts';
import type { LibraryPaths } from '../../library-folder.ts';
import type { Place } from '../../sphere.ts';
import type { FoundEvents } from './library-events.ts';
import type { LibraryPlaces } from './library-places.ts';
import { workerUrl } from '../../../compute/worker-url.ts';

/** What the thread is started with. */
export interface DatedTask extends Pick<LibraryPaths, 'catalog' | 'features'> {
  readonly encoder: string;
  readonly model: string;
  /** The cosine from which two pictures are related. */
  readonly related: number;
}

/** A question about the library. */
type LibraryQuestion = { readonly type: 'events' } | { readonly type: 'places'; readonly km: number };

export type DatedQuestion =
  LibraryQuestion | { readonly type: 'places of'; readonly groups: readonly (readonly Place[])[] };

export type DatedAnswer =
  | ({ readonly type: 'events' } & FoundEvents)
  | ({ readonly type: 'places' } & LibraryPlaces)
  | { readonly type: 'places of'; readonly names: readonly (string | null)[] };

interface DatedThreadParts {
  readonly catalog: Catalog;
  readonly active: ActiveLibrary;
  readonly paths: LibraryPaths;
}

interface Kept {
  /** Of the library when it was asked. */
  readonly state: string;
  readonly version: number;
  readonly answer: Promise<DatedAnswer>;
}

/** What was found and nobody asks for is forgotten: 4 bytes a picture and 100 an event. The thread, with 200 bytes a picture, ends sooner. */
const FORGOTTEN_MS = 15 * 60_000;
const THREAD_MS = 20_000;

/** The events and places of the library, found in a thread when they are asked for and kept while somebody looks. */
export class DatedThread {
  readonly #parts: DatedThreadParts;
  readonly #kept = new Map<string, Kept>();
  #thread: { readonly state: string; readonly asked: AskedThread<DatedQuestion, DatedAnswer> } | null = null;
  #versions = 0;
  #forget: NodeJS.Timeout | null = null;

  constructor(parts: DatedThreadParts) {
    this.#parts = parts;
  }

  /** @param fresh found anew where anything has changed since that they are made of. A version names one finding. */
  async events(fresh: boolean): Promise<{ readonly version: number; readonly found: FoundEvents }> {
    const { version, answer } = this.#ask({ type: 'events' }, fresh);
    const found = await answer;
    if (found.type !== 'events') throw new TypeError('events were asked for');
    return { version, found };
  }

  async places(km: number, fresh: boolean): Promise<LibraryPlaces> {
    const found = await this.#ask({ type: 'places', km }, fresh).answer;
    if (found.type !== 'places') throw new TypeError('places were asked for');
    return found;
  }

  /** In words where most pictures of each group were taken; null where that is not known. @param groups degrees; NaN where they are not known */
  async placesOf(groups: readonly (readonly Place[])[]): Promise<readonly (string | null)[]> {
    const asked = this.#thread?.asked ?? this.#threadOf(this.#state);
    const found = await asked.ask({ type: 'places of', groups });
    if (found.type !== 'places of') throw new TypeError('places of groups were asked for');
    return found.names;
  }

  async close(): Promise<void> {
    if (this.#forget) clearTimeout(this.#forget);
    await this.#thread?.asked.close();
  }

  #ask(question: LibraryQuestion, fresh: boolean): Kept {
    this.#keepAWhile();
    const key = question.type === 'places' ? `places ${question.km}` : 'events';
    const state = this.#state;
    const known = this.#kept.get(key);
    if (known && (!fresh || known.state === state)) return known;
    const kept = { state, version: ++this.#versions, answer: this.#threadOf(state).ask(question) };
    this.#kept.set(key, kept);
    kept.answer.catch(() => {
      if (this.#kept.get(key) === kept) this.#kept.delete(key);
    });
    return kept;
  }

  /** Another one where anything changed that events and places are made of. */
  get #state(): string {
    const { catalog, active } = this.#parts;
    const { projection, vectors } = active.current;
    return [catalog.dated.changes, projection.id, vectors.revision].join(' ');
  }

  /** A thread that knows the library as it is: one that read it before is done when it has answered. */
  #threadOf(state: string): AskedThread<DatedQuestion, DatedAnswer> {
    if (this.#thread?.state === state) return this.#thread.asked;
    this.#thread?.asked.retire();
    const { active, paths } = this.#parts;
    const { encoder, projection } = active.current;
    const task: DatedTask = {
      catalog: paths.catalog,
      features: paths.features,
      encoder: encoder.id,
      model: projection.id,
      related: projection.relatedScore,
    };
    const asked = new AskedThread<DatedQuestion, DatedAnswer>({
      file: workerUrl('./dated-worker', import.meta.url),
      workerData: task,
      keptMs: THREAD_MS,
      ended: 'the thread that finds events and places ended',
    });
    this.#thread = { state, asked };
    return asked;
  }

  #keepAWhile(): void {
    if (this.#forget) clearTimeout(this.#forget);
    this.#forget = setTimeout(() => this.#kept.clear(), FORGOTTEN_MS);
    this.#forget.unref();
  }
}
