import { join } from 'node:path';
import { setImmediate as letOthersRun } from 'node:timers/promises';
import { ServiceError } from '../../contract/errors.ts';
import type { IndexEvent, IndexSummary } from '../../contract/schemas.ts';
import type { FailureRow } from '../catalog/file-store.ts';
import { FileFailureError } from '../media/decode-protocol.ts';
import type { LibraryParts } from '../library-parts.ts';
import { FileReader } from './file-reader.ts';
import { Gate } from './gate.ts';
import { IndexWriter, type FileSeen } from './index-writer.ts';
import { readDueMetadata, readSidecars } from './metadata-reading.ts';
import type { IndexPlan, SidecarPlan } from './plan.ts';
import { pathInside } from './path-inside.ts';
import { planTarget, type IndexTarget, type TargetPlan } from './plan-target.ts';
import { ProgressMeter } from './progress-meter.ts';
import { ReadQueue } from './read-queue.ts';
import { rootIdentity, sourceState, stillThere } from './presence.ts';
import type { ScannedFile } from './scan.ts';

/**
 * Pictures between their reading and their storing, at least: 96 × 0.15 MB of pixels, and enough to fill both pools and a write. A
 * device that takes more at once gets more.
 */
const IN_FLIGHT = 96;

/** Videos at once: one has up to 24 moments, 3.6 MB of pixels. */
const VIDEOS_IN_FLIGHT = 4;

/** Paths that are taken out of the catalog between two looks at the event loop: some 5 ms. */
const SLICE = 100;

/** Failures that a drive which was unplugged brings about. */
const OF_THE_DRIVE: ReadonlySet<FailureRow['code']> = new Set(['FILE_VANISHED', 'FILE_UNREADABLE', 'DECODER_TIMEOUT']);

interface Counts {
  found: number;
  indexed: number;
  unchanged: number;
  moved: number;
  removed: number;
  failed: number;
}

interface PlannedTarget {
  readonly target: IndexTarget;
  readonly plan: IndexPlan;
  readonly sidecars: SidecarPlan;
}

type FailureEvent = Extract<IndexEvent, { type: 'failure' }>;

/** One index run: scan → plan → read, decode, encode → store. Bounded in memory; can be paused; ends early by its signal. */
export class IndexRun {
  readonly counts: Counts = { found: 0, indexed: 0, unchanged: 0, moved: 0, removed: 0, failed: 0 };
  readonly meter = new ProgressMeter();
  #phase: 'scanning' | 'indexing' = 'scanning';
  readonly #parts: LibraryParts;
  readonly #targets: readonly IndexTarget[];
  readonly #writer: IndexWriter;
  readonly #reader: FileReader;
  readonly #gate: Gate;
  readonly #videos = new Gate(VIDEOS_IN_FLIGHT);
  readonly #onFailure: (failure: FailureEvent) => void;
  readonly #onProgress: () => void;
  /** Sources that went while they were read. */
  readonly #lost = new Set<IndexTarget>();
  #queue = new ReadQueue<IndexTarget, ScannedFile>([]);
  #preferred: string | null = null;
  /** How much was changed in the library. */
  changes = 0;
  /** Pictures that may have lost their last file in a run over single paths. */
  readonly #touched = new Set<number>();
  /** How many paths of each picture are gone: one that turns up elsewhere was moved. */
  readonly #gone = new Map<number, number>();

  constructor(
    parts: LibraryParts,
    targets: readonly IndexTarget[],
    report: { readonly onFailure: (failure: FailureEvent) => void; readonly onProgress: () => void },
  ) {
    this.#parts = parts;
    this.#targets = targets;
    this.#onFailure = report.onFailure;
    this.#onProgress = report.onProgress;
    this.#gate = new Gate(() => Math.max(IN_FLIGHT, 2 * parts.batcher.room));
    this.#writer = new IndexWriter(parts.catalog, parts.store, parts.vectors, parts.upcoming);
    this.#reader = new FileReader(parts, this.#writer);
  }

  get phase(): 'scanning' | 'indexing' {
    return this.#phase;
  }

  get remaining(): number {
    const { found, indexed, unchanged, moved, failed } = this.counts;
    return Math.max(0, found - indexed - unchanged - moved - failed);
  }

  pause(): void {
    this.#gate.shut();
    this.meter.pause();
  }

  resume(): void {
    this.meter.resume();
    this.#gate.reopen();
  }

  /** Reads what lies in a folder (absolute) before the rest. */
  prefer(folder: string): void {
    this.#preferred = folder;
    this.#queue.prefer(({ source }, { path }) => pathInside(folder, join(source.path, path)) !== null);
  }

