import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HnswIndex } from '../../library/vectors/hnsw-index.ts';
import { normalize } from '../../library/vectors/vector-index.ts';
import { Output } from '../output.ts';
import { runIndexing, withLibrary, type Session } from '../session.ts';
import { smallPhotos } from './bench-photos.ts';
import { gaussians } from './gaussians.ts';
import type { Report } from './measurement.ts';

/** Pictures to index where no number is named. */
const PICTURES = 20_000;

/** Pictures after which what is set up once, and the allocators' caches of each thread, are there; at most half of all. */
const WARM = 5_000;

const END_EVERY_MS = 20;

const MB = 2 ** 20;
const DIMENSIONS = 256;

interface Sample {
  readonly pictures: number;
  /** Resident size of this process, MB. */
  readonly resident: number;
}

/**
 * Resident memory over a run of many small pictures: what 1,000 more of them add, beside what they add to the index alone, and what the
 * end of the run takes for a moment. The service runs in this process, and what was measured before leaves it memory to use: this area is
 * to run first, or alone.
 */
export async function benchMemory(folder: string, size: number | undefined, report: Report): Promise<void> {
  const pictures = size ?? PICTURES;
  const photos = join(folder, 'small-photos');
  await mkdir(photos, { recursive: true });
  await smallPhotos(photos, pictures);
  await withLibrary({ libraryFolder: join(folder, 'memory-library') }, async (session) => {
    const { run, end } = await sampledRun(session, photos);
    const measured = run.filter((sample) => sample.pictures >= warm(pictures));
    const growth = 1000 * slope(measured);
    const index = indexGrowth(pictures);
    const last = measured.at(-1)?.resident ?? Number.NaN;
    const unit = 'MB';
    const bench = 'memory';
    const nothing = { reference: null, ratio: null };
    report({ bench, metric: 'resident at the end of the run', value: last, unit, ...nothing });
    report({ bench, metric: 'index alone, 1,000 pictures more', value: index, unit, ...nothing });
    // 1 MB is the bar: a hundred thousand pictures are indexed in what any computer has
    const value = growth - index;
    report({
      bench,
      metric: '1,000 pictures more, beyond the index, of 1 MB',
      value,
      unit,
      reference: 1,
      ratio: value,
    });
    const peak = Math.max(...end.map(({ resident }) => resident)) - last;
    report({
      bench,
      metric: 'more for a moment, while index and neighbors are written',
      value: peak,
      unit,
      ...nothing,
    });
  });
}

/** Indexes a folder, and looks at the memory at each tell of progress, then all the time until nothing is under way. */
async function sampledRun(session: Session, photos: string): Promise<{ run: Sample[]; end: Sample[] }> {
  const run: Sample[] = [];
  const end: Sample[] = [];
  const stop = new AbortController();
  const events = await session.client.indexing.watch(undefined, { signal: stop.signal });
  const sample = (pictures: number): Sample => ({ pictures, resident: process.memoryUsage.rss() / MB });
  const timers: NodeJS.Timeout[] = [];
  const watching = (async () => {
    for await (const event of events) {
      if (event.type !== 'progress' || event.state !== 'indexing' || event.found === 0) continue;
      run.push(sample(event.indexed));
      if (event.indexed < event.found || timers.length > 0) continue;
      timers.push(setInterval(() => end.push(sample(event.found)), END_EVERY_MS));
    }
  })();
  try {
    await runIndexing(session, [photos], new Output(true), () => undefined);
    end.push(sample(run.length));
    await session.service.settled();
  } finally {
    for (const timer of timers) clearInterval(timer);
    stop.abort();
    await watching;
  }
  return { run, end };
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
