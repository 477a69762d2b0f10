import type { CompleteRows } from './complete-rows.ts';

/** Edges of some points, by point: those of the point `i` of a list end at `ends[offsets[i]]` to `ends[offsets[i + 1] - 1]`. */
export interface EdgeLists {
  readonly offsets: Uint32Array;
  readonly ends: Uint32Array;
  /** How surely the two are neighbors, from 0 to 1. */
  readonly weights: Float32Array;
}

/** Halvings in the search for how wide a neighborhood is: to a millionth. */
const HALVINGS = 40;

/**
 * How surely each of a point's neighbors is one (McInnes et al. 2018, "UMAP", algorithm 3): 1 for the nearest, less with each one's distance beyond that, in a
 * measure of the point's own, by which they sum to log2 of their number.
 *
 * @param distances ascending
 * @param into gets the memberships, as `distances`
 */
export function memberships(distances: Float32Array, into: Float32Array): void {
  const nearest = distances[0] ?? 0;
  const wanted = Math.log2(Math.max(2, distances.length));
  let [low, high, width] = [0, Infinity, 1];
  for (let halving = 0; halving < HALVINGS; halving++) {
    let sum = 0;
    for (const distance of distances) sum += Math.exp((nearest - distance) / width);
    if (Math.abs(sum - wanted) < 1e-5) break;
    if (sum > wanted) high = width;
    else low = width;
    width = high === Infinity ? 2 * width : (low + high) / 2;
  }
  for (const [n, distance] of distances.entries()) into[n] = width > 0 ? Math.exp((nearest - distance) / width) : 1;
}

/** The neighborhoods of all points joined: two are as surely neighbors as either is the other's, or both. Each edge is in the lists of both its ends. */
export function fuzzyGraph({ points, k, neighbors, distances }: CompleteRows): EdgeLists {
  const size = points.length;
  const own = new Float32Array(k * size);
  for (let i = 0; i < size; i++) {
    memberships(distances.subarray(i * k, (i + 1) * k), own.subarray(i * k, (i + 1) * k));
  }
  /** That of `of` among the neighbors of `i`; 0 where it is none. */
  const membership = (i: number, of: number): number => {
    for (let n = i * k; n < (i + 1) * k; n++) if (neighbors[n] === of) return own[n] ?? 0;
    return 0;
  };
  const offsets = new Uint32Array(size + 1);
  const isFirst = new Uint8Array(k * size);
  const joined = new Float32Array(k * size);
  for (let i = 0; i < size; i++) {
    for (let n = i * k; n < (i + 1) * k; n++) {
      const other = neighbors[n] ?? 0;
      const [a, b] = [own[n] ?? 0, membership(other, i)];
      // a mutual pair is met twice
      if (b > 0 && other < i) continue;
      isFirst[n] = 1;
      joined[n] = a + b - a * b;
      offsets[i + 1] = (offsets[i + 1] ?? 0) + 1;
      offsets[other + 1] = (offsets[other + 1] ?? 0) + 1;
    }
  }
  for (let i = 0; i < size; i++) offsets[i + 1] = (offsets[i + 1] ?? 0) + (offsets[i] ?? 0);
  const ends = new Uint32Array(offsets[size] ?? 0);
  const weights = new Float32Array(ends.length);
  const filled = offsets.slice(0, size);
  const add = (from: number, to: number, weight: number): void => {
    const at = filled[from] ?? 0;
    ends[at] = to;
    weights[at] = weight;
    filled[from] = at + 1;
  };
  for (let i = 0; i < size; i++) {
    for (let n = i * k; n < (i + 1) * k; n++) {
      if (isFirst[n] === 0) continue;
      add(i, neighbors[n] ?? 0, joined[n] ?? 0);
      add(neighbors[n] ?? 0, i, joined[n] ?? 0);
    }
  }
  return { offsets, ends, weights };
}
