import { dirname, join } from 'node:path';
import { Output } from '../output.ts';
import { runIndexing, withLibrary, type Session } from '../session.ts';
import type { Report } from './measurement.ts';

/** Runs whose estimates are summed up. */
const ROUNDS = 2;

/** The estimate is taken when so much of a run is done. */
const DONE = 0.1;

/** Time left as it is told at 10 % of a run, against what it then takes; the bar is 0.7 to 1.3. */
export async function benchEstimate(folder: string, photos: readonly string[], report: Report): Promise<void> {
  const sums = { told: 0, took: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const libraryFolder = join(folder, `estimate-library-${round}`);
    const run = await withLibrary({ libraryFolder }, (session) => estimated(session, dirname(photos[0] ?? '')));
    sums.told += run.told;
    sums.took += run.took;
  }
  report({
    bench: 'index',
    metric: `time left told at 10 %, sum of ${ROUNDS} runs, of 0.7 to 1.3`,
    value: sums.told,
    unit: 's',
    reference: sums.took,
    ratio: sums.told / sums.took,
  });
}

/** Seconds left as first told after 10 %, and as they were. NaN where the run is too short to tell. */
async function estimated(session: Session, photos: string): Promise<{ told: number; took: number }> {
  const stop = new AbortController();
  const events = await session.client.indexing.watch(undefined, { signal: stop.signal });
  const estimate = { told: Number.NaN, at: Number.NaN };
  const watching = (async () => {
    for await (const event of events) {
      if (event.type !== 'progress' || event.secondsLeft === null || event.state !== 'indexing') continue;
      if (!Number.isNaN(estimate.told) || event.indexed < DONE * event.found || event.found === 0) continue;
      estimate.told = event.secondsLeft;
      estimate.at = performance.now();
    }
  })();
  try {
    await runIndexing(session, [photos], new Output(true), () => undefined);
    return { told: estimate.told, took: (performance.now() - estimate.at) / 1000 };
  } finally {
    stop.abort();
    await watching;
  }
}
