import { GRAPH_NEIGHBORS, type NeighborGraph } from '../neighbors/neighbor-graph.ts';
import { wholeGraph } from '../neighbors/whole-graph.ts';
import type { SearchedLibrary } from '../search/ranked-search.ts';
import { NearestHeap } from '../vectors/nearest-heap.ts';
import type { VectorNeighbor } from '../vectors/vector-index.ts';

/**
 * Vectors as a library that is searched the way the application does it, without an index and files: a picture's id is its row.
 *
 * @param rows n unit rows
 * @param ceiling see `Smoothing.ceiling`; null where scores are plain cosines
 */
export function searchedRows(rows: Float32Array, dimensions: number, ceiling: number | null): SearchedLibrary {
  const count = rows.length / dimensions;
  const vector = (id: number): Float32Array | null =>
    id < count ? rows.subarray(id * dimensions, (id + 1) * dimensions) : null;
  const scores = new Float64Array(count);
  const search = (query: Float32Array, k: number) => {
    cosines(rows, query, 0, scores);
    return Promise.resolve({ neighbors: nearest(scores, k), exact: true });
  };
  return {
    vectors: { search, vector },
    signature: () => new Uint8Array(),
    lists: ceiling === null ? null : graphOf(rows, dimensions, vector),
    ceiling: ceiling ?? 0,
  };
}

/** Each pair is compared once, and counts for both. */
function graphOf(rows: Float32Array, dimensions: number, vectorOf: (id: number) => Float32Array | null): NeighborGraph {
  const ids = [...Array(rows.length / dimensions).keys()];
  const heaps = ids.map(() => new NearestHeap(GRAPH_NEIGHBORS));
  const thresholds = new Float64Array(ids.length).fill(Number.NEGATIVE_INFINITY);
  const offer = (to: number, id: number, score: number): void => {
    const heap = heaps[to] as NearestHeap;
    heap.push(id, score);
    thresholds[to] = heap.threshold;
  };
  const scores = new Float64Array(ids.length);
  for (const id of ids) {
    cosines(rows, rows.subarray(id * dimensions, (id + 1) * dimensions), id + 1, scores);
    for (let other = id + 1; other < scores.length; other++) {
      const score = scores[other] as number;
      if (score > (thresholds[id] as number)) offer(id, other, score);
      if (score > (thresholds[other] as number)) offer(other, id, score);
    }
  }
  return wholeGraph({ ids, vectorOf, nearest: (_vector, _k, id) => heaps[id]?.sorted() ?? [] });
}

function nearest(scores: Float64Array, k: number): VectorNeighbor[] {
  if (k >= scores.length) return everyOne(scores);
  const heap = new NearestHeap(k);
  let threshold = heap.threshold;
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id] as number;
    if (score <= threshold) continue;
    heap.push(id, score);
    threshold = heap.threshold;
  }
  return heap.sorted();
}

/** As a heap's order is: best first, equal scores by ascending id. */
function everyOne(scores: Float64Array): VectorNeighbor[] {
  const ids = Uint32Array.from(scores.keys()).sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  return Array.from(ids, (id) => ({ id, score: scores[id] as number }));
}

/**
 * Cosines of a query with the rows from one on, each at its row's place. Four rows at once, so that the query is read once for
 * four and the additions do not wait for one another: two thirds of the time.
 */
function cosines(rows: Float32Array, query: Float32Array, first: number, scores: Float64Array): void {
  const size = query.length;
  const whole = first + 4 * Math.floor((scores.length - first) / 4);
  for (let id = first; id < whole; id += 4) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    const start = id * size;
    const second = start + size;
    const third = second + size;
    const fourth = third + size;
    for (let i = 0; i < size; i++) {
      const value = query[i] as number;
      a += value * (rows[start + i] as number);
      b += value * (rows[second + i] as number);
      c += value * (rows[third + i] as number);
      d += value * (rows[fourth + i] as number);
    }
    scores[id] = a;
    scores[id + 1] = b;
    scores[id + 2] = c;
    scores[id + 3] = d;
  }
  for (let id = whole; id < scores.length; id++) {
    let sum = 0;
    for (let i = 0, at = id * size; i < size; i++, at++) sum += (query[i] as number) * (rows[at] as number);
    scores[id] = sum;
  }
}
