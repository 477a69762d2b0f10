import { ServiceError } from '../../contract/errors.ts';
import type { IndexEvent, IndexProgress, IndexSummary } from '../../contract/schemas.ts';
import type { LibraryParts } from '../library-parts.ts';
import { IndexRun } from './index-run.ts';
import type { IndexTarget } from './plan-target.ts';

/** Progress is told this often: fast enough to look alive, slow enough to cost nothing. */
const TELL_MS = 200;

/** The index file is written this often in a long run, so that a crash costs at most these insertions. */
const SAVE_MS = 5 * 60_000;

/** A quiet run that changed fewer pictures than this leaves the index file to the next saving: writing it takes seconds. */
const FEW = 200;

type State = IndexProgress['state'];
type Listener = (event: IndexEvent) => void;

interface Running {
  readonly run: IndexRun;
  readonly abort: AbortController;
  readonly ended: Promise<IndexSummary>;
  /** Begun by changes on disk: it gives way to whatever a person asks for. */
  readonly quiet: boolean;
  /** It waits for a better time where that is asked of background work. */
  readonly background: boolean;
  gaveWay: boolean;
  paused: boolean;
}

/** The one index job of a library: start, pause, resume, cancel, and who listens to it. */
export class Indexer {
  readonly #parts: () => LibraryParts;
  readonly #settle: () => void;
  readonly #isHeld: () => boolean;
  readonly #listeners = new Set<Listener>();
  #running: Running | null = null;
  #last: IndexSummary | null = null;
  #revision = 1;
  #tellTimer: NodeJS.Timeout | null = null;
  #lastSave = performance.now();
  /** How much the running run has changed, as it was told. */
  #told = 0;
  #held = 0;
  /** What persons asked for while a run was under way, in order. */
  #waiting: { readonly number: number; readonly targets: readonly IndexTarget[] }[] = [];
  #nextWaiting = 1;

  /**
   * @param parts those of the encoder that answers; another does only between two runs
   * @param settle called at the end of each run, for what follows from what it found
   * @param isHeld whether background work has to wait
   */
  constructor(parts: () => LibraryParts, settle: () => void, isHeld: () => boolean) {
    this.#parts = parts;
    this.#settle = settle;
    this.#isHeld = isHeld;
  }

  /** Grows with each change to the set of pictures. */
  get revision(): number {
    return this.#revision;
  }

  get busy(): boolean {
    return this.#running !== null;
  }

  /** For changes made outside a run: a source was removed. */
  touch(): void {
    this.#revision++;
    this.#tellNow();
  }

