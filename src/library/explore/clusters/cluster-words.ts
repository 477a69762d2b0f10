import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { ActiveLibrary } from '../../encoders/active-library.ts';
import type { LibraryParts } from '../../library-parts.ts';
import { dot } from '../../vectors/vector-index.ts';
import { clearestWords } from './clearest-words.ts';
import { meanVector } from '../mean-vector.ts';
import { VOCABULARY, wordAsName } from './vocabulary.ts';

/** Words projected between two looks at the event loop. */
const SLICE = 16;

/** The vocabulary as vectors of the model that answers. */
interface KnownWords {
  readonly model: string;
  readonly vectors: readonly Float32Array[];
}

/** Names for clusters by words, where the encoder that answers reads them. */
export class ClusterWords {
  readonly #active: ActiveLibrary;
  readonly #keep: boolean;
  readonly #listeners = new Set<() => void>();
  #reading: { readonly model: string; readonly done: Promise<void> } | null = null;
  #known: KnownWords | null = null;

  /** @param keep whether what is read once may be written beside the encoder */
  constructor(active: ActiveLibrary, keep: boolean) {
    this.#active = active;
    this.#keep = keep;
  }

  /** Calls `listener` when the words are known that were not when names were asked for. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * The word that clearly tells each group from the others; null where none does, where the encoder reads no words, or while they are being read.
   *
   * @param groups ids of pictures that are typical of each
   * @param wait waits until the words are read, some seconds with a new encoder
   */
  async names(groups: readonly (readonly number[])[], wait: boolean): Promise<(string | null)[]> {
    const none = groups.map(() => null);
    const { definition, projection } = this.#active.current;
    const { readsWords } = definition;
    if (readsWords === null || groups.length < 2) return none;
    const reading = this.#read();
    if (wait) await reading;
    const known = this.#known;
    if (known?.model !== projection.id) return none;
    return this.#active.use(async ({ vectors, projection: current }) => {
      // another encoder took over meanwhile
      if (current.id !== known.model) return none;
      const scores: Float32Array[] = [];
      for (const ids of groups) {
        await letOthersRun();
        const mean = meanVector(ids, (id) => vectors.vector(id));
        scores.push(Float32Array.from(known.vectors, (word) => (mean === null ? 0 : dot(mean, word))));
      }
      return clearestWords(scores, readsWords.relatedScore).map((word) =>
        word === null ? null : wordAsName(VOCABULARY[word] ?? ''),
      );
    });
  }

  /** Reads the vocabulary for the model that answers, once. */
  #read(): Promise<void> {
    const { projection } = this.#active.current;
    if (this.#reading?.model === projection.id) return this.#reading.done;
    const done = this.#active.use((parts) => this.#readFor(parts));
    const reading = {
      model: projection.id,
      // names by words are a help: without them there are others, and the next list tries again
      done: done.catch(() => {
        if (this.#reading === reading) this.#reading = null;
      }),
    };
    this.#reading = reading;
    return reading.done;
  }

  async #readFor({ words, projection }: LibraryParts): Promise<void> {
    const rows = await words.readList(VOCABULARY, this.#keep);
    const vectors: Float32Array[] = [];
    for (const [i, row] of rows.entries()) {
      if (i % SLICE === SLICE - 1) await letOthersRun();
      vectors.push(projection.project(row));
    }
    this.#known = { model: projection.id, vectors };
    for (const listener of this.#listeners) listener();
  }
}
