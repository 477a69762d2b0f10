import { AskedThread } from '../../threads/asked-thread.ts';
import type { ComparisonControl } from './comparison-control.ts';
import { VERDICT, type Pairs } from './pair-verdicts.ts';
import type { SharedPictures } from './shared-pictures.ts';
import { workerUrl } from '../../../compute/worker-url.ts';

/** They are asked twice, one soon after the other. */
const KEPT_MS = 60_000;

/** What a thread is started with. */
export interface ComparingStart {
  readonly pictures: SharedPictures;
  readonly thumbs: string;
  /** See {@link ComparisonControl}. */
  readonly control: Int32Array;
  /** By place: 1 + the place of a picture that it was found to be a copy of, or 0. */
  readonly copyOf: Int32Array;
}

/** What a thread is asked: to take of these pairs what nobody else has taken, until there are none, and to write down what is found. */
export interface PairsTask extends Pairs {
  /** Numbers of the pairs. */
  readonly asked: Int32Array;
  /** How many of them were taken. */
  readonly taken: Int32Array;
}

/** Threads that compare pictures beside each other. */
export class ComparingThreads {
  readonly #threads: readonly AskedThread<PairsTask, null>[];
  readonly #control: ComparisonControl;
  readonly #pictures: number;
  readonly #copyOf: Int32Array;

  constructor(start: Omit<ComparingStart, 'control' | 'copyOf'>, control: ComparisonControl, threads: number) {
    this.#control = control;
    this.#pictures = start.pictures.sizes.length / 2;
    this.#copyOf = new Int32Array(new SharedArrayBuffer(4 * this.#pictures));
    const workerData = { ...start, control: control.shared, copyOf: this.#copyOf } satisfies ComparingStart;
    const file = workerUrl('./comparing-worker', import.meta.url);
    const options = { file, workerData, keptMs: KEPT_MS, ended: 'a thread that compares pictures ended' };
    this.#threads = Array.from({ length: threads }, () => new AskedThread<PairsTask, null>(options));
  }

  /** Compares all pairs that nothing is known of. What is left unknown when it was stopped is compared the next time. */
  async compare(pairs: Pairs): Promise<void> {
    const unknown = pairs.verdicts.reduce((sum, verdict) => sum + (verdict === VERDICT.unknown ? 1 : 0), 0);
    this.#control.begin(this.#pictures, unknown);
    if (unknown === 0) return;
    const asked = new Int32Array(new SharedArrayBuffer(4 * unknown));
    let n = 0;
    for (let i = 0; i < pairs.verdicts.length; i++) {
      if (pairs.verdicts[i] === VERDICT.unknown) asked[n++] = i;
      else if (pairs.verdicts[i] !== VERDICT.different)
        this.#copyOf[pairs.second[i] ?? 0] ||= 1 + (pairs.first[i] ?? 0);
    }
    const taken = new Int32Array(new SharedArrayBuffer(4));
    await Promise.all(this.#threads.map((thread) => thread.ask({ ...pairs, asked, taken })));
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}
