import type { VectorNeighbor } from './vector-index.ts';

/** Keeps the `k` best of a stream of scores: a binary heap with the worst kept one on top, O(log k) an insertion. */
export class NearestHeap {
  readonly #k: number;
  readonly #heap: VectorNeighbor[] = [];

  constructor(k: number) {
    this.#k = k;
  }

  /** The score that a further one must beat. */
  get threshold(): number {
    return this.#heap.length < this.#k ? Number.NEGATIVE_INFINITY : (this.#heap[0]?.score ?? Number.NEGATIVE_INFINITY);
  }

  push(id: number, score: number): void {
    const heap = this.#heap;
    if (heap.length < this.#k) {
      heap.push({ id, score });
      this.#siftUp(heap.length - 1);
    } else if (score > this.threshold) {
      heap[0] = { id, score };
      this.#siftDown();
    }
  }

  /** Best first; equal scores by ascending id, so that results do not depend on the order of the scan. */
  sorted(): VectorNeighbor[] {
    return [...this.#heap].sort((a, b) => b.score - a.score || a.id - b.id);
  }

  #score(index: number): number {
    return this.#heap[index]?.score ?? Number.POSITIVE_INFINITY;
  }

  #swap(a: number, b: number): void {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    if (x && y) [this.#heap[a], this.#heap[b]] = [y, x];
  }

  #siftUp(start: number): void {
    let child = start;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (this.#score(parent) <= this.#score(child)) return;
      this.#swap(parent, child);
      child = parent;
    }
  }

  #siftDown(): void {
    let parent = 0;
    for (;;) {
      const left = 2 * parent + 1;
      const smallest = this.#score(left + 1) < this.#score(left) ? left + 1 : left;
      if (this.#score(parent) <= this.#score(smallest)) return;
      this.#swap(parent, smallest);
      parent = smallest;
    }
  }
}
