import { posix } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Source } from '../../contract/schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { SourceRow } from '../catalog/source-store.ts';
import { IGNORE_FILE } from '../indexing/ignore-rules.ts';
import type { Indexer } from '../indexing/indexer.ts';
import type { IndexTarget } from '../indexing/plan-target.ts';
import type { SourceStates } from '../indexing/sources.ts';
import { sourceState } from '../indexing/presence.ts';
import { findSource } from './relocate.ts';
import type { WatchReport, WatchRequest } from './watch-protocol.ts';
import { workerUrl } from '../../compute/worker-url.ts';

/** How often sources are asked whether they are there, in milliseconds; and how often those are looked through that cannot be watched. */
export interface WatchOptions {
  readonly lookMs: number;
  /** At least; a source that takes long is looked through for at most a twentieth of the time. */
  readonly pollMs: number;
  /** Looks through all of them, as if the system could not tell of changes. */
  readonly alwaysPoll?: boolean;
}

/** What is asked first is answered first: then the sources are looked at, which takes the processor for a while in a large library. */
const FIRST_LOOK_MS = 250;

const USUAL: WatchOptions = { lookMs: 2000, pollMs: 30_000 };
const POLL_SHARE = 20;

/** A source that is offline is looked for elsewhere every so many looks. */
const FIND_LOOKS = 5;

/** More changed paths of a source than this, and all of it is looked through. */
const MANY = 50_000;

interface WatcherParts {
  readonly catalog: Catalog;
  readonly indexer: Indexer;
  readonly libraryFolder: string;
  /** Says a sentence to the user. */
  readonly onNotice: (sentence: string) => void;
  /** Changes wait behind something else. */
  readonly onWaiting: () => void;
  readonly options?: WatchOptions | undefined;
}

interface WatchedSource {
  readonly row: SourceRow;
  state: Source['state'];
  watching: Source['watching'];
  /** When one that is polled is looked through next, and one that is offline looked for. */
  nextPoll: number;
}

/**
 * Watches every source while the library is open, and begins a quiet run for what changes: see `docs/architecture.md`. What happened
 * before is found by a run over everything at the start.
 */
export class LibraryWatcher implements SourceStates {
  readonly #parts: WatcherParts;
  readonly #options: WatchOptions;
  readonly #sources = new Map<number, WatchedSource>();
  /** What is to be looked at by the next run: paths of a source, or all of it. */
  #pending = new Map<number, Set<string> | 'all'>();
  readonly #timer: NodeJS.Timeout;
  readonly #firstLook: NodeJS.Timeout;
  readonly #stopListening: () => void;
  #worker: Worker | null = null;
  #looking: Promise<void> | null = null;
  #lookAgain = false;
  #running: Promise<void> | null = null;
  /** Sources that were there at the start, until each is looked at: what changed while the library was closed is found then. */
  readonly #toLookAt: Set<number>;
  #closed = false;
  /** A person asked for what is pending: it waits for no better time. */
  #asked = false;

