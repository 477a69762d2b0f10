import type { EncodingProgress } from '../../contract/encoder-schemas.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { BackgroundMode, EndedJob, JobKind, JobsState } from '../../contract/job-schemas.ts';
import type { TeachProgress } from '../../contract/teach-schemas.ts';
import type { JobEnd, JobStore } from '../catalog/job-store.ts';
import type { Encoders } from '../encoders/encoders.ts';
import { ProgressTeller } from '../encoders/progress-teller.ts';
import type { Indexer } from '../indexing/indexer.ts';
import type { Teaching } from '../teach/teaching.ts';
import { activeJobs, type TaskSeen } from './active-jobs.ts';
import type { BackgroundWork } from './background-work.ts';
import { JobLog } from './job-log.ts';

/** Work of less time is not worth a line. */
const LONG_MS = 1000;

/** What work throws that ended because a person wanted it to. */
const CANCELLED: ReadonlySet<string> = new Set(['MAP_CANCELLED', 'JOB_CANCELLED']);

interface JobsParts {
  /** Null where the library was opened for reading: then nothing is written down. */
  readonly store: JobStore | null;
  readonly stored: () => EndedJob[];
  readonly indexer: Indexer;
  readonly encoders: Encoders;
  readonly teaching: Teaching;
  readonly background: BackgroundWork;
  /** Whether changes on disk wait to be looked at. */
  readonly changesWait: () => boolean;
}

/** How far some work is; both numbers 0 where that is not known. */
export type HowFar = () => Pick<TaskSeen, 'done' | 'total' | 'rate' | 'secondsLeft'>;

/** What a person can do with tracked work while it goes on. */
export interface TaskControl {
  readonly paused: boolean;
  readonly ending: boolean;
  /** Listed as what cannot be ended: not before it has taken a second. */
  readonly isListedLate?: boolean;
  /** None where it cannot be paused. */
  pause?(): void;
  resume?(): void;
  /** Resolves when it has ended. */
  cancel(): Promise<void>;
}

interface Task {
  readonly kind: JobKind;
  readonly began: Date;
  readonly howFar: HowFar;
  readonly control: TaskControl | null;
  shown: boolean;
  /** In the list of what was done, from when it is shown. */
  row: number | null;
}

/**
 * What runs in a library, waits and has ended, in one list. It holds nothing of its own but short tasks: what runs tells it, and what is
 * asked of a job is asked of what runs it.
 */
export class Jobs {
  readonly #parts: JobsParts;
  readonly #teller: ProgressTeller<JobsState>;
  readonly #log: JobLog | null;
  readonly #stops: (() => void)[] = [];
  readonly #tasks = new Map<number, Task>();
  #encoding: EncodingProgress | null = null;
  #teaching: TeachProgress | null = null;
  #nextTask = 1;
  #timer: NodeJS.Timeout | null = null;

  constructor(parts: JobsParts) {
    this.#parts = parts;
    this.#teller = new ProgressTeller<JobsState>((revision) => this.#state(revision));
    const { store, indexer, encoders, teaching, background } = parts;
    store?.cutAll();
    this.#log = store && new JobLog(store, () => this.#teller.listChanged());
    this.#stops.push(
      indexer.watch((event) => {
        this.#log?.takeIndex(event);
        this.#teller.changed();
      }),
      encoders.watch((event) => {
        if (event.type === 'progress') this.#encoding = event.encoding;
        this.#log?.takeEncoders(event);
        this.#teller.changed();
      }),
      teaching.watch((event) => {
        if (event.type === 'progress') this.#teaching = event.state === 'idle' ? null : event;
        this.#log?.takeTeaching(event, teaching.doing);
        this.#teller.changed();
      }),
    );
    background.whenChanged(() => this.#teller.changed());
  }