  /** Runs to the end. What was done stays done, whatever ends it. */
  async run(signal: AbortSignal): Promise<Omit<IndexSummary, 'quiet'>> {
    const problem = await this.#work(signal).then(
      () => null,
      (error: unknown) => (signal.aborted ? null : ServiceError.from(error)),
    );
    await this.#writer.flush();
    await this.#reader.dropUnstored();
    await this.#hideGone();
    const seconds = this.meter.activeMs / 1000;
    return {
      type: 'summary',
      ...this.counts,
      seconds,
      picturesPerSecond: seconds > 0 ? this.counts.indexed / seconds : 0,
      cancelled: signal.aborted,
      error: problem && { code: problem.code, message: problem.message },
    };
  }

  /** Those of pictures that were decoded and not stored. */
  async #hideGone(): Promise<void> {
    const { catalog, vectors } = this.#parts;
    // what was read was revealed with it: after a run over single paths only these can be gone
    if (this.#targets.every(({ paths }) => paths !== undefined)) {
      await vectors.conceal(catalog.filelessAmong([...this.#touched]));
    } else if (this.changes > 0) await vectors.setPresent(catalog.presentMediaIds());
  }

  async #work(signal: AbortSignal): Promise<void> {
    this.#parts.catalog.presence.runBegins();
    const plans = await this.#plan(signal);
    for (const { target, plan } of plans) {
      this.counts.unchanged += plan.unchanged;
      for (const failure of plan.stillFailing) this.#reportFailure(target, failure);
    }
    // first, and quickly: pictures that are read after them have all that is said of them at once
    await this.#readSidecars(plans, signal);
    this.#phase = 'indexing';
    await this.#readAll(plans, signal);
    await this.#removeGone(plans);
    await this.#readDueMetadata(plans, signal);
    // one of several that went is seen by its state; the only one is worth a word
    const [lost] = this.#lost;
    if (lost && this.#lost.size === this.#targets.length) throw new ServiceError('FOLDER_MISSING', lost.source.path);
  }

  async #plan(signal: AbortSignal): Promise<PlannedTarget[]> {
    const { catalog, paths } = this.#parts;
    const plans: PlannedTarget[] = [];
    const offline: ServiceError[] = [];
    for (const target of this.#targets) {
      const { source } = target;
      const before = this.counts.found;
      const onFound = (found: number): void => {
        this.counts.found = before + found;
        this.#onProgress();
      };
      const options = { signal, onFound, except: [paths.folder] };
      const there = planTarget(paths.catalog, catalog, target, options).then(async (planned) => {
        // what vanished meanwhile looks as if all had been deleted
        if ((await sourceState(catalog, source)) === 'offline') throw new ServiceError('FOLDER_MISSING', source.path);
        const root = await rootIdentity(source.path);
        if (root !== null) catalog.sources.setRoot(source.id, root);
        return planned;
      });
      const planned = await there.catch((error: unknown) => {
        // one unplugged drive must not keep the others from being indexed
        if (!(error instanceof ServiceError)) throw error;
        offline.push(error);
        return null;
      });
      if (!planned) continue;
      this.counts.found = before + planned.found;
      this.#noteGone(planned);
      plans.push({ target, plan: planned.plan, sidecars: planned.sidecars });
    }
    if (plans.length === 0 && offline[0]) throw offline[0];
    return plans;
  }

  #noteGone({ concerned, plan }: TargetPlan): void {
    const gone = new Set(plan.gone);
    for (const { path, mediaId } of concerned) {
      if (gone.has(path)) this.#gone.set(mediaId, (this.#gone.get(mediaId) ?? 0) + 1);
      this.#touched.add(mediaId);
    }
  }

  async #readSidecars(plans: readonly PlannedTarget[], signal: AbortSignal): Promise<void> {
    const { catalog, decoders } = this.#parts;
    const parts = { catalog, decoders, gate: this.#gate, signal };
    for (const { target, sidecars } of plans) {
      // of a drive that is going, what is not there any more was not taken away
      const gone = sidecars.gone.length > 0 && (await this.#isLost(target)) ? [] : sidecars.gone;
      this.changes += await readSidecars(parts, target.source, { ...sidecars, gone });
    }
  }

  /** What an older version read, of sources that are looked through as a whole. How long that takes is not told: all pictures are there. */
  async #readDueMetadata(plans: readonly PlannedTarget[], signal: AbortSignal): Promise<void> {
    const { catalog, decoders } = this.#parts;
    const parts = { catalog, decoders, gate: this.#gate, signal };
    for (const { target } of plans) {
      if (target.paths !== undefined || catalog.metadata.due(target.source.id, 0, 1).length === 0) continue;
      this.#phase = 'scanning';
      this.changes += await readDueMetadata(parts, target.source);
    }
  }

  async #readAll(plans: readonly PlannedTarget[], signal: AbortSignal): Promise<void> {
    // the first failure of the pipeline itself (a full disk, a lost encoder) stops the reading of more
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    const flying = new Set<Promise<void>>();
    const launch = async (work: () => Promise<void>): Promise<void> => {
      await this.#gate.enter(either);
      const flight = work()
        .catch((error: unknown) => stop.abort(error))
        .finally(() => {
          this.#gate.leave();
          flying.delete(flight);
        });
      flying.add(flight);
    };
    try {
      for (const { target, plan } of plans) {
        for (const { file, code, message } of plan.refused)
          await launch(() => this.#refuse(target, file, code, message));
      }
      this.#queue = new ReadQueue(plans.map(({ target, plan }) => ({ origin: target, items: plan.read })));
      if (this.#preferred !== null) this.prefer(this.#preferred);
      while (!this.#queue.isEmpty) {
        // before the next is taken: until then another folder may be wanted first
        await this.#gate.pass(either);
        const next = this.#queue.take();
        if (next !== null) await launch(() => this.#read(next.origin, next.item, either));
      }
    } finally {
      await this.#drain(flying);
    }
    if (stop.signal.aborted) throw stop.signal.reason;
  }

  /**
   * Waits for what is in the pipeline, also where the run is paused. Where the run was cancelled that is what is being stored: pictures
   * that are being decoded or encoded are read by the next run.
   */
  async #drain(flying: ReadonlySet<Promise<void>>): Promise<void> {
    this.#gate.reopen();
    while (flying.size > 0) await Promise.race(flying);
  }

  async #read(target: IndexTarget, file: ScannedFile, signal: AbortSignal): Promise<void> {
    if (this.#lost.has(target)) return;
    // by its name: what is a video all the same is one of few
    const isVideo = file.kind === 'video';
    try {
      if (isVideo) await this.#videos.enter(signal);
      await this.#readFile(target, file, signal).finally(() => isVideo && this.#videos.leave());
    } catch (error) {
      if (!(error instanceof FileFailureError)) throw error;
      // the file is not to blame where its drive is gone
      if (OF_THE_DRIVE.has(error.code) && (await this.#isLost(target))) return;
      await this.#refuse(target, file, error.code, error.message);
    }
  }

  async #readFile(target: IndexTarget, file: ScannedFile, signal: AbortSignal): Promise<void> {
    const { path, size, mtimeMs } = file;
    const seen: FileSeen = { sourceId: target.source.id, path, size, mtimeMs };
    const read = await this.#reader.read(join(target.source.path, path), seen, file.kind === 'video', signal);
    if (read.known) this.#countKnown(read.mediaId);
    else this.#count('indexed');
  }

  #countKnown(mediaId: number | null): void {
    const gone = mediaId === null ? 0 : (this.#gone.get(mediaId) ?? 0);
    if (mediaId !== null && gone > 0) this.#gone.set(mediaId, gone - 1);
    this.#count(gone > 0 ? 'moved' : 'indexed');
  }

  /** Whether a source went while it was read; then nothing of it is read, and nothing is taken for deleted. */
  async #isLost(target: IndexTarget): Promise<boolean> {
    if (this.#lost.has(target)) return true;
    if ((await sourceState(this.#parts.catalog, target.source)) === 'online') return false;
    this.#lost.add(target);
    return true;
  }

  async #refuse(target: IndexTarget, file: ScannedFile, code: FailureRow['code'], message: string): Promise<void> {
    const { path, size, mtimeMs } = file;
    const failure: FailureRow = {
      sourceId: target.source.id,
      path,
      size,
      mtimeMs,
      code,
      message,
      since: new Date().toISOString(),
    };
    await this.#writer.add({ kind: 'failure', failure });
    this.meter.add(1);
    this.changes++;
    this.#reportFailure(target, failure);
  }

  #reportFailure(target: IndexTarget, { path, code, message }: FailureRow): void {
    this.counts.failed++;
    this.#onFailure({ type: 'failure', path: join(target.source.path, path), code, message });
    this.#onProgress();
  }

  #count(what: 'indexed' | 'moved'): void {
    this.counts[what]++;
    this.changes++;
    this.meter.add(1);
    this.#onProgress();
  }

  async #removeGone(plans: readonly PlannedTarget[]): Promise<void> {
    for (const { target, plan } of plans) {
      if (plan.gone.length === 0 || (await this.#isLost(target))) continue;
      for (let i = 0; i < plan.gone.length; i += SLICE) {
        const gone = plan.gone.slice(i, i + SLICE);
        this.#parts.catalog.removePaths(target.source.id, gone, await stillThere(target.source.path, gone));
        await letOthersRun();
      }
      this.changes += plan.gone.length;
    }
    if (this.#lost.size === 0) for (const left of this.#gone.values()) this.counts.removed += left;
  }
}