  constructor(parts: WatcherParts) {
    this.#parts = parts;
    this.#toLookAt = new Set(parts.catalog.sources.all().map(({ id }) => id));
    this.#options = parts.options ?? USUAL;
    this.#timer = setInterval(() => this.#look(), this.#options.lookMs);
    this.#timer.unref();
    this.#stopListening = parts.indexer.watch((event) => {
      // what changed during a run has its turn after it
      if (event.type === 'progress' && event.state === 'idle') queueMicrotask(() => this.#flush());
    });
    this.#firstLook = setTimeout(() => this.#look(), parts.options ? 0 : FIRST_LOOK_MS);
  }

  stateOf(id: number): Pick<Source, 'state' | 'watching'> | null {
    const source = this.#sources.get(id);
    return source ? { state: source.state, watching: source.watching } : null;
  }

  /** Sources were added, removed or taken in. */
  sourcesChanged(): void {
    this.#look();
  }

  /** What is left out has changed: looks at these paths of sources by their ids, or all of them, as soon as nothing else is going on. */
  lookAt(changed: ReadonlyMap<number, readonly string[] | 'all'>): void {
    this.#asked = true;
    for (const [id, paths] of changed) {
      if (paths === 'all') this.#pending.set(id, 'all');
      else this.#notePaths(id, paths);
    }
    this.#flush();
  }

  /** Whether changes wait to be looked at. */
  get changesWait(): boolean {
    return this.#running === null && this.#pending.size > 0;
  }

  /** Background work may go on: what waits has its turn. */
  goOn(): void {
    this.#flush();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#firstLook);
    this.#stopListening();
    await this.#looking;
    await this.#parts.indexer.exclusively(() => undefined);
    await this.#running;
    await this.#worker?.terminate();
  }

  /** Asks of every source whether it is there. One such round at a time. */
  #look(): void {
    if (this.#closed) return;
    if (this.#looking) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = this.#lookAtAll().finally(() => {
      this.#looking = null;
      this.#flush();
      if (!this.#lookAgain) return;
      this.#lookAgain = false;
      this.#look();
    });
  }

  async #lookAtAll(): Promise<void> {
    const rows = new Map(this.#parts.catalog.sources.all().map((row) => [row.id, row]));
    for (const [id, { row }] of this.#sources) if (rows.get(id)?.path !== row.path) this.#drop(id);
    const states = await Promise.all(
      [...rows.values()].map(async (row) => ({ row, state: await sourceState(this.#parts.catalog, row) })),
    );
    if (this.#closed) return;
    for (const { row, state } of states) this.#note(row, state);
    await this.#findOffline([...rows.values()]);
    const now = performance.now();
    for (const { row, watching, nextPoll } of this.#sources.values()) {
      if (watching === 'polling' && now >= nextPoll) this.#pending.set(row.id, 'all');
    }
  }

  /** Looks for sources that are gone from their path, now and then. */
  async #findOffline(rows: readonly SourceRow[]): Promise<void> {
    const { catalog, libraryFolder, indexer, onNotice } = this.#parts;
    for (const [id, source] of this.#sources) {
      if (source.state === 'online' || performance.now() < source.nextPoll) continue;
      source.nextPoll = performance.now() + FIND_LOOKS * this.#options.lookMs;
      const others = rows.filter((row) => row.id !== id).map(({ path }) => path);
      const path = await findSource(catalog, source.row, [...others, libraryFolder]);
      if (path === null || this.#closed) continue;
      catalog.sources.relocate(id, path);
      this.#drop(id);
      this.#note({ id, path }, 'online');
      this.#pending.set(id, 'all');
      indexer.touch();
      onNotice(`${source.row.path} is at ${path} now: it was recognised by what is in it.`);
    }
  }

  #drop(id: number): void {
    this.#sources.delete(id);
    this.#pending.delete(id);
    this.#ask({ type: 'unwatch', id });
  }

  #note(row: SourceRow, state: Source['state']): void {
    const known = this.#sources.get(row.id);
    if (known?.state === state) return;
    this.#sources.set(row.id, { row, state, watching: 'none', nextPoll: 0 });
    if (state === 'online') {
      if (this.#options.alwaysPoll) this.#poll(row.id, '');
      else this.#ask({ type: 'watch', id: row.id, folder: row.path, except: [this.#parts.libraryFolder] });
      // a source that is new is indexed by who added it
      if (known || this.#toLookAt.delete(row.id)) this.#pending.set(row.id, 'all');
    } else {
      this.#pending.delete(row.id);
      this.#ask({ type: 'unwatch', id: row.id });
    }
    if (known) this.#parts.indexer.touch();
  }

  // ── the thread that watches ──

  #ask(request: WatchRequest): void {
    if (this.#worker === null && request.type === 'unwatch') return;
    this.#worker ??= this.#startWorker();
    this.#worker.postMessage(request);
  }

  #startWorker(): Worker {
    const worker = new Worker(workerUrl('./watch-worker', import.meta.url));
    worker.on('message', (report: WatchReport) => this.#take(report));
    worker.on('error', (cause: unknown) => {
      this.#worker = null;
      for (const { row, watching } of this.#sources.values())
        if (watching !== 'none') this.#poll(row.id, cause instanceof Error ? cause.message : String(cause));
    });
    worker.unref();
    return worker;
  }

  #take(report: WatchReport): void {
    if (this.#closed) return;
    switch (report.type) {
      case 'ready': {
        const source = this.#sources.get(report.id);
        if (source) this.#sources.set(report.id, { ...source, watching: 'events' });
        this.#parts.indexer.touch();
        break;
      }
      case 'failed':
        this.#poll(report.id, report.reason);
        break;
      case 'changed':
        for (const { id, paths } of report.changes) this.#notePaths(id, paths);
        this.#flush();
        break;
    }
  }

  #poll(id: number, reason: string): void {
    const source = this.#sources.get(id);
    if (source?.state !== 'online') return;
    const { pollMs } = this.#options;
    // what changed since the watch began, or failed, is found by the first look
    this.#sources.set(id, { ...source, watching: 'polling', nextPoll: 0 });
    const every = Math.round(pollMs / 1000);
    this.#parts.onNotice(
      `The system does not tell of changes in ${source.row.path}, so it is looked through every ${every} seconds. ${reason}`.trimEnd(),
    );
    this.#parts.indexer.touch();
    this.#look();
  }

  #notePaths(id: number, paths: readonly string[]): void {
    const pending = this.#pending.get(id) ?? new Set<string>();
    if (pending === 'all' || this.#sources.get(id)?.state !== 'online') return;
    let all = false;
    for (const path of paths) {
      // what its folder says has changed: all that is in it
      const concerned = posix.basename(path) === IGNORE_FILE ? posix.dirname(path) : path;
      if (concerned === '.') all = true;
      else pending.add(concerned);
    }
    this.#pending.set(id, all || pending.size > MANY ? 'all' : pending);
  }

  // ── runs ──

  #flush(): void {
    if (this.#closed || this.#running || this.#pending.size === 0) return;
    this.#running = this.#runAll().finally(() => {
      this.#running = null;
    });
  }

  async #runAll(): Promise<void> {
    while (!this.#closed && this.#pending.size > 0 && (await this.#runOnce()));
  }

  /** @returns false where it was not its turn: the next round, or the end of what is going on, tries again */
  async #runOnce(): Promise<boolean> {
    const taken = this.#pending;
    const targets = [...taken].flatMap(([id, paths]) => this.#target(id, paths));
    if (targets.length === 0) {
      this.#pending = new Map();
      return true;
    }
    const begun = performance.now();
    const run = this.#parts.indexer.startQuiet(targets, !this.#asked);
    if (run === null) {
      this.#parts.onWaiting();
      return false;
    }
    this.#pending = new Map();
    const asked = this.#asked;
    this.#asked = false;
    const ending = await run;
    this.#planPolls(taken, performance.now() - begun);
    if (ending === 'gave way') {
      this.#putBack(taken);
      // what a person asked for is asked for still
      this.#asked ||= asked;
    }
    return ending !== 'gave way';
  }

  #target(id: number, paths: Set<string> | 'all'): IndexTarget[] {
    const source = this.#sources.get(id);
    if (source?.state !== 'online') return [];
    return [{ source: source.row, start: '', ...(paths === 'all' ? {} : { paths: [...paths] }) }];
  }

  #planPolls(taken: ReadonlyMap<number, unknown>, took: number): void {
    for (const id of taken.keys()) {
      const source = this.#sources.get(id);
      if (source) source.nextPoll = performance.now() + Math.max(this.#options.pollMs, POLL_SHARE * took);
    }
  }

  #putBack(taken: ReadonlyMap<number, Set<string> | 'all'>): void {
    for (const [id, paths] of taken) {
      if (!this.#sources.has(id)) continue;
      if (paths === 'all') this.#pending.set(id, 'all');
      else this.#notePaths(id, [...paths]);
    }
  }
}
