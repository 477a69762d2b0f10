import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HnswIndex } from '../../library/vectors/hnsw-index.ts';
import { normalize } from '../../library/vectors/vector-index.ts';
import { Output } from '../output.ts';
import { runIndexing } from '../session.ts';
import { smallPhotos } from './bench-photos.ts';
import { gaussians } from './gaussians.ts';
import type { Report } from './measurement.ts';
import { startServiceChild, type ServiceChild } from './service-child.ts';

/** Pictures to index where no number is named. */
const PICTURES = 20_000;

/** Pictures after which what is set up once, and the allocators' caches of each thread, are there; at most half of all. */
const WARM = 5_000;

const END_EVERY_MS = 20;

const MB = 2 ** 20;
const DIMENSIONS = 256;

interface Sample {
  readonly pictures: number;
  /** Resident size of the process, MB. */
  readonly resident: number;
}

/**
 * Resident memory of the service, in a process as the window has it, over a run of many small pictures: what 1,000 more of them add, beside
 * what they add to an index alone, and what the end of the run takes for a moment. Nothing is told where the system does not say how large
 * another process is.
 */
export async function benchMemory(folder: string, size: number | undefined, report: Report): Promise<void> {
  const pictures = size ?? PICTURES;
  const photos = join(folder, 'small-photos');
  await mkdir(photos, { recursive: true });
  await smallPhotos(photos, pictures);
  const { run, end } = await sampledRun(await startServiceChild(join(folder, 'memory-library')), photos);
  const measured = run.filter((sample) => sample.pictures >= warm(pictures));
  const last = measured.at(-1)?.resident;
  if (last === undefined) return;
  const growth = 1000 * slope(measured);
  const index = indexGrowth(pictures);
  const unit = 'MB';
  const bench = 'memory';
  const nothing = { reference: null, ratio: null };
  report({ bench, metric: 'resident at the end of the run', value: last, unit, ...nothing });
  report({ bench, metric: 'index alone, 1,000 pictures more', value: index, unit, ...nothing });
  // 1 MB is the bar: a hundred thousand pictures are indexed in what any computer has
  const value = growth - index;
  report({ bench, metric: '1,000 pictures more, beyond the index, of 1 MB', value, unit, reference: 1, ratio: value });
  const peak = Math.max(last, ...end.map(({ resident }) => resident)) - last;
  report({ bench, metric: 'more for a moment, while index and neighbors are written', value: peak, unit, ...nothing });
}

/** Indexes a folder, and looks at the memory at each tell of progress, then all the time until the library is closed. */
async function sampledRun(child: ServiceChild, photos: string): Promise<{ run: Sample[]; end: Sample[] }> {
  const run: Sample[] = [];
  const end: Sample[] = [];
  const sample = async (of: Sample[], pictures: number): Promise<void> => {
    const resident = await child.resident();
    if (resident !== null) of.push({ pictures, resident });
  };
  const stop = new AbortController();
  const events = await child.client.indexing.watch(undefined, { signal: stop.signal });
  const watching = (async () => {
    for await (const event of events) {
      if (event.type !== 'progress' || event.state !== 'indexing' || event.found === 0) continue;
      await sample(run, event.indexed);
    }
  })();
  const { indexed } = await runIndexing(child, [photos], new Output(true), () => undefined);
  stop.abort();
  await watching.catch(() => undefined);
  const closed = child.close();
  let open = true;
  void closed.finally(() => (open = false));
  while (isOpen()) {
    // it may end in between
    await sample(end, indexed).catch(() => undefined);
    await delay(END_EVERY_MS);
  }
  await closed;
  return { run, end };

  function isOpen(): boolean {
    return open;
  }
}

function warm(pictures: number): number {
  return Math.min(WARM, pictures / 2);
}

/** MB that 1,000 vectors more add to an index and nothing else. */
function indexGrowth(vectors: number): number {
  const random = gaussians(1);
  const index = HnswIndex.empty(DIMENSIONS);
  const samples: Sample[] = [];
  for (let id = 1; id <= vectors; id++) {
    index.add(id, normalize(Float32Array.from({ length: DIMENSIONS }, random)));
    if (id % 100 === 0 && id >= warm(vectors)) samples.push({ pictures: id, resident: process.memoryUsage.rss() / MB });
  }
  return 1000 * slope(samples);
}

/** MB a picture, by least squares: single samples swing with the collector. */
function slope(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [x, y] = [mean(({ pictures }) => pictures), mean(({ resident }) => resident)];
  const both = samples.reduce((sum, { pictures, resident }) => sum + (pictures - x) * (resident - y), 0);
  return both / samples.reduce((sum, { pictures }) => sum + (pictures - x) ** 2, 0);
}
