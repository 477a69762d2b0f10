import { setTimeout as delay } from 'node:timers/promises';
import { ServiceError } from '../../contract/errors.ts';
import type { EncodersEvent, EncodingProgress } from '../../contract/encoder-schemas.ts';
import type { BackgroundHold } from '../../contract/job-schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Indexer } from '../indexing/indexer.ts';
import type { LibraryPaths } from '../library-folder.ts';
import type { DecodePool } from '../media/decode-pool.ts';
import type { ActiveLibrary, OpenedModel } from './active-library.ts';
import { EncodingRun } from './encoding-run.ts';
import { openParts, type ModelParts, type RunningEncoder } from './model-parts.ts';
import type { ProgressTeller } from './progress-teller.ts';
import type { EncoderSettings } from './settings.ts';

/** Between two looks whether it is this run's turn. */
const TURN_MS = 40;

/** Errors after which the same encoder can go on later: the disk was full, another program held the database. */
const PASSING: readonly string[] = ['DISK_FULL', 'LIBRARY_READ_ONLY', 'CATALOG_BUSY'];

interface SwitchParts {
  readonly paths: LibraryPaths;
  readonly catalog: Catalog;
  readonly decoders: DecodePool;
  readonly settings: EncoderSettings;
  readonly active: ActiveLibrary;
  readonly indexer: Indexer;
  readonly teller: ProgressTeller<EncodersEvent>;
  /** Brings an encoder with the version that was chosen for it; takes it over. */
  readonly withVersion: (running: RunningEncoder, onNotice: (sentence: string) => void) => Promise<RunningEncoder>;
  /** Why background work has to wait; null where it does not. */
  readonly hold: () => BackgroundHold | null;
  /** Called when there is much to encode. */
  readonly onMuch: (pictures: number) => void;
}

interface Task {
  readonly id: string;
  readonly name: string;
  readonly takesOver: boolean;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

interface Round {
  readonly run: EncodingRun;
  /** Pictures with a file, and how many of them had features when the round began. */
  readonly present: number;
  readonly before: number;
}

/**
 * Encodes the library anew in the background: for an encoder that takes over when all is encoded, or what the active one lacks
 * because its original was not there. One at a time. Index runs and searches go first.
 */
export class EncoderSwitch {
  readonly #parts: SwitchParts;
  #task: Task | null = null;
  #round: Round | null = null;
  #phase: EncodingProgress['phase'] = 'encoding';
  #upcoming: OpenedModel | null = null;
  #paused = false;
  #closed = false;
  /** A person asked for it just now: it waits for no better time. */
  #asked = false;

  constructor(parts: SwitchParts) {
    this.#parts = parts;
  }

  /** The encoder that takes over next, and what is kept of it: what is indexed meanwhile is encoded for it too. */
  get upcoming(): ModelParts | null {
    return this.#upcoming?.parts ?? null;
  }

  /** Its id. */
  get upcomingId(): string | null {
    return this.#task?.takesOver === true ? this.#task.id : (this.#parts.settings.upcoming?.id ?? null);
  }

  /** Whether it will answer with the version that was chosen for it last. */
  get bringsWanted(): boolean {
    const parts = this.upcoming;
    if (!parts) return true;
    return parts.projection.id === (this.#parts.catalog.models.active(parts.encoder.id) ?? parts.base.id);
  }

  get progress(): EncodingProgress | null {
    const task = this.#task;
    if (!task) return null;
    const round = this.#round;
    const skipped = round?.run.skipped.size ?? 0;
    const total = Math.max(0, (round?.present ?? 0) - skipped);
    const done = Math.min(total, (round?.before ?? 0) + (round?.run.done ?? 0));
    const waiting = this.#parts.indexer.busy;
    const heldBy = this.#heldBy;
    const moving = !this.#paused && !waiting && heldBy === null && this.#phase === 'encoding';
    return {
      encoder: task.id,
      name: task.name,
      takesOver: task.takesOver,
      phase: this.#phase,
      done,
      total,
      skipped,
      rate: moving ? (round?.run.meter.rate() ?? 0) : 0,
      secondsLeft: moving ? (round?.run.meter.secondsLeft(total - done) ?? null) : null,
      paused: this.#paused,
      waiting,
      heldBy,
    };
  }

  get #heldBy(): BackgroundHold | null {
    return this.#asked ? null : this.#parts.hold();
  }

