import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { SharedOptions } from '../shared-options.ts';
import { Output } from '../output.ts';
import { benchEncode } from './encode-bench.ts';
import { benchEstimate } from './estimate-bench.ts';
import { benchExplore } from './explore-bench.ts';
import { benchIndex } from './index-bench.ts';
import { benchLibrary } from './library-bench.ts';
import { benchPhotos } from './bench-photos.ts';
import { benchMemory } from './memory-bench.ts';
import type { BenchArea, Measurement, Report } from './measurement.ts';
import { benchSearch } from './search-bench.ts';
import { benchTeach } from './teach-bench.ts';
import { benchSimilarity } from './similarity-bench.ts';

/** Pictures to index where none are named: enough for a rate, few enough for a minute. */
const DEFAULT_SIZE = 300;

/** Measures an area, or all, on throw-away libraries; the user's own library is not touched. */
export async function benchCommand(
  shared: SharedOptions,
  area: BenchArea | undefined,
  options: { photos?: string; size?: number },
): Promise<number> {
  const output = new Output(shared.json);
  const report: Report = (measurement) => {
    if (shared.json) output.value(measurement);
    else output.line(describeMeasurement(measurement));
  };
  const measured = (name: BenchArea): boolean => area === undefined || area === name;
  output.notice('Figures are ratios to what is measured in the same run.');
  if (measured('memory')) {
    await inThrowAwayFolder((folder) => benchMemory(folder, area === 'memory' ? options.size : undefined, report));
  }
  if (measured('similarity')) await benchSimilarity(report);
  if (measured('encode')) await benchEncode(report);
  if (measured('teach')) await benchTeach(report, output, area === 'teach' ? options.size : undefined);
  if (measured('library')) {
    const size = area === 'library' ? options.size : undefined;
    await inThrowAwayFolder((folder) => benchLibrary(folder, size, report, output));
  }
  if (measured('explore')) {
    const photos = options.photos === undefined ? null : resolve(options.photos);
    const size = area === 'explore' ? options.size : undefined;
    await inThrowAwayFolder((folder) => benchExplore(folder, photos, size, report, output));
  }
  if (measured('index') || measured('search')) await benchWithPhotos(options, measured, report, output);
  return 0;
}

async function benchWithPhotos(
  options: { photos?: string; size?: number },
  measured: (name: BenchArea) => boolean,
  report: Report,
  output: Output,
): Promise<void> {
  await inThrowAwayFolder(async (folder) => {
    const given = options.photos === undefined ? null : resolve(options.photos);
    const photos = await benchPhotos(join(folder, 'photos'), given, options.size ?? DEFAULT_SIZE);
    output.notice(`Measuring with ${photos.length} pictures.`);
    if (measured('index')) {
      await benchIndex(folder, photos, report);
      await benchEstimate(folder, photos, report);
    }
    if (measured('search')) await benchSearch(folder, photos, report);
  });
}

async function inThrowAwayFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'semblance-bench-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function describeMeasurement({ bench, metric, value, unit, reference, ratio }: Measurement): string {
  const figure = `${bench.padEnd(10)}  ${metric.padEnd(64)}${value.toPrecision(4).padStart(10)} ${unit.padEnd(12)}`;
  return reference === null || ratio === null
    ? figure
    : `${figure} against ${reference.toPrecision(4)}: ${ratio.toFixed(3)}`;
}
