/** The k nearest neighbors of some pictures, as places among them: picture `i` has those from `i * k`, best first; -1 where it has fewer. */
export interface NeighborTable {
  readonly k: number;
  readonly places: Int32Array;
  /** Cosines, as `places`. */
  readonly scores: Float32Array;
}

/** An undirected graph over places: edge `e` joins `from[e]` and `to[e]`, of which the first is the lesser. */
export interface WeightedGraph {
  readonly size: number;
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly weights: Float32Array;
}

/**
 * Joins neighbors by how many neighbors they share: the Jaccard index of the two closed neighborhoods (Jarvis and Patrick 1973, "Clustering using
 * a similarity measure based on shared near neighbors"; as weights for Louvain, Levine et al. 2015, "PhenoGraph"). Two that are each other's
 * neighbor share two more than two of which only one is the other's, so that mutual ones weigh most; a picture that lies among others without
 * being a neighbor of any is hardly joined. Cosines as weights found the scenes less well: docs/explore.md.
 *
 * @param neighbors of each picture, in (0, k] of the table's are used
 */
export function sharedNeighborGraph({ k, places, scores }: NeighborTable, neighbors = k): WeightedGraph {
  const size = scores.length / k;
  const used = Math.min(k, neighbors);
  const edges = new EdgeList(size * used);
  // the picture whose neighborhood a place was last seen in, one more than its place
  const seen = new Uint32Array(size);
  for (let i = 0; i < size; i++) {
    seen[i] = i + 1;
    const own = degree(places, i * k, used);
    for (let n = 0; n < own; n++) seen[places[i * k + n] ?? 0] = i + 1;
    for (let n = 0; n < own; n++) {
      const j = places[i * k + n] ?? 0;
      const start = j * k;
      const others = degree(places, start, used);
      let shared = seen[j] === i + 1 ? 1 : 0;
      let isMutual = false;
      for (let m = 0; m < others; m++) {
        const place = places[start + m] ?? 0;
        if (place === i) isMutual = true;
        if (seen[place] === i + 1) shared++;
      }
      // a mutual pair is met twice
      if (isMutual && j < i) continue;
      edges.add(Math.min(i, j), Math.max(i, j), shared / (own + others + 2 - shared));
    }
  }
  return { size, ...edges.arrays() };
}

function degree(places: Int32Array, start: number, most: number): number {
  let count = 0;
  while (count < most && (places[start + count] ?? -1) >= 0) count++;
  return count;
}

class EdgeList {
  readonly #from: Uint32Array;
  readonly #to: Uint32Array;
  readonly #weights: Float32Array;
  #count = 0;

  constructor(most: number) {
    this.#from = new Uint32Array(most);
    this.#to = new Uint32Array(most);
    this.#weights = new Float32Array(most);
  }

  add(from: number, to: number, weight: number): void {
    this.#from[this.#count] = from;
    this.#to[this.#count] = to;
    this.#weights[this.#count++] = weight;
  }

  arrays(): Omit<WeightedGraph, 'size'> {
    const [from, to, weights] = [this.#from, this.#to, this.#weights];
    return {
      from: from.slice(0, this.#count),
      to: to.slice(0, this.#count),
      weights: weights.slice(0, this.#count),
    };
  }
}
