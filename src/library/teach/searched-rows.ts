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
  const nearest = (query: Float32Array, k: number): VectorNeighbor[] => nearestRows(rows, dimensions, query, k);
  const search = (query: Float32Array, k: number) => Promise.resolve({ neighbors: nearest(query, k), exact: true });
  return {
    vectors: { search, vector },
    signature: () => new Uint8Array(),
    lists: ceiling === null ? null : wholeGraph({ ids: [...Array(count).keys()], vectorOf: vector, nearest }),
    ceiling: ceiling ?? 0,
  };
}

function nearestRows(rows: Float32Array, dimensions: number, query: Float32Array, k: number): VectorNeighbor[] {
  const heap = new NearestHeap(k);
  for (let id = 0, start = 0; start < rows.length; id++, start += dimensions) {
    const score = cosineAt(rows, start, query);
    if (score > heap.threshold) heap.push(id, score);
  }
  return heap.sorted();
}

/** Four sums at once: the additions do not wait for one another. */
function cosineAt(rows: Float32Array, start: number, query: Float32Array): number {
  const whole = query.length - (query.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    a += (rows[start + i] as number) * (query[i] as number);
    b += (rows[start + i + 1] as number) * (query[i + 1] as number);
    c += (rows[start + i + 2] as number) * (query[i + 2] as number);
    d += (rows[start + i + 3] as number) * (query[i + 3] as number);
  }
  for (let i = whole; i < query.length; i++) a += (rows[start + i] as number) * (query[i] as number);
  return a + b + c + d;
}
