import type { EncodersEvent, EncodingProgress } from '../../contract/encoder-schemas.ts';
import type { JobKind } from '../../contract/job-schemas.ts';
import type { IndexEvent, IndexSummary } from '../../contract/schemas.ts';
import type { TeachEvent } from '../../contract/teach-schemas.ts';
import { isUnseen } from '../../contract/unseen-run.ts';
import type { JobEnd, JobStore } from '../catalog/job-store.ts';

type Slot = 'index' | 'encode' | 'teach';

/** What is known so far of how something that runs will have ended. */
interface Running {
  readonly row: number;
  end: JobEnd | null;
}

const DONE: JobEnd = { outcome: 'done', counts: {}, message: '' };

/** Writes down what ran and how it ended, from the events of what runs. That it cannot be written down ends nothing. */
export class JobLog {
  readonly #store: JobStore;
  readonly #changed: () => void;
  readonly #running = new Map<Slot, Running>();
  #encoding: EncodingProgress | null = null;

  /** @param changed called when something more has ended */
  constructor(store: JobStore, changed: () => void) {
    this.#store = store;
    this.#changed = changed;
  }

  takeIndex(event: IndexEvent): void {
    if (event.type === 'progress') {
      if (event.state !== 'idle' && !isUnseen(event)) this.#begin('index', event.quiet ? 'rescan' : 'index', '');
    } else if (event.type === 'summary') {
      const end = endOfRun(event);
      if (end) this.#begin('index', event.quiet ? 'rescan' : 'index', '');
      this.#end('index', end);
    }
  }

  takeEncoders(event: EncodersEvent): void {
    const running = this.#running.get('encode');
    switch (event.type) {
      case 'progress':
        if (event.encoding) {
          // one may follow another without an end in between
          if (running && this.#encoding && this.#encoding.name !== event.encoding.name)
            this.#end('encode', running.end ?? this.#endOfEncoding());
          this.#encoding = event.encoding;
          this.#begin('encode', event.encoding.takesOver ? 'encode' : 'fill', event.encoding.name);
        } else if (running) this.#end('encode', running.end ?? this.#endOfEncoding());
        break;
      case 'swapped':
        if (running) running.end = { ...DONE, counts: { pictures: this.#encoding?.done ?? 0, skipped: event.skipped } };
        break;
      case 'failed':
        if (running && event.what === 'encoding') running.end = { ...DONE, outcome: 'failed', message: event.message };
        break;
      case 'installed':
      case 'notice':
      case 'devices':
        break;
    }
  }

  /** Null where nothing could be made up for: the drive of all of it is still away. */
  #endOfEncoding(): JobEnd | null {
    const { takesOver = true, done = 0, skipped = 0, total = 0 } = this.#encoding ?? {};
    if (takesOver) return { ...DONE, outcome: 'cancelled', counts: { pictures: done } };
    return total === 0 ? null : { ...DONE, counts: { pictures: done, skipped } };
  }

  /** @param kind what teaches now, where something does */
  takeTeaching(event: TeachEvent, kind: JobKind): void {
    const running = this.#running.get('teach');
    switch (event.type) {
      case 'progress':
        if (event.state !== 'idle') this.#begin('teach', kind, '');
        else if (running) this.#end('teach', running.end ?? DONE);
        break;
      case 'taught':
        if (running) running.end = { ...DONE, message: event.verdict?.sentence ?? '' };
        break;
      case 'swapped':
        if (running) running.end = { ...DONE, message: `Searches use “${event.name}”.` };
        break;
      case 'ended':
        if (running)
          running.end = { ...DONE, outcome: event.code === null ? 'cancelled' : 'failed', message: event.message };
        break;
    }
  }

  /** What is told nowhere else began then. @returns its row for {@link shut}; null where it cannot be written down */
  open(kind: JobKind, began: Date): number | null {
    let row: number | null = null;
    this.#try(() => (row = this.#store.begin(kind, '', began)));
    return row;
  }

  shut(row: number | null, end: JobEnd): void {
    this.#try(() => {
      if (row !== null) this.#store.end(row, end);
      this.#changed();
    });
  }

  /** What is told nowhere else: it began then, and has ended now. */
  note(kind: JobKind, began: Date, end: JobEnd): void {
    this.#try(() => {
      this.#store.end(this.#store.begin(kind, '', began), end);
      this.#changed();
    });
  }

  /** The library closes: what runs is cut off. */
  close(): void {
    for (const slot of this.#running.keys()) this.#end(slot, { ...DONE, outcome: 'cut' });
  }

  #begin(slot: Slot, kind: JobKind, name: string): void {
    if (this.#running.has(slot)) return;
    this.#try(() => this.#running.set(slot, { row: this.#store.begin(kind, name, new Date()), end: null }));
  }

  #end(slot: Slot, end: JobEnd | null): void {
    const running = this.#running.get(slot);
    if (!running) return;
    this.#running.delete(slot);
    this.#try(() => {
      if (end) this.#store.end(running.row, end);
      else this.#store.drop(running.row);
      this.#changed();
    });
  }

  #try(write: () => void): void {
    try {
      write();
    } catch {
      // a full disk: what runs says so itself
    }
  }
}

/** Null for a look through what changed on disk that changed nothing. */
function endOfRun({ quiet, cancelled, error, found, indexed, moved, removed, failed }: IndexSummary): JobEnd | null {
  const changed = indexed + moved + removed > 0;
  // a drive that is away is said by its source
  if (quiet && !changed && (error === null || error.code === 'FOLDER_MISSING')) return null;
  const stopped = cancelled ? (quiet ? 'gave-way' : 'cancelled') : 'done';
  return {
    outcome: error ? 'failed' : stopped,
    counts: { found, indexed, moved, removed, failed },
    message: error?.message ?? '',
  };
}
