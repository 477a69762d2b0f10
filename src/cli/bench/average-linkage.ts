import { dot } from '../../library/vectors/vector-index.ts';

/**
 * Agglomerative clustering by average linkage of cosines: the reference for clusters, n² in memory and n³ in time, so for hundreds.
 *
 * @param vectors of unit length
 * @param counts numbers of clusters, descending
 * @returns a labelling for each of them
 */
export function averageLinkage(vectors: readonly Float32Array[], counts: readonly number[]): Map<number, number[]> {
  const likeness = vectors.map((a) => vectors.map((b) => dot(a, b)));
  const clusters = new Map(vectors.map((_, i) => [i, [i]]));
  const results = new Map<number, number[]>();
  for (const count of counts) {
    while (clusters.size > count) mergeNearest(clusters, likeness);
    const labels = new Array<number>(vectors.length).fill(0);
    for (const [label, members] of [...clusters.values()].entries())
      for (const member of members) labels[member] = label;
    results.set(count, labels);
  }
  return results;
}

function mergeNearest(clusters: Map<number, number[]>, likeness: number[][]): void {
  const keys = [...clusters.keys()];
  let [best, a, b] = [Number.NEGATIVE_INFINITY, 0, 0];
  for (const [i, first] of keys.entries()) {
    for (const second of keys.slice(i + 1)) {
      const score = likeness[first]?.[second] ?? 0;
      if (score > best) [best, a, b] = [score, first, second];
    }
  }
  const [into, from] = [clusters.get(a) ?? [], clusters.get(b) ?? []];
  clusters.delete(b);
  for (const other of clusters.keys()) {
    if (other === a) continue;
    const sum = (likeness[a]?.[other] ?? 0) * into.length + (likeness[b]?.[other] ?? 0) * from.length;
    const mean = sum / (into.length + from.length);
    for (const [x, y] of [
      [a, other],
      [other, a],
    ] as const) {
      const row = likeness[x];
      if (row) row[y] = mean;
    }
  }
  clusters.set(a, [...into, ...from]);
}