  /**
   * Lets an encoder take over when the library is encoded with it. What ran before is stopped.
   *
   * @param goingOn whether it was begun before, and stays paused where it was
   */
  async begin(running: RunningEncoder, goingOn: boolean): Promise<void> {
    await this.#stop();
    const { id, name } = running.definition;
    // as it is now: starting the encoder took a while
    const paused = goingOn && this.#parts.settings.upcoming?.paused === true;
    this.#parts.settings.upcoming = { id, paused };
    this.#paused = paused;
    this.#asked = !goingOn;
    this.#start({ id, name, takesOver: true }, (signal) => this.#takeOver(running, signal));
  }

  /** Encodes what the active encoder lacks, where nothing else is under way. */
  fillActive(): void {
    const { active, catalog } = this.#parts;
    if (this.#task || this.#closed || this.#parts.settings.upcoming) return;
    const { definition, store } = active.current;
    const awaiting = store.awaitingIds();
    if (awaiting.size === 0 || ![...catalog.presentMediaIds()].some((id) => awaiting.has(id))) return;
    const { id, name } = definition;
    this.#asked = false;
    this.#start({ id, name, takesOver: false }, (signal) =>
      active.use(async (parts) => {
        const missing = new Set([...awaiting].filter((media) => !parts.store.features(media)));
        await this.#encodeMissing(parts, () => missing, signal);
      }),
    );
  }

  /** Stops encoding for the upcoming encoder and forgets it; its features stay. */
  async cancel(): Promise<void> {
    this.#parts.settings.upcoming = null;
    this.#paused = false;
    await this.#stop();
    this.#parts.teller.listChanged();
  }

  pause(): void {
    if (this.#task || this.#parts.settings.upcoming) this.#setPaused(true);
  }

  resume(): void {
    this.#asked = true;
    this.#setPaused(false);
  }

  #setPaused(paused: boolean): void {
    const { settings, teller } = this.#parts;
    this.#paused = paused;
    if (paused) this.#round?.run.meter.pause();
    else this.#round?.run.meter.resume();
    const upcoming = settings.upcoming;
    if (upcoming && upcoming.paused !== paused) settings.upcoming = { ...upcoming, paused };
    teller.changed();
  }

