/** How far a download is, how fast, and how long it takes still. */
import { performance } from 'node:perf_hooks';
import { downloadBytes, type EncoderDefinition, type EncoderFile } from './definition.ts';

export interface DownloadProgress {
  /** `install` is what comes after the last byte: verifying, preparing, trying. */
  readonly phase: 'download' | 'install';
  /** Path of the file that is being loaded. */
  readonly file: string;
  /** Bytes of all files that are there, and of all. */
  readonly bytes: number;
  readonly total: number;
  /** Over the last seconds; 0 where nothing came yet. */
  readonly bytesPerSecond: number;
  /** `null` until there is a rate. */
  readonly secondsLeft: number | null;
}

/** The rate is that of the last seconds: connections change. */
const WINDOW_MS = 5000;
/** Progress is told this often, and whenever a file or phase begins. */
const EVERY_MS = 200;

/** Adds up what comes. */
export class ProgressMeter {
  readonly #onProgress: ((progress: DownloadProgress) => void) | undefined;
  readonly #now: () => number;
  readonly #samples: { readonly at: number; readonly bytes: number }[] = [];
  #total: number;
  #before = 0;
  #file: EncoderFile | undefined;
  #inFile = 0;
  #phase: DownloadProgress['phase'] = 'download';
  #told = Number.NEGATIVE_INFINITY;

  constructor(
    definition: EncoderDefinition,
    onProgress?: (progress: DownloadProgress) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#total = downloadBytes(definition);
    this.#onProgress = onProgress;
    this.#now = now;
  }

  /** The next file begins. */
  file(file: EncoderFile): void {
    this.#before += this.#inFile;
    // What the last file had in truth takes the place of its listed size.
    if (this.#file !== undefined) this.#total += this.#inFile - (this.#file.bytes ?? 0);
    [this.#file, this.#inFile] = [file, 0];
    this.#samples.length = 0;
    this.#tell(true);
  }

  /** So much of the current file is there. */
  bytes(bytes: number): void {
    this.#inFile = bytes;
    const at = this.#now();
    this.#samples.push({ at, bytes });
    while ((this.#samples[0]?.at ?? at) < at - WINDOW_MS) this.#samples.shift();
    this.#tell(false);
  }

  phase(phase: DownloadProgress['phase']): void {
    this.#phase = phase;
    this.#tell(true);
  }

  #tell(always: boolean): void {
    const at = this.#now();
    if (!always && at - this.#told < EVERY_MS) return;
    this.#told = at;
    const bytes = this.#before + this.#inFile;
    const total = Math.max(this.#total, bytes);
    const rate = this.#rate();
    this.#onProgress?.({
      phase: this.#phase,
      file: this.#file?.path ?? '',
      bytes,
      total,
      bytesPerSecond: rate,
      secondsLeft: rate === 0 ? null : (total - bytes) / rate,
    });
  }

  #rate(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.at === first.at) return 0;
    return ((last.bytes - first.bytes) / (last.at - first.at)) * 1000;
  }
}