  /** Calls `listener` with the present state at once and every event from then on. Returns how to stop. */
  watch(listener: Listener, lastRun = false): () => void {
    this.#listeners.add(listener);
    if (lastRun && this.#last) listener(this.#last);
    listener(this.progress());
    return () => this.#listeners.delete(listener);
  }

  /** @throws ServiceError INDEXING_BUSY where a run is under way */
  start(targets: readonly IndexTarget[]): void {
    this.#begin(targets, { quiet: false, background: false });
  }

  /** As {@link start}; where a run is under way this one begins when that has ended. */
  startInTurn(targets: readonly IndexTarget[]): void {
    if (this.#running) {
      this.#waiting.push({ number: this.#nextWaiting++, targets });
      this.#tellNow();
    } else this.start(targets);
  }

  /** Numbers of the runs that wait, in order. */
  get waitingRuns(): number[] {
    return this.#waiting.map(({ number }) => number);
  }

  /** Takes back what waits under this number. */
  dropWaiting(number: number): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting.number !== number);
    this.#tellNow();
  }

  /** Begins what waits, of the sources that are still there. */
  #beginNext(): void {
    const waiting = this.#waiting.shift();
    if (!waiting) return;
    const sources = new Map(
      this.#parts()
        .catalog.sources.all()
        .map((source) => [source.id, source]),
    );
    const targets = waiting.targets.flatMap((target) => {
      const source = sources.get(target.source.id);
      return source ? [{ ...target, source }] : [];
    });
    if (targets.length > 0) this.start(targets);
    else this.#beginNext();
  }

  /**
   * A run for changes on disk. It gives way to what a person asks for: see {@link exclusively}.
   *
   * @param background false where a person asked for what it does: then it waits for no better time
   * @returns how it ended; null where something else is going on, or it has to wait, and nothing was begun
   */
  startQuiet(targets: readonly IndexTarget[], background: boolean): Promise<'ended' | 'gave way'> | null {
    if (this.#running || this.#held > 0 || this.#waiting.length > 0) return null;
    if (background && this.#isHeld()) return null;
    const running = this.#begin(targets, { quiet: true, background });
    return running.ended.then(() => (running.gaveWay ? 'gave way' : 'ended'));
  }

  /** Background work has to wait from now on: a run that is, ends. What it did stays done. */
  async hold(): Promise<void> {
    if (!this.#running?.background) return;
    this.#running.gaveWay = true;
    await this.cancel();
  }

  /** Does `work` while no quiet run is under way: one that is, is ended. What it did stays done. */
  async exclusively<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    this.#held++;
    try {
      if (this.#running?.quiet) {
        this.#running.gaveWay = true;
        await this.cancel();
      }
      return await work();
    } finally {
      this.#held--;
    }
  }

  #begin(targets: readonly IndexTarget[], { quiet, background }: Pick<Running, 'quiet' | 'background'>): Running {
    if (this.#running) throw new ServiceError('INDEXING_BUSY', '');
    const abort = new AbortController();
    const run = new IndexRun(this.#parts(), targets, {
      onFailure: (failure) => this.#tell(failure),
      onProgress: () => this.#changed(),
    });
    this.#told = 0;
    const ended = run.run(abort.signal).then((summary) => this.#finish(run, { ...summary, quiet }));
    if (!quiet) this.#last = null;
    const running: Running = { run, abort, ended, quiet, background, gaveWay: false, paused: false };
    this.#running = running;
    this.#tellNow();
    return running;
  }

  async #finish(run: IndexRun, summary: IndexSummary): Promise<IndexSummary> {
    const settled = this.#settled(summary);
    const outcome = settled.quiet && run.changes < FEW ? settled : await this.#saved(settled);
    this.#running = null;
    if (!summary.quiet) this.#last = outcome;
    if (!summary.quiet || run.changes > this.#told) this.#revision++;
    this.#tell(outcome);
    this.#tellNow();
    this.#beginNext();
    return outcome;
  }

  #settled(summary: IndexSummary): IndexSummary {
    try {
      this.#settle();
      return summary;
    } catch (error) {
      // the next run settles it
      const { code, message } = ServiceError.from(error);
      return { ...summary, error: { code, message } };
    }
  }

  #saved(summary: IndexSummary): Promise<IndexSummary> {
    return this.#parts()
      .vectors.save()
      .then(
        () => summary,
        // the index file is a cache and the catalog is complete, but a full disk is worth saying
        (error: unknown): IndexSummary =>
          error instanceof ServiceError ? { ...summary, error: { code: error.code, message: error.message } } : summary,
      );
  }

  pause(): void {
    const running = this.#running;
    if (!running || running.paused || running.abort.signal.aborted) return;
    running.paused = true;
    running.run.pause();
    this.#tellNow();
  }

  resume(): void {
    const running = this.#running;
    if (!running?.paused) return;
    running.paused = false;
    running.run.resume();
    this.#tellNow();
  }

  /** Has the run that is under way read what lies in a folder (absolute) before the rest. */
  prefer(folder: string): void {
    this.#running?.run.prefer(folder);
  }

  /** Ends the run; resolves when what was under way is stored. */
  async cancel(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    running.abort.abort();
    this.resume();
    this.#tellNow();
    await running.ended;
  }

  progress(): IndexProgress {
    const running = this.#running;
    const counts = running?.run.counts ?? { found: 0, indexed: 0, unchanged: 0, moved: 0, removed: 0, failed: 0 };
    const active = running !== null && !running.paused && running.run.phase === 'indexing';
    return {
      type: 'progress',
      state: this.#state(),
      quiet: running?.quiet ?? false,
      ...counts,
      picturesPerSecond: active ? running.run.meter.rate() : 0,
      secondsLeft: active ? running.run.meter.secondsLeft(running.run.remaining) : null,
      revision: this.#revision,
    };
  }

  #state(): State {
    const running = this.#running;
    if (!running) return 'idle';
    if (running.abort.signal.aborted) return 'cancelling';
    return running.paused ? 'paused' : running.run.phase;
  }

  #changed(): void {
    const changes = this.#running?.run.changes ?? 0;
    if (changes > this.#told) this.#revision++;
    this.#told = changes;
    this.#tellTimer ??= setTimeout(() => this.#tellNow(), TELL_MS);
    if (performance.now() - this.#lastSave > SAVE_MS) {
      this.#lastSave = performance.now();
      // a failure is told by the save at the end of the run; until then the file is only older
      void this.#parts()
        .vectors.save()
        .catch(() => undefined);
    }
  }

  #tellNow(): void {
    if (this.#tellTimer) clearTimeout(this.#tellTimer);
    this.#tellTimer = null;
    this.#tell(this.progress());
  }

  #tell(event: IndexEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Cancels what runs and stops telling. */
  async close(): Promise<void> {
    this.#waiting = [];
    await this.cancel();
    if (this.#tellTimer) clearTimeout(this.#tellTimer);
    this.#listeners.clear();
  }
}
