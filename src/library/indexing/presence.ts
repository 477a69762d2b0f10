import { access, lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Source } from '../../contract/schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { SourceRow } from '../catalog/source-store.ts';
import type { SampledFile } from '../catalog/source-store.ts';

/** Of a sample, so many must lie in a folder for it to be the source's, and so many of them with the time that they had. */
const SAME_SIZE = 0.8;
const SAME_TIME = 0.5;

/** FAT keeps times by two seconds, and in local time: another zone shifts them by hours. */
const TIME_MS = 2000;
const HOUR_MS = 3_600_000;
const ZONES_MS = 26 * HOUR_MS;

/**
 * Whether a source is there. A folder that is another than when it was last looked through, with nothing in it of what was in it, is
 * the empty place of a drive, or another drive in its place.
 */
export async function sourceState(catalog: Catalog, source: SourceRow): Promise<Source['state']> {
  const root = await rootIdentity(source.path);
  if (root === null) return 'offline';
  if (root === catalog.sources.rootOf(source.id)) return 'online';
  const sample = catalog.sources.sample(source.id);
  if (sample.length === 0) return 'online';
  const found = await Promise.all(sample.map((file) => look(source.path, file)));
  return found.some((file) => file !== null) ? 'online' : 'offline';
}

/** What tells a folder from another that is mounted, or made, at the same path; null where there is none. */
export async function rootIdentity(folder: string): Promise<string | null> {
  try {
    const stats = await stat(folder, { bigint: true });
    return stats.isDirectory() ? `${stats.dev}:${stats.ino}:${stats.birthtimeMs}` : null;
  } catch {
    // gone, or its drive is
    return null;
  }
}

/** Whether a folder holds what a source is known to: most of a sample of its files, by path, size and time. */
export async function holdsSample(folder: string, sample: readonly SampledFile[]): Promise<boolean> {
  if (sample.length === 0) return false;
  let [sizes, times] = [0, 0];
  for (const [i, file] of sample.entries()) {
    const found = await look(folder, file);
    if (found?.size === file.size) {
      sizes++;
      if (isSameTime(found.mtimeMs, file.mtimeMs)) times++;
    }
    // most candidates are given up after the first few files
    if (sizes + (sample.length - i - 1) < SAME_SIZE * sample.length) return false;
  }
  return times >= Math.max(1, SAME_TIME * sample.length);
}

async function look(folder: string, { path }: SampledFile): Promise<{ size: number; mtimeMs: number } | null> {
  return lstat(join(folder, path)).catch(() => null);
}

function isSameTime(a: number, b: number): boolean {
  const apart = Math.abs(a - b);
  if (apart > ZONES_MS) return false;
  const beside = apart % HOUR_MS;
  return beside <= TIME_MS || HOUR_MS - beside <= TIME_MS;
}

export function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Of paths of a source, those that lie there all the same: a rule leaves them out now, and what was said of them is not to be forgotten. */
export async function stillThere(folder: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const there = await Promise.all(paths.map((path) => isThere(join(folder, path))));
  return new Set(paths.filter((_, i) => there[i]));
}
