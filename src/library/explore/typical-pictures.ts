import type { Catalog } from '../catalog/catalog.ts';
import type { ActiveLibrary } from '../encoders/active-library.ts';
import { clusterFacts, typicalApart } from './cluster-facts.ts';
import { neighborTable } from './neighbor-table.ts';

/** Pictures of a group that are looked at, evenly among all of them, and of all groups together: some 30 ms, in slices. */
const LOOKED_AT = 300;
const LOOKED_AT_IN_ALL = 12_000;

interface Shown {
  readonly id: number;
  readonly hash: string;
}

/**
 * The pictures that show groups: those that the others of a group have among their nearest, as of clusters, apart from each other.
 *
 * @param groups ids of each, none in two
 * @param count of each at most
 * @returns of each group its most typical pictures, the most typical first
 */
export async function typicalPictures(
  { catalog, active }: { readonly catalog: Catalog; readonly active: ActiveLibrary },
  groups: readonly Uint32Array[],
  count: number,
): Promise<Shown[][]> {
  const most = Math.max(count, Math.min(LOOKED_AT, Math.floor(LOOKED_AT_IN_ALL / groups.length)));
  const looked = groups.map((ids) => evenly(ids, most));
  const ids = Uint32Array.from(looked.flatMap((some) => [...some])).sort();
  const placeOf = new Map(Array.from(ids, (id, place) => [id, place] as const));
  const { table } = await active.use(({ neighbors }) => neighborTable(neighbors.known, ids));
  const clusters = looked.map((some) => Array.from(some, (id) => placeOf.get(id) ?? 0));
  const facts = clusterFacts(clusters, table);
  const chosen = clusters.map((places) => typicalApart(places, facts, table, count).map((place) => ids[place] ?? 0));
  const hashes = catalog.dated.hashes(chosen.flat());
  return chosen.map((some) =>
    some.flatMap((id) => {
      const hash = hashes.get(id);
      return hash === undefined ? [] : [{ id, hash }];
    }),
  );
}

function evenly(ids: Uint32Array, most: number): Uint32Array {
  if (ids.length <= most) return ids;
  return Uint32Array.from({ length: most }, (_, i) => ids[Math.floor((i * ids.length) / most)] ?? 0);
}
