import { basename, dirname } from 'node:path';
import { ServiceError } from '../../contract/errors.ts';
import type { Evaluation } from '../../contract/schemas.ts';
import type { LibraryParts } from '../library-parts.ts';
import { picturePaths } from '../pictures.ts';
import { withoutHeldOut } from './held-out.ts';
import { rankedSearch, type SearchedLibrary } from './ranked-search.ts';
import { retrievalQuality } from './retrieval-metrics.ts';
import { searchedLibrary } from './similar.ts';

const K = 10;

/** Up to here every query scans all vectors: 4,000² inner products of 256 values take about 15 s. Beyond, the index is asked. */
const EXACT_UP_TO = 4_000;

/**
 * Pictures are parted anew until so many have asked, at most so often: on 240 scenes mAP@10 of one parting in five has a standard deviation of
 * 0.010 (0.604 to 0.638 over twelve).
 */
const ENOUGH_QUERIES = 2_000;
const MOST_ROUNDS = 8;

/**
 * Retrieval over the library as a search gives it: each labelled picture is a query, and a result is right when it has the same
 * label: the name of the folder that it lies in, or one of its groups.
 *
 * @param heldOut null: each picture against all others (leave-one-out). A number of parts: each part in turn is taken out of the
 * library and asks it, as pictures that are not in it; of few pictures several times, parted differently
 * @throws ServiceError NOTHING_TO_EVALUATE where no folder holds two pictures
 */
export async function evaluateLibrary(
  parts: LibraryParts,
  by: 'folders' | 'groups',
  heldOut: number | null,
): Promise<Evaluation> {
  const model = parts.projection.id;
  const labels = by === 'folders' ? folderLabels(parts) : groupLabels(parts);
  const sizes = Map.groupBy([...labels.values()].flat(), (label) => label);
  const classes = sizes.size;
  if (![...sizes.values()].some((same) => same.length > 1)) {
    const what = by === 'folders' ? 'no folder of this library holds two pictures.' : 'no group holds two pictures.';
    throw new ServiceError('NOTHING_TO_EVALUATE', what);
  }
  await parts.neighbors.settled();
  const library = searchedLibrary(parts);
  const ids = [...labels.keys()];
  const matches: boolean[][] = [];
  const asked = new Set<number>();
  const ask = async (searched: SearchedLibrary, queries: readonly number[]): Promise<void> => {
    for (const id of queries) {
      const vector = searched.vectors.vector(id);
      if (!vector) continue;
      asked.add(id);
      const exact = ids.length <= EXACT_UP_TO;
      // a video is no answer to its own moments
      const without = new Set(parts.catalog.moments.whole([id]));
      const query = { vector, signature: searched.signature(id), without, k: K, exact };
      const { neighbors } = await rankedSearch(searched, query);
      const own = labels.get(id) ?? [];
      matches.push(neighbors.map((neighbor) => labels.get(neighbor.id)?.some((label) => own.includes(label)) === true));
    }
  };
  if (heldOut === null) await ask(library, ids);
  else {
    const rounds = Math.min(MOST_ROUNDS, Math.ceil(ENOUGH_QUERIES / ids.length));
    const keys = new Map(ids.map((id) => [id, Number.parseInt(parts.catalog.media(id)?.hash.slice(0, 8) ?? '', 16)]));
    for (let round = 0; round < rounds; round++) {
      const keyOf = (id: number): number => (keys.get(id) ?? id) ^ round;
      for (const part of scattered(ids, heldOut, keyOf)) await ask(withoutHeldOut(library, new Set(part)), part);
    }
  }
  return { pictures: asked.size, classes, heldOut, ...retrievalQuality(matches), model };
}

/** The groups of each picture that is in one. */
function groupLabels({ catalog, vectors }: LibraryParts): Map<number, string[]> {
  const labels = new Map<number, string[]>();
  for (const { name, members } of catalog.labels.labelled()) {
    for (const id of members) {
      if (vectors.present.has(id)) labels.set(id, [...(labels.get(id) ?? []), name]);
    }
  }
  return labels;
}

function folderLabels({ catalog }: LibraryParts): Map<number, string[]> {
  const labels = new Map<number, string[]>();
  for (const id of catalog.presentMediaIds()) {
    const [path] = picturePaths(catalog, id);
    if (path !== undefined) labels.set(id, [basename(dirname(path))]);
  }
  return labels;
}

/** Parts of nearly one size: ids in the order of their scrambled keys, dealt out in turn. */
export function scattered(
  ids: readonly number[],
  parts: number,
  keyOf: (id: number) => number = (id) => id,
): number[][] {
  const ordered = [...ids].sort((a, b) => mixed(keyOf(a)) - mixed(keyOf(b)) || a - b);
  return Array.from({ length: parts }, (_, part) => ordered.filter((_id, i) => i % parts === part));
}

/** MurmurHash3's last step. Of content hashes: the same pictures are parted alike in every library, in whatever order they were indexed. */
function mixed(key: number): number {
  let hash = key;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
