import { ServiceError } from '../../contract/errors.ts';
import { answerOfWorker } from '../threads/answer-of-worker.ts';
import { backupsIn } from './backup-files.ts';
import type { BackupResult, BackupTask } from './backup-worker.ts';
import { workerUrl } from '../../compute/worker-url.ts';

const DAY_MS = 24 * 3600 * 1000;
/** How often a library that stays open looks whether a day is over. */
const LOOK_MS = 3600 * 1000;

interface BackupsParts extends BackupTask {
  /** Whether there is anything to back up. */
  readonly hasContent: () => boolean;
  /** Says a sentence to the user. */
  readonly onNotice: (sentence: string) => void;
}

/** Backs the catalog up once a day while the library is open, the first time when it is opened; no search waits for it. */
export class Backups {
  readonly #parts: BackupsParts;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | null = null;
  /** What went wrong the last time: it is said once. */
  #problem: string | null = null;

  constructor(parts: BackupsParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
    this.#look();
  }

  /** Waits for a backup that is being written. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  #look(): void {
    const [newest] = backupsIn(this.#parts.folder);
    // a clock that was set back must not end the backups for years
    const age = newest ? Math.abs(Date.now() - newest.at.getTime()) : Infinity;
    if (this.#running !== null || age < DAY_MS || !this.#parts.hasContent()) return;
    this.#running = this.#backUp().finally(() => (this.#running = null));
  }

  async #backUp(): Promise<void> {
    const { catalog, folder } = this.#parts;
    const problem = await inWorker({ catalog, folder });
    const sentence = problem && `The daily backup of the catalog could not be made. ${problem.message}`;
    if (sentence !== null && sentence !== this.#problem) this.#parts.onNotice(sentence);
    this.#problem = sentence;
  }
}

async function inWorker(task: BackupTask): Promise<ServiceError | null> {
  try {
    const result = await answerOfWorker<BackupResult>(workerUrl('./backup-worker', import.meta.url), task);
    return result && new ServiceError(result.code, result.detail);
  } catch (error) {
    return ServiceError.from(error);
  }
}
