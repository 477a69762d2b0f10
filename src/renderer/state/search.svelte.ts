import type { ServiceClient } from '../../contract/contract.ts';
import type { Neighbor, PictureFilter, QueryExample, SimilarResult } from '../../contract/schemas.ts';
import { problemOf, type Problem } from './error-sentence.ts';

/** As many results as are asked for: more than a person looks through, few enough to draw at once. */
const RESULTS = 120;

interface ExampleParts {
  /** Tells examples apart in lists; never reused. */
  readonly key: number;
  readonly wanted: boolean;
  /** What a person knows it by: a file's name, or "Pasted picture". */
  readonly name: string;
  /** A picture to show before the service has made a thumbnail; null where there is none yet. */
  readonly preview: Blob | null;
}

/** One example of a query as the window shows it. */
export type Example = ExampleParts &
  (
    | { readonly kind: 'picture'; readonly id: number; readonly hash: string }
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'bytes'; readonly bytes: Blob }
  );

/** What an example is made of, before it is one of a query. */
export type ExampleSeed =
  | { readonly kind: 'picture'; readonly id: number; readonly hash: string; readonly name: string }
  | { readonly kind: 'file'; readonly path: string; readonly name: string; readonly preview?: Blob }
  | { readonly kind: 'bytes'; readonly bytes: Blob; readonly name: string };

export type SearchPhase = 'empty' | 'busy' | 'done' | 'failed';

let nextKey = 1;

/** An example that is wanted. */
export function exampleOf(seed: ExampleSeed): Example {
  const key = nextKey++;
  if (seed.kind === 'picture') return { ...seed, key, wanted: true, preview: null };
  if (seed.kind === 'file') return { ...seed, key, wanted: true, preview: seed.preview ?? null };
  return { ...seed, key, wanted: true, preview: seed.bytes };
}

function queryExample(example: Example): QueryExample {
  const { wanted } = example;
  switch (example.kind) {
    case 'picture':
      return { kind: 'picture', id: example.id, wanted };
    case 'file':
      return { kind: 'file', path: example.path, wanted };
    case 'bytes':
      return { kind: 'bytes', bytes: example.bytes, wanted };
  }
}

/** The search: its examples and words, and what is like them. A new query replaces one that is under way. */
export class Search {
  examples = $state.raw<readonly Example[]>([]);
  /** Words for what is wanted, beside the examples or alone; empty where there are none. */
  words = $state('');
  /** Whether there is a query, be it one that wants nothing. */
  readonly begun = $derived(this.examples.length > 0 || this.words !== '');
  phase = $state<SearchPhase>('empty');
  neighbors = $state.raw<readonly Neighbor[]>([]);
  seconds = $state(0);
  problem = $state<Problem | null>(null);
  /** Whether results are ranked as a teaching with the groups as they are now would; words have no such preview. */
  preview = $state(false);
  /** Why there is no preview; null where nothing is in the way. */
  previewProblem = $state<string | null>(null);

  readonly #filter: () => PictureFilter;
  #client: ServiceClient | null = null;
  #running: AbortController | null = null;

  /** @param filter which pictures are to be found, asked at each search */
  constructor(filter: () => PictureFilter = () => ({})) {
    this.#filter = filter;
  }

  connect(client: ServiceClient): Promise<void> {
    this.#client = client;
    return this.phase === 'busy' || this.phase === 'failed' ? this.run() : Promise.resolve();
  }

  /** Searches with these examples and words. None of both, or no example wanted: nothing to look for. */
  show(examples: readonly Example[], words = ''): Promise<void> {
    this.examples = examples;
    this.words = words;
    return this.run();
  }

  /** Ranks what is shown anew, as a teaching would or as before. What is shown stays until then. */
  setPreview(preview: boolean): Promise<void> {
    this.preview = preview;
    this.previewProblem = null;
    return this.phase === 'done' ? this.#ask() : this.run();
  }

  /** Other pictures are to be found: what is shown stays until they are. */
  filterChanged(): void {
    if (this.phase === 'done') void this.#ask();
    else if (this.phase === 'busy' || this.phase === 'failed') void this.run();
  }

  /** A preview follows each label. */
  labelsChanged(): void {
    if (this.preview && this.phase === 'done') void this.#ask();
  }

  /** Asks again with the examples and words as they are. */
  run(): Promise<void> {
    this.#running?.abort();
    this.#running = null;
    if (this.words === '' && !this.examples.some((example) => example.wanted)) {
      this.phase = 'empty';
      this.neighbors = [];
      return Promise.resolve();
    }
    this.phase = 'busy';
    this.problem = null;
    return this.#ask();
  }

  async #ask(): Promise<void> {
    if (this.#client === null) return;
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    const asked = this.examples;
    try {
      const text = this.words === '' ? {} : { text: this.words };
      const preview = this.preview && this.words === '';
      const filter = this.#filter();
      const part = Object.keys(filter).length === 0 ? {} : { filter };
      const query = { examples: asked.map(queryExample), ...text, ...part, k: RESULTS, preview };
      const result = await this.#client.search.similar(query, { signal: running.signal });
      if (this.#running === running) this.#take(asked, result);
    } catch (error) {
      if (this.#running !== running) return;
      const problem = problemOf(error);
      if (problem.code === 'TEACHING_IMPOSSIBLE') {
        this.preview = false;
        this.previewProblem = problem.sentence;
        return this.#ask();
      }
      this.problem = problem;
      this.phase = 'failed';
    }
  }

  #take(asked: readonly Example[], result: SimilarResult): void {
    this.examples = asked.map((example, i) => {
      const thumbnail = result.thumbnails[i];
      return example.kind === 'picture' || thumbnail === undefined || thumbnail.size === 0
        ? example
        : { ...example, preview: thumbnail };
    });
    this.neighbors = result.neighbors;
    this.seconds = result.seconds;
    this.phase = 'done';
  }
}
