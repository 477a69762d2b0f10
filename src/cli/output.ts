import type { IndexProgress } from '../contract/schemas.ts';
import { formatCount, formatRate, formatSeconds } from './format.ts';

/** Where there is no terminal, a line this often: a log is read later, not watched. */
const LINE_MS = 5_000;

const BAR_CELLS = 24;

/** Standard output for results, standard error for everything else. */
export class Output {
  readonly json: boolean;
  #lastLine = Date.now();
  #barShown = false;

  constructor(json: boolean) {
    this.json = json;
  }

  /** One JSON value a line on standard output. */
  value(value: unknown): void {
    process.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** A line for people, on standard output where it is the result. */
  line(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  /** A line beside the result, on standard error. */
  notice(text: string): void {
    this.clearBar();
    process.stderr.write(`${text}\n`);
  }

  progress(progress: IndexProgress): void {
    if (progress.state === 'idle') return;
    const unknown = progress.state === 'scanning' || progress.found === 0;
    this.show(unknown ? 0 : doneOf(progress) / progress.found, progressText(progress));
  }

  /** Progress of anything, on standard error: a bar on a terminal, a line now and then elsewhere. @param share 0 to 1 */
  show(share: number, text: string): void {
    if (process.stderr.isTTY) {
      process.stderr.write(`\r\u001b[2K${bar(share)} ${text}`.slice(0, (process.stderr.columns || 120) + 4));
      this.#barShown = true;
    } else if (Date.now() - this.#lastLine >= LINE_MS) {
      this.#lastLine = Date.now();
      process.stderr.write(`${text}\n`);
    }
  }

  clearBar(): void {
    if (this.#barShown) process.stderr.write('\r\u001b[2K');
    this.#barShown = false;
  }
}

function doneOf(progress: IndexProgress): number {
  return progress.indexed + progress.unchanged + progress.moved + progress.failed;
}

/** "Indexing 3,412 of 8,900 · 61/s · 1 min 30 s left". */
function progressText(progress: IndexProgress): string {
  if (progress.state === 'scanning') return `Looking for pictures: ${formatCount(progress.found)} files so far`;
  const { found, picturesPerSecond, secondsLeft } = progress;
  return `Indexing ${countedProgress({ done: doneOf(progress), total: found, rate: picturesPerSecond, secondsLeft })}`;
}

interface Counted {
  readonly done: number;
  readonly total: number;
  /** A second; 0 where it is not known. */
  readonly rate: number;
  readonly secondsLeft: number | null;
}

/** "3,412 of 8,900 · 61/s · 1 min 30 s left". */
export function countedProgress({ done, total, rate, secondsLeft }: Counted): string {
  const parts = [`${formatCount(done)} of ${formatCount(total)}`];
  if (rate > 0) parts.push(formatRate(rate));
  if (secondsLeft !== null) parts.push(`${formatSeconds(secondsLeft)} left`);
  return parts.join(' · ');
}

function bar(share: number): string {
  const filled = Math.round(share * BAR_CELLS);
  return `[${'█'.repeat(filled)}${'·'.repeat(BAR_CELLS - filled)}]`;
}
