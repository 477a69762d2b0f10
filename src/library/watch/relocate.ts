import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import type { SourceRow } from '../catalog/source-store.ts';
import { pathInside } from '../indexing/path-inside.ts';
import { holdsSample } from '../indexing/presence.ts';

/** How far up beside the old path is looked, how much of the old path is tried below each place, and in how many places of a folder. */
const LEVELS = 4;
const PLACES = 200;

/**
 * Where a source that is gone from its path lies now, recognised by what is on it: under another mount point or drive letter, or in a
 * folder beside the old one. Null where it is not found.
 *
 * @param taken folders that are no candidates, nor what lies in them or around them: other sources, the library
 */
export async function findSource(
  catalog: Catalog,
  source: SourceRow,
  taken: readonly string[],
): Promise<string | null> {
  const sample = catalog.sources.sample(source.id);
  if (sample.length === 0) return null;
  const candidates = new Set([...(await besides(source.path)), ...(await mounted(source.path))]);
  candidates.delete(source.path);
  for (const folder of candidates) {
    if (taken.some((other) => pathInside(other, folder) !== null || pathInside(folder, other) !== null)) continue;
    if (await holdsSample(folder, sample)) return folder;
  }
  return null;
}

/** The same end of the path below each folder beside one that the path leads through. */
async function besides(path: string): Promise<string[]> {
  const found: string[] = [];
  const end: string[] = [];
  for (let at = path, level = 0; level < LEVELS && dirname(at) !== at; at = dirname(at), level++) {
    const siblings = await foldersIn(dirname(at));
    found.push(...siblings.filter((name) => name !== basename(at)).map((name) => join(dirname(at), name, ...end)));
    end.unshift(basename(at));
  }
  return found;
}

/** Ends of the path, the empty one first, below each place where drives are. */
async function mounted(path: string): Promise<string[]> {
  const parts = path.split(/[/\\]/).filter((part) => part !== '' && !/^[A-Za-z]:$/.test(part));
  const ends = Array.from({ length: Math.min(LEVELS, parts.length) }, (_, length) =>
    length === 0 ? [] : parts.slice(-length),
  );
  const places = await mountPoints();
  return places.flatMap((place) => ends.map((end) => join(place, ...end)));
}

async function mountPoints(): Promise<string[]> {
  if (process.platform === 'win32') return Array.from({ length: 26 }, (_, i) => `${String.fromCharCode(65 + i)}:\\`);
  if (process.platform === 'darwin') return (await foldersIn('/Volumes')).map((name) => join('/Volumes', name));
  const mounts = await readFile('/proc/self/mounts', 'utf8').catch(() => '');
  return mounts
    .split('\n')
    .map((line) =>
      (line.split(' ')[1] ?? '').replaceAll(/\\(\d{3})/g, (_, octal: string) =>
        String.fromCharCode(parseInt(octal, 8)),
      ),
    )
    .filter((place) => place.length > 1 && !/^\/(?:proc|sys|dev|boot|run\/(?!media\/))/.test(place))
    .slice(0, PLACES);
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .slice(0, PLACES)
    .map(({ name }) => name);
}
