import type { Communities } from './communities.ts';
import type { NeighborTable } from '../shared-neighbors.ts';

/** What a person named, as pictures by id. */
export interface NamedCluster {
  readonly id: number;
  readonly name: string;
  /** Where the slider stood when it was named: there it is held against what is found. */
  readonly granularity: number;
  /** Pictures that came later, of greater ids, can join it by themselves. */
  readonly knownUntil: number;
  /** So many pictures it had when a person said that it is to stay one; 0 where nobody did. */
  readonly keptAt: number;
  readonly members: ReadonlySet<number>;
  /** Pictures that a person said are not in it. */
  readonly refused: ReadonlySet<number>;
}

/** What was found among pictures: ids ascend with their places. */
export interface FoundCommunities {
  readonly ids: Uint32Array;
  readonly table: NeighborTable;
  readonly communities: Communities;
}

/** Places of a cluster, and the place in the list of the named one whose name it bears. */
interface ShownCluster {
  readonly named: number | null;
  /** Ascending. */
  readonly places: readonly number[];
}

/** Clusters are places in the list of the named ones. */
export type NameQuestion =
  | { readonly type: 'split'; readonly cluster: number; readonly parts: readonly (readonly number[])[] }
  | { readonly type: 'merge'; readonly cluster: number; readonly other: number };

export interface ClustersWithNames {
  /** The named ones in their order, empty ones too; then the others, the largest first. */
  readonly clusters: readonly ShownCluster[];
  readonly questions: readonly NameQuestion[];
}

/** A named cluster is asked about when less than this of it lies in one community, and another holds at least {@link PART}. */
const WHOLE = 0.6;
const PART = 0.2;

/** Somebody who said that it is to stay one is asked again when it has grown by so much. */
const GROWN = 1.5;

/** No member, or of none. */
const NONE = -1;

/**
 * Lays names over what was found. A picture that was there when a cluster was named stays in it or out of it, whatever is found now, so that
 * nothing is renamed or moved silently: by a re-index, another encoder or another step of the slider. Newer pictures join by where they are found.
 * Where names and findings disagree, a question says so.
 *
 * @param named in the order in which they were made; a picture is in one of them at most, the last that has it
 * @param apart see {@link pairOf}: those of which a person said that they are not one
 * @param granularity what was named at another step is not held against this one
 */
export function withNames(
  found: FoundCommunities,
  named: readonly NamedCluster[],
  apart: ReadonlySet<string>,
  granularity: number,
): ClustersWithNames {
  const owners = ownersOf(found.ids, named);
  const homes = homesOf(named.length, owners, found.communities);
  takeInNew(found, named, owners, homes);
  const ofNames: number[][] = named.map(() => []);
  const others = new Map<number, number[]>();
  for (const [place, community] of found.communities.entries()) {
    const own = ofNames[owners[place] ?? NONE];
    if (own) own.push(place);
    else listIn(others, community).push(place);
  }
  const unnamed = [...others.values()].sort((a, b) => b.length - a.length || (a[0] ?? 0) - (b[0] ?? 0));
  return {
    clusters: [
      ...ofNames.map((places, index) => ({ named: index, places })),
      ...unnamed.map((places) => ({ named: null, places })),
    ],
    questions: questionsOf(named, homes, apart, granularity),
  };
}

/** Two named clusters by their ids, in any order. */
export function pairOf(a: number, b: number): string {
  return `${Math.min(a, b)} ${Math.max(a, b)}`;
}

