import { rankedSearch } from '../search/ranked-search.ts';
import { NearestHeap } from '../vectors/nearest-heap.ts';
import { dot, type VectorNeighbor } from '../vectors/vector-index.ts';
import { searchedRows } from './searched-rows.ts';

/** Pictures that are ranked anew with their neighbors, as a preview does it. */
export const CANDIDATES = 150;

/** A picture's vector by some model, unit length. */
export interface PictureVector {
  readonly id: number;
  readonly vector: Float32Array;
}

/** Finds the nearest of pictures that come one after the other, and ranks them as a search does: smoothed among themselves. */
export class NearestPictures {
  readonly #query: PictureVector;
  readonly #ceiling: number | null;
  readonly #heap = new NearestHeap(CANDIDATES);
  readonly #vectors = new Map<number, Float32Array>();

  /** @param ceiling see `Smoothing.ceiling` */
  constructor(query: PictureVector, ceiling: number | null) {
    this.#query = query;
    this.#ceiling = ceiling;
  }

  add({ id, vector }: PictureVector): void {
    if (id === this.#query.id) return;
    const score = dot(vector, this.#query.vector);
    if (score <= this.#heap.threshold) return;
    this.#heap.push(id, score);
    this.#vectors.set(id, vector);
    if (this.#vectors.size > 8 * CANDIDATES) this.#forget();
  }

  /** Vectors of those that are not among the nearest any more. */
  #forget(): void {
    const kept = new Set(this.#heap.sorted().map(({ id }) => id));
    for (const id of this.#vectors.keys()) if (!kept.has(id)) this.#vectors.delete(id);
  }

  /** At most `k`, best first. */
  async ranked(k: number): Promise<VectorNeighbor[]> {
    const ids = this.#heap.sorted().map(({ id }) => id);
    const { vector } = this.#query;
    const rows = new Float32Array(ids.length * vector.length);
    for (const [i, id] of ids.entries()) rows.set(this.#vectors.get(id) ?? [], i * vector.length);
    const library = searchedRows(rows, vector.length, this.#ceiling);
    const asked = { vector, signature: null, without: new Set<number>(), k: ids.length, exact: true };
    const { neighbors } = await rankedSearch(library, asked);
    return neighbors.slice(0, k).map(({ id: row, score }) => ({ id: ids[row] ?? 0, score }));
  }
}
