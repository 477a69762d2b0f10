import { AskedThread } from '../asked-thread.ts';
import type { ComparisonControl } from './comparison-control.ts';
import { VERDICT, type Pairs } from './pair-verdicts.ts';
import type { SharedPictures } from './shared-pictures.ts';

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
}

/** Compares all pairs that nothing is known of, in several threads. What is left unknown when it was stopped is compared the next time. */
export async function compareInThreads(
  pairs: Pairs,
  start: Omit<ComparingStart, 'control' | 'copyOf'>,
  control: ComparisonControl,
  threads: number,
): Promise<void> {
  const unknown = Int32Array.from(pairs.verdicts.keys().filter((i) => pairs.verdicts[i] === VERDICT.unknown));
  const asked = new Int32Array(new SharedArrayBuffer(unknown.byteLength));
  asked.set(unknown);
  const count = start.pictures.sizes.length / 2;
  control.begin(count, asked.length);
  if (asked.length === 0) return;
  const copyOf = new Int32Array(new SharedArrayBuffer(4 * count));
  const file = new URL(
    import.meta.url.endsWith('.ts') ? './comparing-worker.ts' : './comparing-worker.js',
    import.meta.url,
  );
  const workerData = { ...start, control: control.shared, copyOf } satisfies ComparingStart;
  const options = { file, workerData, keptMs: 0, ended: 'a thread that compares pictures ended' };
  const asking = Array.from({ length: threads }, () => new AskedThread<PairsTask, null>(options));
  try {
    await Promise.all(asking.map((thread) => thread.ask({ ...pairs, asked })));
  } finally {
    await Promise.all(asking.map((thread) => thread.close()));
  }
}
