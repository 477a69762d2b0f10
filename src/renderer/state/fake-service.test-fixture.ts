import { AsyncIteratorClass } from '@orpc/client';
import { packLayout, type LayoutRow } from '../../contract/picture-layout.ts';
import type { ServiceClient } from '../../contract/contract.ts';
import type { FileFailure, IndexEvent, IndexProgress, IndexSummary, Picture, Source } from '../../contract/schemas.ts';

type Search = ServiceClient['search']['similar'];

/** Counts of a run in which nothing happened. */
const NOTHING = { found: 0, indexed: 0, unchanged: 0, moved: 0, removed: 0, failed: 0 };

export function progressOf(change: Partial<IndexProgress>): IndexProgress {
  return {
    type: 'progress',
    state: 'idle',
    ...NOTHING,
    picturesPerSecond: 0,
    secondsLeft: null,
    revision: 1,
    ...change,
  };
}

export function summaryOf(change: Partial<IndexSummary>): IndexSummary {
  return { type: 'summary', ...NOTHING, seconds: 1, picturesPerSecond: 0, cancelled: false, error: null, ...change };
}

export function rowOf(id: number, when: number): LayoutRow {
  return { id, when, aspect: 1.5, hash: id.toString(16).padStart(64, '0') };
}

/** A library service in memory: what a test sets is what it answers, and it notes what it was asked. */
export class FakeService {
  sources: Source[] = [];
  rows: LayoutRow[] = [];
  failures: FileFailure[] = [];
  revision = 1;
  readonly asked: string[] = [];
  /** What the next requests throw, by name of the procedure. */
  readonly refusals = new Map<string, Error>();
  similar: (...input: Parameters<Search>) => ReturnType<Search> = () =>
    Promise.resolve({ neighbors: [], exact: true, seconds: 0.01, thumbnails: [] });
  #listener: ((event: IndexEvent) => void) | null = null;
  readonly #early: IndexEvent[] = [progressOf({})];

  tell(event: IndexEvent): void {
    if (this.#listener === null) this.#early.push(event);
    else this.#listener(event);
  }

  #answer<T>(name: string, value: T): Promise<T> {
    this.asked.push(name);
    const refusal = this.refusals.get(name);
    return refusal === undefined ? Promise.resolve(value) : Promise.reject(refusal);
  }

  #events(): AsyncIteratorClass<IndexEvent, unknown, void> {
    const waiting = [...this.#early];
    let wake = (): void => undefined;
    this.#listener = (event) => {
      waiting.push(event);
      wake();
    };
    const next = async (): Promise<IteratorResult<IndexEvent>> => {
      while (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      const [value] = waiting.splice(0, 1);
      return value === undefined ? { done: true, value } : { done: false, value };
    };
    return new AsyncIteratorClass<IndexEvent, unknown, void>(next, () => Promise.resolve());
  }

  /** The service as the window sees it. */
  client(): ServiceClient {
    const unused = (): never => {
      throw new Error('not part of the fake service');
    };
    return {
      status: () =>
        this.#answer('status', {
          libraryFolder: '/library',
          thumbsFolder: '/library/thumbs',
          sources: this.sources,
          pictures: this.rows.length,
          vectors: this.rows.length,
          model: { id: 'm', name: 'm', dimensions: 256 },
          encoder: 'builtin',
          offline: 0,
          failures: this.failures.length,
        }),
      sources: {
        add: ({ path }) => {
          const source: Source = { id: this.sources.length + 1, path, state: 'online', pictures: 0 };
          this.sources = [...this.sources, source];
          return this.#answer(`add ${path}`, source);
        },
        remove: ({ id }) => {
          this.sources = this.sources.filter((source) => source.id !== id);
          return this.#answer(`remove ${id}`, undefined);
        },
      },
      indexing: {
        start: ({ sourceIds }) => this.#answer(`start ${sourceIds?.join(',') ?? 'all'}`, undefined),
        pause: () => this.#answer('pause', undefined),
        resume: () => this.#answer('resume', undefined),
        cancel: () => this.#answer('cancel', undefined),
        watch: () => this.#answer('watch', this.#events()),
      },
      pictures: {
        layout: (input) => {
          const rows = this.rows.filter((row) => row.id > (input.since ?? 0));
          const blob = new Blob([packLayout(rows, rows.length)]);
          return this.#answer(`layout ${input.since ?? 0}`, { revision: this.revision, rows: blob });
        },
        get: ({ id }) => this.#answer(`get ${id}`, pictureOf(id)),
        locate: unused,
        display: unused,
      },
      search: {
        similar: (...input) => {
          this.asked.push('similar');
          return this.similar(...input);
        },
      },
      failures: () => this.#answer('failures', this.failures),
      evaluate: unused,
      verify: unused,
    };
  }
}

function pictureOf(id: number): Picture {
  return {
    id,
    hash: id.toString(16).padStart(64, '0'),
    path: `/photos/${id}.jpg`,
    copies: [],
    width: 300,
    height: 200,
    bytes: 1000,
    format: 'jpeg',
    takenAt: null,
    modifiedAt: '2020-01-01T00:00:00Z',
    camera: null,
    lens: null,
    latitude: null,
    longitude: null,
  };
}
