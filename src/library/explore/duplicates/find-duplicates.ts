import type { ComparedPicture } from '../../catalog/duplicate-store.ts';
import { hashPrefix, type ComparedPairs } from './compared-pairs-file.ts';
import { addGraphPairs } from './duplicate-candidates.ts';
import { formDuplicateSets, type FoundSet } from './found-duplicates.ts';
import { PairCollector, PairTable, type Pairs, type Verdict } from './pair-verdicts.ts';
import type { PictureTable } from '../neighbor-table.ts';
import type { SharedPictures } from './shared-pictures.ts';
import { addSymmetricPairs } from './symmetric-candidates.ts';

/** What is compared, all of it read already but the pixels. */
interface ComparedLibrary {
  /** In the order in which they are best kept: see `inKeepingOrder`. */
  readonly pictures: readonly ComparedPicture[];
  readonly shared: SharedPictures;
  readonly graph: PictureTable;
  /** Media ids of each decision: no two of one are put in a set. */
  readonly decided: readonly (readonly number[])[];
  /** What was found of its pictures before; null where nothing was. */
  readonly known: ComparedPairs | null;
}

/** How pairs are compared. */
interface Comparing {
  /** Finds a verdict for each pair that has none; what is left without one is different ones, or copies of one. */
  readonly all: (pairs: Pairs) => Promise<void>;
  readonly one: (first: number, second: number) => Promise<Verdict>;
  readonly isStopped: () => boolean;
}

export interface FoundDuplicates {
  /** Null where it was stopped before all was compared. */
  readonly sets: readonly FoundSet[] | null;
  /** What is known of pairs now; null where it was stopped before there was anything to keep. */
  readonly compared: ComparedPairs | null;
}

/**
 * Finds what is the same: candidates from the neighbor graph and by signatures, and what was a candidate before; each pair of them compared, but
 * those that were; and sets of what is found. So what was compared before costs no more than to form the sets.
 */
export async function findDuplicates(library: ComparedLibrary, comparing: Comparing): Promise<FoundDuplicates> {
  const { pictures, graph, known, decided } = library;
  const collected = new PairCollector(pictures.length);
  const fresh = addKnownPairs(pictures, known, collected);
  const near = addGraphPairs(graph.table, placesOf(graph.ids, pictures), collected);
  const first = collected.pairs();
  const compared = comparing.all(first);
  // while others compare these, this thread looks for more
  const merge = withSymmetricPairs(library, fresh, first, comparing.isStopped);
  await compared;
  const pairs = merge();
  // not all candidates were looked for: none of these pictures is one that something is known of
  if (pairs === null) return { sets: null, compared: null };
  await comparing.all(pairs);
  const hashes = pictures.map(({ hash }) => hashPrefix(hash));
  if (comparing.isStopped()) return { sets: null, compared: { hashes, ...pairs } };
  const table = new PairTable(pairs, pictures.length);
  const sets = await formDuplicateSets({ pictures, pairs: table, near, decided, compare: comparing.one });
  return { sets, compared: { hashes, ...table.pairs() } };
}

/** These pairs, as far as they are compared by then, with those of symmetric signatures; null where it was stopped before it had all of them. */
function withSymmetricPairs(
  { pictures, shared }: ComparedLibrary,
  fresh: Uint8Array,
  known: Pairs,
  isStopped: () => boolean,
): () => Pairs | null {
  const found = new PairCollector(pictures.length);
  const isWhole = addSymmetricPairs(shared, fresh, found, isStopped);
  return () => {
    for (let i = 0; i < known.first.length; i++)
      found.add(known.first[i] ?? 0, known.second[i] ?? 0, known.verdicts[i]);
    return isWhole ? found.pairs() : null;
  };
}

/** Adds what is known of pictures that are still there. @returns by place: 1 where nothing is known of a picture */
function addKnownPairs(
  pictures: readonly ComparedPicture[],
  known: ComparedPairs | null,
  collected: PairCollector,
): Uint8Array {
  const fresh = new Uint8Array(pictures.length).fill(1);
  if (known === null) return fresh;
  const placeOf = new Map(pictures.map(({ hash }, place) => [hashPrefix(hash), place]));
  const places = Int32Array.from(known.hashes, (hash) => placeOf.get(hash) ?? -1);
  for (const place of places) if (place >= 0) fresh[place] = 0;
  for (let i = 0; i < known.first.length; i++) {
    const [a, b] = [places[known.first[i] ?? 0] ?? -1, places[known.second[i] ?? 0] ?? -1];
    if (a >= 0 && b >= 0) collected.add(a, b, known.verdicts[i]);
  }
  return fresh;
}

/** By the graph's places; -1 where a picture is not compared. */
function placesOf(ids: Uint32Array, pictures: readonly ComparedPicture[]): Int32Array {
  const places = new Map(
    pictures.flatMap(({ id, seconds }, place) => (seconds === null ? [[id, place] as const] : [])),
  );
  return Int32Array.from(ids, (id) => places.get(id) ?? -1);
}
