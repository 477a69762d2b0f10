import type { ReadonlyIds } from '../vectors/id-set.ts';
import type { NeighborLists } from '../neighbors/neighbor-graph.ts';
import { expandQuery, mergeScores, SAME_VECTOR, smoothedScores } from '../neighbors/smoothing.ts';
import type { VectorNeighbor, VectorSource } from '../vectors/vector-index.ts';
import { COPY_CANDIDATES, liftCopies } from './copies.ts';

/** Candidates whose smoothed scores are worked out. So many gave what scoring all 1,140 gave, to 0.005: `docs/encoders.md`. */
const SMOOTHED_CANDIDATES = 100;

/** What is searched: a library, or a part of it. */
export interface SearchedLibrary {
  readonly vectors: VectorSource;
  readonly signature: (id: number) => Uint8Array;
  /** The neighbor graph, or null where scores are plain cosines. */
  readonly lists: NeighborLists | null;
  /** See `Smoothing.ceiling`. */
  readonly ceiling: number;
}

export interface RankedQuery {
  /** Unit length. */
  readonly vector: Float32Array;
  /** Of the one picture that is asked for, so that copies of it come first; null where several are. */
  readonly signature: Uint8Array | null;
  /** Pictures that are not to be found: the examples themselves. */
  readonly without: ReadonlySet<number>;
  readonly k: number;
  readonly exact: boolean;
  /** Only these are found; all where not given. */
  readonly among?: ReadonlyIds | undefined;
}

export interface Ranking {
  /** At most `k`, best first. */
  readonly neighbors: VectorNeighbor[];
  readonly exact: boolean;
  /** Whether the neighbor graph had a say in the scores. */
  readonly smoothed: boolean;
}

/**
 * The pictures most like a query: by vector, then copies lifted, then smoothed over the neighbor graph. Every search and every
 * measure of retrieval goes this way.
 */
export async function rankedSearch(library: SearchedLibrary, query: RankedQuery): Promise<Ranking> {
  const { vectors, lists, ceiling } = library;
  const { among } = query;
  const wanted = query.k + query.without.size;
  const nearest = await vectors.search(query.vector, Math.max(wanted, COPY_CANDIDATES), query.exact);
  const others = nearest.neighbors.filter(({ id }) => !query.without.has(id));
  const lifted = query.signature ? liftCopies(others, query.signature, library.signature) : others;
  const plain = among ? await plainAmong(library, query, among) : lifted;
  if (lists === null) return { neighbors: plain.slice(0, query.k), exact: nearest.exact, smoothed: false };

  // the whole library is the query's company, whatever part of it is asked for: a picture's score is the same in all parts
  const same = new Set(others.filter(({ score }) => score >= SAME_VECTOR).map(({ id }) => id));
  const company = lifted.filter(({ id }) => !same.has(id));
  const expanded = expandQuery(query.vector, company, (id) => vectors.vector(id));
  const candidates = Math.max(wanted, SMOOTHED_CANDIDATES);
  const found = await vectors.search(expanded, candidates, query.exact);
  const part = among ? await vectors.search(expanded, candidates, query.exact, among) : found;
  const smoothed = smoothedScores(part.neighbors, lists, found.neighbors).filter(({ id }) => !query.without.has(id));
  const neighbors = mergeScores(plain, smoothed, ceiling).slice(0, query.k);
  return { neighbors, exact: nearest.exact && found.exact, smoothed: true };
}

/** As the plain part of a search of all, of some pictures. */
async function plainAmong(
  { vectors, signature }: SearchedLibrary,
  { vector, signature: own, without, k, exact }: RankedQuery,
  among: ReadonlyIds,
): Promise<VectorNeighbor[]> {
  const { neighbors } = await vectors.search(vector, Math.max(k + without.size, COPY_CANDIDATES), exact, among);
  const others = neighbors.filter(({ id }) => !without.has(id));
  return own ? liftCopies(others, own, signature) : others;
}