function listIn<Key>(lists: Map<Key, number[]>, key: Key): number[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

/** The named cluster of each place, by what was said. */
function ownersOf(ids: Uint32Array, named: readonly NamedCluster[]): Int32Array {
  const owners = new Int32Array(ids.length).fill(NONE);
  for (const [index, { members }] of named.entries()) {
    for (const id of members) {
      const place = placeOf(ids, id);
      if (place >= 0) owners[place] = index;
    }
  }
  return owners;
}

/** Where an id stands among ascending ones; -1 where it does not. */
function placeOf(ids: Uint32Array, id: number): number {
  let low = 0;
  let high = ids.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const there = ids[middle] ?? 0;
    if (there === id) return middle;
    if (there < id) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** Where a named cluster lies. */
interface Home {
  /** The community that most of it lies in; -1 where none of it is left. */
  readonly community: number;
  /** Its places by community, the most first. */
  readonly parts: readonly (readonly number[])[];
  readonly size: number;
}

function homesOf(count: number, owners: Int32Array, communities: Communities): Home[] {
  const parts = Array.from({ length: count }, () => new Map<number, number[]>());
  for (const [place, owner] of owners.entries()) {
    const own = parts[owner];
    if (own) listIn(own, communities[place] ?? 0).push(place);
  }
  return parts.map((own) => {
    const sorted = [...own].sort(([a, p], [b, q]) => q.length - p.length || a - b);
    const size = sorted.reduce((sum, [, places]) => sum + places.length, 0);
    return { community: sorted[0]?.[0] ?? NONE, parts: sorted.map(([, places]) => places), size };
  });
}

/**
 * Pictures that came after a cluster was named, and lie in its community, join it: all of them where it makes most of what was there,
 * else those whose neighbors are rather of it than of the others there. What was there is looked at as it was before: it does not
 * matter in which order they come.
 */
function takeInNew(
  { ids, table, communities }: FoundCommunities,
  named: readonly NamedCluster[],
  owners: Int32Array,
  homes: readonly Home[],
): void {
  const before = owners.slice();
  const byHome = new Map<number, number[]>();
  for (const [index, { community }] of homes.entries()) if (community >= 0) listIn(byHome, community).push(index);
  const majorities = majoritiesOf(ids, named, before, communities, byHome);
  for (const [place, community] of communities.entries()) {
    if (before[place] !== NONE) continue;
    const id = ids[place] ?? 0;
    const open = (byHome.get(community) ?? []).filter((index) => isOpenTo(named[index], id));
    const [first] = open;
    if (first === undefined) continue;
    const joined = open.length === 1 && majorities.has(first) ? first : nearestName(place, open, before, table);
    if (joined !== null) owners[place] = joined;
  }
}

function isOpenTo(cluster: NamedCluster | undefined, id: number): boolean {
  return cluster !== undefined && id > cluster.knownUntil && !cluster.refused.has(id);
}

/** Named clusters that make at least half of what was in their community when they were named. */
function majoritiesOf(
  ids: Uint32Array,
  named: readonly NamedCluster[],
  owners: Int32Array,
  communities: Communities,
  byHome: ReadonlyMap<number, readonly number[]>,
): ReadonlySet<number> {
  const own = new Uint32Array(named.length);
  const known = new Uint32Array(named.length);
  for (const [place, community] of communities.entries()) {
    for (const index of byHome.get(community) ?? []) {
      const isOwn = owners[place] === index;
      if (isOwn) own[index] = (own[index] ?? 0) + 1;
      if (isOwn || (ids[place] ?? 0) <= (named[index]?.knownUntil ?? 0)) known[index] = (known[index] ?? 0) + 1;
    }
  }
  return new Set([...named.keys()].filter((index) => 2 * (own[index] ?? 0) >= (known[index] ?? 0)));
}

/** Which of the named clusters most of a picture's neighbors are of, by the sum of their cosines; null where most are of none. */
function nearestName(
  place: number,
  open: readonly number[],
  owners: Int32Array,
  { k, places, scores }: NeighborTable,
): number | null {
  const votes = new Map<number, number>();
  for (let n = place * k; n < (place + 1) * k; n++) {
    const neighbor = places[n] ?? NONE;
    if (neighbor < 0) break;
    const owner = owners[neighbor] ?? NONE;
    votes.set(owner, (votes.get(owner) ?? 0) + Math.max(0, scores[n] ?? 0));
  }
  const most = Math.max(...votes.values());
  return open.find((index) => most > 0 && votes.get(index) === most) ?? null;
}

function questionsOf(
  named: readonly NamedCluster[],
  homes: readonly Home[],
  apart: ReadonlySet<string>,
  granularity: number,
): NameQuestion[] {
  const here = [...named.keys()].filter((index) => named[index]?.granularity === granularity);
  const splits = here.flatMap((cluster): NameQuestion[] => {
    const { parts, size } = homes[cluster] ?? { parts: [], size: 0 };
    if (size < GROWN * (named[cluster]?.keptAt ?? 0) || !isSplit(parts, size)) return [];
    return [{ type: 'split', cluster, parts: parts.filter((part) => part.length >= PART * size) }];
  });
  const whole = here.filter((cluster) => {
    const { parts, size } = homes[cluster] ?? { parts: [], size: 0 };
    return size > 0 && (parts[0]?.length ?? 0) >= WHOLE * size;
  });
  const merges = whole.flatMap((cluster, i) =>
    whole.slice(i + 1).flatMap((other): NameQuestion[] => {
      const isOne = homes[cluster]?.community === homes[other]?.community;
      const said = apart.has(pairOf(named[cluster]?.id ?? 0, named[other]?.id ?? 0));
      return isOne && !said ? [{ type: 'merge', cluster, other }] : [];
    }),
  );
  return [...splits, ...merges];
}

function isSplit(parts: readonly (readonly number[])[], size: number): boolean {
  const [largest, second] = parts;
  return size > 0 && (largest?.length ?? 0) < WHOLE * size && (second?.length ?? 0) >= PART * size;
}
