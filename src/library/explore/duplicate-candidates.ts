import { HnswIndex } from '../vectors/hnsw-index.ts';
import { greyGrid } from './grey-grid.ts';
import type { NeighborTable } from './shared-neighbors.ts';
import { symmetricSignature, SYMMETRIC_VALUES } from './symmetric-signature.ts';

/** Pictures that have nearly the same symmetric signature: so many of the nearest, down to this cosine. */
const SYMMETRIC_NEIGHBORS = 14;
const SYMMETRIC_SCORE = 0.98;

/** Neighbors by vector that are less alike are no candidates. Of copies with a border the median was 0.62, of text 0.82. */
const GRAPH_SCORE = 0.3;

interface ScoredCandidate {
  readonly place: number;
  /** Cosine of the two vectors. */
  readonly score: number;
}

/** Pictures that may be of the same one, by place, in both directions. */
export class DuplicateCandidates {
  readonly #near = new Map<number, ScoredCandidate[]>();
  readonly #symmetric = new Map<number, Set<number>>();

  /** Neighbors by vector, and copies by signature. */
  of(place: number): number[] {
    const near = this.#near.get(place)?.map((candidate) => candidate.place) ?? [];
    return [...new Set([...(this.#symmetric.get(place) ?? []), ...near])];
  }

  /** Neighbors by vector alone. */
  near(place: number): readonly ScoredCandidate[] {
    return this.#near.get(place) ?? [];
  }

  /** Takes in the neighbor graph. @param placeOf by the graph's own places; -1 for what is not compared */
  addGraph({ k, places, scores }: NeighborTable, placeOf: Int32Array): void {
    for (let i = 0; i < scores.length; i++) {
      const score = scores[i] ?? 0;
      const from = placeOf[Math.floor(i / k)] ?? -1;
      const to = placeOf[places[i] ?? -1] ?? -1;
      if (from < 0 || to < 0 || score < GRAPH_SCORE) continue;
      addOnce(this.#near, from, { place: to, score });
      addOnce(this.#near, to, { place: from, score });
    }
  }

  /** Takes in the nearest by what of their signatures stays the same however a picture is turned. */
  addSymmetric(signatures: readonly (Uint8Array | null)[]): void {
    const index = HnswIndex.empty(SYMMETRIC_VALUES);
    const vectors = signatures.map((bytes) => (bytes === null ? null : symmetricSignature(greyGrid(bytes))));
    for (const [place, vector] of vectors.entries()) if (vector !== null) index.add(place, vector);
    for (const [place, vector] of vectors.entries()) {
      if (vector === null) continue;
      for (const { id, score } of index.searchNow(vector, SYMMETRIC_NEIGHBORS)) {
        if (id === place || score < SYMMETRIC_SCORE) continue;
        addTo(this.#symmetric, place, id);
        addTo(this.#symmetric, id, place);
      }
    }
  }
}

function addOnce(lists: Map<number, ScoredCandidate[]>, from: number, candidate: ScoredCandidate): void {
  const list = lists.get(from);
  if (!list) lists.set(from, [candidate]);
  else if (!list.some(({ place }) => place === candidate.place)) list.push(candidate);
}

function addTo(sets: Map<number, Set<number>>, from: number, to: number): void {
  const set = sets.get(from);
  if (set) set.add(to);
  else sets.set(from, new Set([to]));
}
