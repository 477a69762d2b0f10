import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceClient } from '../../contract/contract.ts';
import { openService } from '../../library/service.ts';
import type { Output } from '../output.ts';
import { makeLibrary } from './generated-library.ts';
import { median, type Report } from './measurement.ts';
import { startServiceChild, type ServiceChild } from './service-child.ts';

const PICTURES = 200_000;

/** Kinds of pictures: each has others like it. */
const KINDS = 2_000;

/** Starts of which the middle one counts. */
const STARTS = 3;

/** The bars, for {@link PICTURES}. */
const ANSWER_S = 2;
const RESCAN_S = 10;
const MEMORY_MB = 400;

/** After this, what the scan took is given back. */
const QUIET_MS = 5_000;

/** What one start was like: seconds, and MB. */
interface Started {
  readonly answer: number;
  /** Time of the processor till then: what a busy machine does not change. */
  readonly processor: number | null;
  readonly lookThrough: number;
  readonly resident: number | null;
}

/**
 * A large library as a person opens it: from the start of the service's process to the first answer, the memory when it has looked through
 * everything and watches, and a rescan that finds nothing changed. Rows, index, neighbor graph and files are real; the files hold a few bytes
 * each, because a scan opens none that is as it was.
 *
 * @param folder to work in
 */
export async function benchLibrary(
  folder: string,
  size: number | undefined,
  report: Report,
  output: Output,
): Promise<void> {
  const pictures = size ?? PICTURES;
  const library = join(folder, 'library');
  output.notice(`Making a library of ${pictures.toLocaleString('en')} pictures, and their files.`);
  await makeLibrary(library, pictures, Math.min(KINDS, pictures), { withFiles: true });
  output.notice('Building its index and its neighbor graph.');
  const service = await openService({ libraryFolder: library });
  await service.settled();
  await service.close();

  const starts: Started[] = [];
  for (let i = 0; i < STARTS - 1; i++) starts.push(await measured(library, pictures, closed));
  let rescan = Number.NaN;
  starts.push(
    await measured(library, pictures, async (child) => {
      rescan = await timed(() => rescanned(child.client));
      await child.close();
    }),
  );
  const n = pictures.toLocaleString('en');
  const answer = median(starts.map((start) => start.answer));
  tell(report, `${n} pictures: start to the first answer, of ${ANSWER_S} s`, answer, 's', ANSWER_S);
  const processor = starts.flatMap((start) => (start.processor === null ? [] : [start.processor]));
  if (processor.length > 0) {
    tell(report, 'the same, time of the processor', median(processor), 's', ANSWER_S);
  }
  tell(report, `rescan without changes, of ${RESCAN_S} s`, rescan, 's', RESCAN_S);
  const through = median(starts.map((start) => start.lookThrough));
  tell(report, `start until all was looked through and is watched, of ${RESCAN_S} s`, through, 's', RESCAN_S);
  const resident = starts.flatMap((start) => (start.resident === null ? [] : [start.resident]));
  if (resident.length > 0) tell(report, `resident after that, of ${MEMORY_MB} MB`, median(resident), 'MB', MEMORY_MB);
}

function tell(report: Report, metric: string, value: number, unit: string, reference: number): void {
  report({ bench: 'library', metric, value, unit, reference, ratio: value / reference });
}

const closed = (child: ServiceChild): Promise<void> => child.close();

async function measured(
  library: string,
  pictures: number,
  then: (child: ServiceChild) => Promise<void>,
): Promise<Started> {
  const begun = performance.now();
  const since = (): number => (performance.now() - begun) / 1000;
  const child = await startServiceChild(library);
  const query = { examples: [{ kind: 'picture' as const, id: 1 + Math.floor(pictures / 2) }], k: 20 };
  const { neighbors } = await child.client.search.similar(query);
  const answer = since();
  const processor = await child.processorTime();
  if (neighbors.length === 0) throw new Error('a search found nothing');
  await watched(child.client);
  const lookThrough = since();
  await delay(QUIET_MS);
  const resident = await child.resident();
  await then(child);
  return { answer, processor, lookThrough, resident };
}

/** Resolves when the run at the start is over and every source is watched. */
async function watched(client: ServiceClient): Promise<void> {
  const stop = new AbortController();
  for await (const event of await client.indexing.watch({ lastRun: true }, { signal: stop.signal })) {
    if (event.type !== 'progress' || event.state !== 'idle') continue;
    if ((await client.status()).sources.every(({ watching }) => watching !== 'none')) break;
  }
  stop.abort();
}

/** A run over everything. @throws Error where it found something to do */
async function rescanned(client: ServiceClient): Promise<void> {
  const stop = new AbortController();
  const events = await client.indexing.watch({ lastRun: false }, { signal: stop.signal });
  await client.indexing.start({});
  for await (const event of events) {
    if (event.type !== 'summary' || event.quiet) continue;
    if (event.found === 0 || event.unchanged !== event.found) throw new Error('a rescan found changes');
    break;
  }
  stop.abort();
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}
