/**
 * Smoothing over the neighbor graph: a picture's vector is summed with those of its nearest neighbors, each weighted by its
 * cosine (database-side augmentation: Arandjelović and Zisserman, "Three things everyone should know to improve object
 * retrieval", 2012, https://doi.org/10.1109/CVPR.2012.6248018), and so is the query's (query expansion: Chum et al., "Total
 * recall", 2007). What is stored stays the plain vector: the cosine of two smoothed vectors is worked out from the plain
 * cosines with the expanded query and the graph's lists.
 *
 * Figures of what was tried are in `docs/encoders.md`.
 */
import { dot, normalize, type VectorNeighbor } from '../vectors/vector-index.ts';
import type { NeighborLists } from './neighbor-graph.ts';

/** Neighbors that are summed. 8 to 12 gave the same on scenes; more gained on objects and lost first places. */
export const SMOOTHED_NEIGHBORS = 10;

/** From this cosine two vectors are one picture's, read twice: it is left out of its own expansion, as in its list. */
export const SAME_VECTOR = 0.9995;

/**
 * `vector` plus its neighbors, each times its cosine; not scaled to length 1. Those that point away count nothing.
 *
 * @param neighbors best first; the first {@link SMOOTHED_NEIGHBORS} count
 * @param vectorOf unit vectors; null where one is gone
 */
function smoothedSum(
  vector: ArrayLike<number>,
  neighbors: readonly VectorNeighbor[],
  vectorOf: (id: number) => ArrayLike<number> | null,
): Float32Array {
  const sum = new Float32Array(vector);
  for (const { id, score } of neighbors.slice(0, SMOOTHED_NEIGHBORS)) {
    const other = score > 0 ? vectorOf(id) : null;
    if (other) for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + score * (other[i] ?? 0);
  }
  return sum;
}

/** Length of a picture's smoothed vector before it is scaled to 1. */
export function smoothedLength(
  vector: ArrayLike<number>,
  neighbors: readonly VectorNeighbor[],
  vectorOf: (id: number) => ArrayLike<number> | null,
): number {
  const sum = smoothedSum(vector, neighbors, vectorOf);
  return Math.sqrt(dot(sum, sum));
}

/** The query smoothed by its nearest pictures, unit length. They are without the query itself: see {@link SAME_VECTOR}. */
export function expandQuery(
  query: Float32Array,
  nearest: readonly VectorNeighbor[],
  vectorOf: (id: number) => ArrayLike<number> | null,
): Float32Array {
  return normalize(smoothedSum(query, nearest, vectorOf));
}

/**
 * Cosines of the expanded query with the smoothed vectors of its nearest pictures. A neighbor that is not among `found` is
 * taken to be as near as the last of them: 100 candidates gave what all gave (`docs/encoders.md`).
 *
 * @param found plain cosines with the expanded query, best first
 * @param nearest where `found` is a part of the library, those of all of it: what is among them scores as in a search of all. A neighbor that is
 *   in neither is taken to be no nearer than the picture itself
 */
export function smoothedScores(
  found: readonly VectorNeighbor[],
  lists: NeighborLists,
  nearest: readonly VectorNeighbor[] = found,
): VectorNeighbor[] {
  const scores = scoresById(nearest === found ? found : [...found, ...nearest]);
  const floor = nearest.at(-1)?.score ?? 0;
  return found.map(({ id, score }) => {
    const rest = Math.min(floor, score);
    const scoreOf = (other: number): number => scores.get(other) ?? rest;
    const sum = score + lists.weightedSum(id, SMOOTHED_NEIGHBORS, scoreOf);
    return { id, score: Math.min(1, sum / lists.smoothedLength(id)) };
  });
}

/**
 * Plain and smoothed scores as one list, best first: a picture's score is its plain cosine, or `ceiling` times the smoothed one
 * where that is higher. So nothing that scores at least `ceiling` by itself, such as a copy of the query, is overtaken by a
 * picture that is only in its company, and 1 is still the same picture.
 */
export function mergeScores(
  plain: readonly VectorNeighbor[],
  smoothed: readonly VectorNeighbor[],
  ceiling: number,
): VectorNeighbor[] {
  const scores = scoresById(plain);
  for (const { id, score } of smoothed) {
    scores.set(id, Math.max(scores.get(id) ?? Number.NEGATIVE_INFINITY, ceiling * score));
  }
  const merged: VectorNeighbor[] = [];
  scores.forEach((score, id) => merged.push({ id, score }));
  return merged.sort((a, b) => b.score - a.score || a.id - b.id);
}

/** Without a pair made for each: every search does this several times. */
function scoresById(neighbors: readonly VectorNeighbor[]): Map<number, number> {
  const scores = new Map<number, number>();
  for (const { id, score } of neighbors) scores.set(id, score);
  return scores;
}
