import { LEAST_NEAR_SCORE } from './near-pictures.ts';
import type { PairCollector } from './pair-verdicts.ts';
import type { NeighborTable } from '../shared-neighbors.ts';

/** Neighbors by vector that are less alike are no candidates. Of copies with a border the median was 0.62, of text 0.82. */
const GRAPH_SCORE = 0.3;

interface ScoredCandidate {
  readonly place: number;
  /** Cosine of the two vectors. */
  readonly score: number;
}

/** Pictures that may be near each other, by place and in both directions. */
export type NearCandidates = ReadonlyMap<number, readonly ScoredCandidate[]>;

/**
 * Adds the pairs of the neighbor graph.
 *
 * @param placeOf by the graph's own places; -1 for what is not compared
 * @returns those that are alike enough to be near each other
 */
export function addGraphPairs(
  { k, places, scores }: NeighborTable,
  placeOf: Int32Array,
  pairs: PairCollector,
): NearCandidates {
  const near = new Map<number, ScoredCandidate[]>();
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] ?? 0;
    const from = placeOf[Math.floor(i / k)] ?? -1;
    const to = placeOf[places[i] ?? -1] ?? -1;
    if (from < 0 || to < 0 || score < GRAPH_SCORE) continue;
    pairs.add(from, to);
    if (score < LEAST_NEAR_SCORE) continue;
    addOnce(near, from, { place: to, score });
    addOnce(near, to, { place: from, score });
  }
  return near;
}

function addOnce(lists: Map<number, ScoredCandidate[]>, from: number, candidate: ScoredCandidate): void {
  const list = lists.get(from);
  if (!list) lists.set(from, [candidate]);
  else if (!list.some(({ place }) => place === candidate.place)) list.push(candidate);
}