  /** Stops; the next start goes on from there. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#stop();
  }

  async #stop(): Promise<void> {
    this.#task?.abort.abort();
    await this.#task?.ended;
  }

  #start(what: Pick<Task, 'id' | 'name' | 'takesOver'>, work: (signal: AbortSignal) => Promise<void>): void {
    const abort = new AbortController();
    this.#phase = 'encoding';
    // not before the task is known
    const ended = Promise.resolve()
      .then(() => work(abort.signal))
      .catch((error: unknown) => this.#failed(what, error, abort.signal))
      .finally(() => {
        this.#task = null;
        this.#round = null;
        this.#parts.teller.listChanged();
      });
    this.#task = { ...what, abort, ended };
    this.#parts.teller.listChanged();
  }

  #failed({ id, takesOver }: Pick<Task, 'id' | 'takesOver'>, error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    const { code, message } = ServiceError.from(error);
    if (takesOver && !PASSING.includes(code)) this.#parts.settings.upcoming = null;
    this.#parts.teller.tell({ type: 'failed', what: 'encoding', encoder: id, code, message });
  }

  /** Encodes, indexes aside, and swaps when nothing is missing. Closes what it opened where it does not come to that. */
  async #takeOver(running: RunningEncoder, signal: AbortSignal): Promise<void> {
    let answering = running;
    let opened: OpenedModel | null = null;
    let swapped = false;
    try {
      const { paths, catalog, teller, withVersion } = this.#parts;
      const notice = (message: string): void => teller.tell({ type: 'notice', message });
      answering = await withVersion(running, notice);
      opened = await openParts(paths, catalog, answering, false);
      this.#upcoming = opened;
      while (!(await this.#makeReady(opened.parts, signal)));
      this.#swap(opened);
      swapped = true;
    } finally {
      this.#upcoming = null;
      if (!swapped) await (opened ?? answering).close();
    }
  }

  /** Whether, at the end of it, the encoder lacks nothing and its index is written: nothing has changed meanwhile. */
  async #makeReady(parts: ModelParts, signal: AbortSignal): Promise<boolean> {
    const { catalog, indexer } = this.#parts;
    this.#phase = 'encoding';
    const skipped = await this.#encodeMissing(parts, () => this.#lacking(parts), signal);
    await this.#turn(signal);
    this.#phase = 'indexing';
    this.#parts.teller.changed();
    const { revision } = indexer;
    await parts.vectors.catchUp();
    await parts.vectors.setPresent(catalog.presentMediaIds());
    await parts.vectors.save();
    signal.throwIfAborted();
    if (indexer.busy || indexer.revision !== revision) return false;
    return [...this.#lacking(parts)].every((id) => skipped.has(id));
  }

  /** Everything at once: nothing else runs between the first line and the last. */
  #swap(model: OpenedModel): void {
    const { settings, active, indexer, teller } = this.#parts;
    const { definition, encoder } = model.parts;
    const before = active.current;
    const skipped = this.#round?.run.skipped.size ?? 0;
    settings.takeOver(
      { id: definition.id, features: encoder.id },
      { id: before.definition.id, features: before.encoder.id },
    );
    active.replace(model);
    indexer.touch();
    teller.tell({ type: 'swapped', encoder: definition.id, name: definition.name, skipped });
  }

  #lacking({ store }: ModelParts): Set<number> {
    const complete = store.completeIds();
    return new Set([...this.#parts.catalog.presentMediaIds()].filter((id) => !complete.has(id)));
  }

  /** Encodes what is missing, newest first. Gives what had to be skipped. */
  async #encodeMissing(
    model: ModelParts,
    missing: () => ReadonlySet<number>,
    signal: AbortSignal,
  ): Promise<ReadonlySet<number>> {
    const { catalog, decoders, teller, onMuch } = this.#parts;
    const run = new EncodingRun({
      catalog,
      decoders,
      model,
      turn: (either) => this.#turn(either),
      onProgress: () => teller.changed(),
    });
    if (this.#paused) run.meter.pause();
    const look = (): number[] => {
      const newest = catalog.newestMediaIds();
      const lacking = missing();
      const wanted = newest.filter((id) => lacking.has(id));
      this.#round = { run, present: newest.length, before: newest.length - wanted.length };
      teller.changed();
      return wanted;
    };
    // once to say how much there is, and when it is this run's turn once more: an index run may have done some of it
    look();
    await this.#turn(signal);
    const wanted = look();
    onMuch(wanted.length);
    await run.run(wanted, signal);
    return run.skipped;
  }

  /** Resolves when nothing that goes first is under way: the user's pause, an index run, a search; and background work need not wait. */
  async #turn(signal: AbortSignal): Promise<void> {
    const { indexer, active } = this.#parts;
    signal.throwIfAborted();
    // the filling of the active encoder is itself one that uses it
    const own = this.#task?.takesOver === false ? 1 : 0;
    while (this.#paused || indexer.busy || active.users > own || this.#heldBy !== null)
      await delay(TURN_MS, undefined, { signal });
  }
}
