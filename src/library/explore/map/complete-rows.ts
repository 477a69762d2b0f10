import type { NeighborTable } from '../shared-neighbors.ts';

/** As far as UMAP takes it, a neighbor graph: each point has the same number of neighbors, the nearest first. */
export interface CompleteRows {
  /** The points that have neighbors, as places of the table, ascending; row `i` is of `points[i]`. */
  readonly points: Uint32Array;
  /** Neighbors in each row. */
  readonly k: number;
  /** As places in `points`. */
  readonly neighbors: Int32Array;
  /** Cosine distances, ascending in each row. */
  readonly distances: Float32Array;
}

/**
 * Rows of one length: UMAP cuts all to the shortest. A point with fewer neighbors gets the neighbors of those, and where these are too few the points that
 * follow it, as far from it as the farthest that it has. Points without any neighbor are left out.
 */
export function completeRows({ k: most, places, scores }: NeighborTable): CompleteRows {
  const size = scores.length / most;
  const points = Uint32Array.from({ length: size }, (_, place) => place).filter(
    (place) => (places[place * most] ?? -1) >= 0,
  );
  const k = Math.min(most, points.length - 1);
  const rowOf = new Int32Array(size).fill(-1);
  for (const [row, place] of points.entries()) rowOf[place] = row;
  const neighbors = new Int32Array(k * points.length);
  const distances = new Float32Array(k * points.length);
  const row: number[] = [];
  for (const [i, point] of points.entries()) {
    row.length = 0;
    let farthest = 0;
    for (let n = 0; n < most && row.length < k; n++) {
      const other = rowOf[places[point * most + n] ?? -1] ?? -1;
      if (other < 0) continue;
      farthest = Math.max(farthest, 0, 1 - (scores[point * most + n] ?? 0));
      distances[i * k + row.length] = farthest;
      row.push(other);
    }
    const own = row.length;
    for (let n = 0; n < own && row.length < k; n++) {
      const start = (points[row[n] ?? 0] ?? 0) * most;
      for (let m = 0; m < most && row.length < k; m++) {
        const other = rowOf[places[start + m] ?? -1] ?? -1;
        if (other >= 0 && other !== i && !row.includes(other)) row.push(other);
      }
    }
    for (let next = 1; row.length < k; next++) {
      const other = (i + next) % points.length;
      if (other !== i && !row.includes(other)) row.push(other);
    }
    distances.fill(farthest, i * k + own, (i + 1) * k);
    neighbors.set(row, i * k);
  }
  return { points, k, neighbors, distances };
}