  #state(revision: number): JobsState {
    const { indexer, teaching, background, changesWait } = this.#parts;
    const jobs = activeJobs({
      index: indexer.progress(),
      waitingRuns: indexer.waitingRuns,
      changesWait: changesWait(),
      hold: background.hold,
      encoding: this.#encoding,
      teaching: this.#teaching && { kind: teaching.doing, progress: this.#teaching },
      tasks: this.#tasksSeen(),
    });
    return { type: 'progress', jobs, mode: background.mode, hold: background.hold, revision };
  }

  #tasksSeen(): TaskSeen[] {
    return [...this.#tasks].flatMap(([id, { kind, howFar, shown, control }]) =>
      shown ? [{ id, kind, ...howFar(), control }] : [],
    );
  }

  /** The present state at once, then every change of it. Returns how to stop. */
  watch(listener: (state: JobsState) => void): () => void {
    return this.#teller.watch(listener);
  }

  /** What has ended, the newest first. */
  ended(): EndedJob[] {
    return this.#parts.stored();
  }

  /** Something waits, or has changed, that tells nobody. */
  changed(): void {
    this.#teller.changed();
  }

  set mode(mode: BackgroundMode) {
    this.#parts.background.mode = mode;
  }

  goOnAnyway(): void {
    this.#parts.background.goOnAnyway();
  }

  /**
   * Does some work and shows it where it takes over a second; it is written down then.
   *
   * @param control null for work that goes on to its end whatever a person wants
   */
  async track<Result>(
    kind: JobKind,
    work: () => Promise<Result>,
    endOf: (result: Result) => Omit<JobEnd, 'outcome'> & Partial<JobEnd>,
    howFar: HowFar = () => ({ done: 0, total: 0 }),
    control: TaskControl | null = null,
  ): Promise<Result> {
    const began = new Date();
    const id = this.#nextTask++;
    const task: Task = { kind, began, howFar, control, shown: false, row: null };
    this.#tasks.set(id, task);
    const timer = setTimeout(() => this.#show(task), LONG_MS);
    timer.unref();
    // what a person can end is worth a line from its beginning
    if (control && control.isListedLate !== true) this.#show(task);
    try {
      const result = await work();
      if (task.shown) this.#log?.shut(task.row, { outcome: 'done', ...endOf(result) });
      return result;
    } catch (error) {
      const { code, message } = ServiceError.from(error);
      const failed: JobEnd = { outcome: 'failed', counts: {}, message };
      const cancelled: JobEnd = { outcome: 'cancelled', counts: {}, message: '' };
      if (task.shown) this.#log?.shut(task.row, CANCELLED.has(code) ? cancelled : failed);
      throw error;
    } finally {
      clearTimeout(timer);
      this.#tasks.delete(id);
      if (task.shown) this.#teller.changed();
    }
  }

  #show(task: Task): void {
    if (task.shown) return;
    task.shown = true;
    task.row = this.#log?.open(task.kind, task.began) ?? null;
    this.#teller.changed();
    this.#timer ??= setInterval(() => {
      this.#teller.changed();
      if (this.#tasks.size > 0 || !this.#timer) return;
      clearInterval(this.#timer);
      this.#timer = null;
    }, LONG_MS);
    this.#timer.unref();
  }

  /** Something that happened without running for long. */
  note(kind: JobKind, counts: Record<string, number>): void {
    this.#log?.note(kind, new Date(), { outcome: 'done', counts, message: '' });
  }

  /** Pauses a job; one that cannot be, or has ended, is left as it is. */
  pause(id: string): void {
    const { indexer, encoders, teaching } = this.#parts;
    if (id === 'index') indexer.pause();
    else if (id === 'encode') encoders.pause();
    else if (id === 'teach') teaching.pause();
    else this.#controlOf(id)?.pause?.();
  }

  resume(id: string): void {
    const { indexer, encoders, teaching } = this.#parts;
    if (id === 'index') indexer.resume();
    else if (id === 'encode') encoders.resume();
    else if (id === 'teach') teaching.resume();
    else this.#controlOf(id)?.resume?.();
  }

  /** Ends a job; what was done stays done. Resolves when it has ended. */
  async cancel(id: string): Promise<void> {
    const { indexer, encoders, teaching } = this.#parts;
    const waiting = /^run-(\d+)$/.exec(id)?.[1];
    if (id === 'index') await indexer.cancel();
    else if (id === 'teach') await teaching.cancel();
    else if (id === 'encode' && this.#encoding?.takesOver === true) await encoders.use(encoders.active);
    else if (waiting !== undefined) indexer.dropWaiting(Number(waiting));
    else await this.#controlOf(id)?.cancel();
  }

  #controlOf(id: string): TaskControl | null {
    const task = /^task-(\d+)$/.exec(id)?.[1];
    return (task === undefined ? null : this.#tasks.get(Number(task))?.control) ?? null;
  }

  /** Before what runs is ended by the closing of the library: that is no cancelling. */
  close(): void {
    for (const stop of this.#stops) stop();
    this.#log?.close();
    if (this.#timer) clearInterval(this.#timer);
    this.#teller.close();
  }
}
