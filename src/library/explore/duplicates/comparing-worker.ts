/** A thread that compares pairs of pictures, beside others that do the same. Started by `comparing-threads.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { answerQuestions } from '../../threads/asked-thread.ts';
import type { ComparingStart, PairsTask } from './comparing-threads.ts';
import type { CoarseMatch } from '../comparing/compare-pictures.ts';
import { ComparisonControl } from './comparison-control.ts';
import { PairComparison } from './pair-comparison.ts';
import { VERDICT } from './pair-verdicts.ts';
import { PixelReader } from '../comparing/picture-pixels.ts';

sharp.concurrency(1);
sharp.cache(false);

/** Pairs that are taken at once: some milliseconds. */
const TAKEN = 256;

const { pictures, thumbs, control: words, copyOf } = workerData as ComparingStart;
const control = new ComparisonControl(words);
const pixels = new PixelReader(thumbs);
const comparison = new PairComparison(pictures, (hash) => pixels.read(hash));

answerQuestions(parentPort, async (task: PairsTask): Promise<null> => {
  for (;;) {
    const from = Atomics.add(task.taken, 0, TAKEN);
    if (from >= task.asked.length || control.isStopped) return null;
    const numbers = task.asked.subarray(from, from + TAKEN);
    await comparePairs(task, numbers);
    control.compared(numbers.length);
  }
});

async function comparePairs({ first, second, verdicts }: PairsTask, numbers: Int32Array): Promise<void> {
  const likely: { readonly number: number; readonly a: number; readonly b: number; readonly coarse: CoarseMatch }[] =
    [];
  for (const number of numbers) {
    const [a, b] = [first[number] ?? 0, second[number] ?? 0];
    if (haveOneOriginal(a, b)) continue;
    const coarse = comparison.coarse(a, b);
    if (coarse === null) verdicts[number] = VERDICT.different;
    else likely.push({ number, a, b, coarse });
  }
  for (const { a, b } of likely) {
    void comparison.read(a);
    void comparison.read(b);
  }
  for (const { number, a, b, coarse } of likely) {
    if (haveOneOriginal(a, b)) continue;
    const verdict = await comparison.fine(a, b, coarse);
    verdicts[number] = verdict;
    if (verdict !== VERDICT.different && copyOf[b] === 0) copyOf[b] = a + 1;
  }
}

/** Two that are copies of the same are in its set; whether they are the same is asked only where a set is formed around one of them. */
function haveOneOriginal(a: number, b: number): boolean {
  return copyOf[a] !== 0 && copyOf[a] === copyOf[b];
}
