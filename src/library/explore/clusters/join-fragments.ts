import type { WeightedGraph } from '../shared-neighbors.ts';
import { SMALLEST_CLUSTER } from './granularity.ts';

/**
 * Joins communities of one or two to the one that they are most strongly tied to, the smallest first: at a high resolution Louvain's method leaves such
 * fragments of kinds that belong together. What is tied to nothing stays as it is.
 */
export function joinFragments(communities: Uint32Array, edges: WeightedGraph): Uint32Array {
  const into = Uint32Array.from({ length: communities.reduce((most, one) => Math.max(most, one), 0) + 1 }, (_, i) => i);
  const sizes = new Uint32Array(into.length);
  for (const community of communities) sizes[community] = (sizes[community] ?? 0) + 1;
  const rootOf = (community: number): number => {
    let root = community;
    while (into[root] !== root) root = into[root] ?? root;
    return root;
  };
  const isFragment = (root: number): boolean => (sizes[root] ?? 0) < SMALLEST_CLUSTER;
  for (let joined = true; joined;) {
    joined = false;
    const ties = tiesOf(edges, (place) => rootOf(communities[place] ?? 0), isFragment);
    for (const fragment of [...ties.keys()].sort((a, b) => (sizes[a] ?? 0) - (sizes[b] ?? 0) || a - b)) {
      if (rootOf(fragment) !== fragment || !isFragment(fragment)) continue;
      const strongest = strongestOf(ties.get(fragment) ?? new Map<number, number>(), rootOf, sizes);
      if (strongest === fragment || strongest < 0) continue;
      into[fragment] = strongest;
      sizes[strongest] = (sizes[strongest] ?? 0) + (sizes[fragment] ?? 0);
      joined = true;
    }
  }
  return communities.map(rootOf);
}

/** Of each fragment, the weights of its edges to other communities, summed. */
function tiesOf(
  { from, to, weights }: WeightedGraph,
  rootOfPlace: (place: number) => number,
  isFragment: (root: number) => boolean,
): Map<number, Map<number, number>> {
  const ties = new Map<number, Map<number, number>>();
  const tie = (fragment: number, other: number, weight: number): void => {
    if (!isFragment(fragment)) return;
    const own = ties.get(fragment) ?? new Map<number, number>();
    own.set(other, (own.get(other) ?? 0) + weight);
    ties.set(fragment, own);
  };
  for (const [e, a] of from.entries()) {
    const [one, other] = [rootOfPlace(a), rootOfPlace(to[e] ?? 0)];
    if (one === other) continue;
    tie(one, other, weights[e] ?? 0);
    tie(other, one, weights[e] ?? 0);
  }
  return ties;
}

/** The community with the greatest weight a picture, by what it has become, so that fragments join each other; the first of equal ones, −1 of none. */
function strongestOf(
  ties: ReadonlyMap<number, number>,
  rootOf: (community: number) => number,
  sizes: Uint32Array,
): number {
  const sums = new Map<number, number>();
  for (const [other, weight] of ties) sums.set(rootOf(other), (sums.get(rootOf(other)) ?? 0) + weight);
  const mean = ([root, sum]: readonly [number, number]): number => sum / (sizes[root] ?? 1);
  const [best] = [...sums].sort((a, b) => mean(b) - mean(a) || a[0] - b[0]);
  return best?.[0] ?? -1;
}
