import type { NeighborTable } from './shared-neighbors.ts';

/** What is known of clusters by the neighbors of their pictures. */
export interface ClusterFacts {
  /** Of each cluster: the mean, over its pictures, of their mean cosine to their neighbors in it; 0 where none has one. */
  readonly cohesion: Float64Array;
  /** Of each place: how near it is to the others of its cluster that have it among their neighbors, summed. */
  readonly typicality: Float32Array;
}

/** @param clusters places of each, none twice */
export function clusterFacts(
  clusters: readonly (readonly number[])[],
  { k, places, scores }: NeighborTable,
): ClusterFacts {
  const size = scores.length / k;
  const clusterOf = new Int32Array(size).fill(-1);
  for (const [index, members] of clusters.entries()) for (const place of members) clusterOf[place] = index;
  const cohesion = new Float64Array(clusters.length);
  const typicality = new Float32Array(size);
  for (let place = 0; place < size; place++) {
    const own = clusterOf[place] ?? -1;
    let sum = 0;
    let count = 0;
    for (let n = place * k; n < (place + 1) * k; n++) {
      const neighbor = places[n] ?? -1;
      if (neighbor < 0) break;
      if (own < 0 || clusterOf[neighbor] !== own) continue;
      const score = scores[n] ?? 0;
      sum += score;
      count++;
      typicality[neighbor] = (typicality[neighbor] ?? 0) + score;
    }
    if (count > 0) cohesion[own] = (cohesion[own] ?? 0) + sum / count;
  }
  for (const [index, members] of clusters.entries())
    cohesion[index] = (cohesion[index] ?? 0) / Math.max(1, members.length);
  return { cohesion, typicality };
}

/** Places of a cluster, the most typical first: those that its other pictures are nearest to. */
export function byTypicality(places: readonly number[], { typicality }: ClusterFacts): number[] {
  return places.toSorted((a, b) => (typicality[b] ?? 0) - (typicality[a] ?? 0) || a - b);
}

/** The first of {@link byTypicality}, without sorting the others. */
export function mostTypical(places: readonly number[], facts: ClusterFacts, count: number): number[] {
  const { typicality } = facts;
  const best: number[] = [];
  for (const place of places) {
    const least = best.at(-1);
    const isFull = best.length >= count;
    if (isFull && least !== undefined && (typicality[place] ?? 0) <= (typicality[least] ?? 0)) continue;
    if (isFull) best.pop();
    const at = best.findIndex((other) => (typicality[other] ?? 0) < (typicality[place] ?? 0));
    best.splice(at < 0 ? best.length : at, 0, place);
  }
  return best;
}

/** Two of a cluster that are this near are shown together only where there is nothing else to show: a burst is one picture to who looks. */
const NEARLY_THE_SAME = 0.8;

/** How many typical ones are looked at for each that is shown. */
const LOOKED_AT = 6;

/**
 * The most typical pictures of a cluster, apart from each other: one that is nearly the same as a more typical one gives way to others, and comes
 * after them where there are too few.
 */
export function typicalApart(
  places: readonly number[],
  facts: ClusterFacts,
  { k, places: neighbors, scores }: NeighborTable,
  count: number,
): number[] {
  const chosen: number[] = [];
  const passedOver: number[] = [];
  const areNearlyTheSame = (a: number, b: number): boolean => {
    for (let n = a * k; n < (a + 1) * k; n++) if (neighbors[n] === b) return (scores[n] ?? 0) >= NEARLY_THE_SAME;
    return false;
  };
  for (const place of mostTypical(places, facts, LOOKED_AT * count)) {
    if (chosen.length === count) break;
    const isAgain = chosen.some((other) => areNearlyTheSame(place, other) || areNearlyTheSame(other, place));
    (isAgain ? passedOver : chosen).push(place);
  }
  return [...chosen, ...passedOver].slice(0, count);
}

/** Pictures that are like nothing else: even the nearest other one is below what a search calls related. */
export function alonePlaces({ k, places, scores }: NeighborTable, related: number): Uint8Array {
  return Uint8Array.from({ length: scores.length / k }, (_, place) => {
    const isNear = (places[place * k] ?? -1) >= 0 && (scores[place * k] ?? 0) >= related;
    return isNear ? 0 : 1;
  });
}
