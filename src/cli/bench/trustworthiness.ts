import { NearestHeap } from '../../library/vectors/nearest-heap.ts';

/** Points with their vectors, of which a layout was made. */
interface LaidOutVectors {
  /** Unit length, one after the other. */
  readonly vectors: Float32Array;
  readonly dimensions: number;
  /** Layouts of them: x and y of each point in turn. */
  readonly layouts: readonly Float32Array[];
  /** Points that are looked at. */
  readonly sample: readonly number[];
  readonly k: number;
}

/**
 * Trustworthiness of layouts (Venna and Kaski 2001): 1 where the `k` nearest of each point in the layout are among its `k` nearest by cosine, less by how
 * far down those are that are not; about 0.5 for points at random. Ranks are exact, of the points of the sample.
 *
 * @returns of each layout
 */
export function trustworthiness({ vectors, dimensions, layouts, sample, k }: LaidOutVectors): number[] {
  const size = vectors.length / dimensions;
  const penalties = layouts.map(() => 0);
  const scores = new Float32Array(size);
  for (const point of sample) {
    scoreAll(vectors, dimensions, point, scores);
    for (const [l, layout] of layouts.entries()) {
      for (const near of nearestOnMap(layout, point, k))
        penalties[l] = (penalties[l] ?? 0) + Math.max(0, rankOf(scores, near, point) - k);
    }
  }
  const worst = (sample.length * k * (2 * size - 3 * k - 1)) / 2;
  return penalties.map((penalty) => 1 - penalty / worst);
}

function scoreAll(vectors: Float32Array, dimensions: number, point: number, scores: Float32Array): void {
  const own = vectors.subarray(point * dimensions, (point + 1) * dimensions);
  for (let other = 0; other < scores.length; other++) {
    const start = other * dimensions;
    let sum = 0;
    for (let d = 0; d < dimensions; d++) sum += (own[d] ?? 0) * (vectors[start + d] ?? 0);
    scores[other] = sum;
  }
}

function nearestOnMap(layout: Float32Array, point: number, k: number): number[] {
  const heap = new NearestHeap(k);
  const [x, y] = [layout[2 * point] ?? 0, layout[2 * point + 1] ?? 0];
  for (let other = 0; 2 * other < layout.length; other++) {
    if (other === point) continue;
    const [dx, dy] = [(layout[2 * other] ?? 0) - x, (layout[2 * other + 1] ?? 0) - y];
    heap.push(other, -(dx * dx + dy * dy));
  }
  return heap.sorted().map(({ id }) => id);
}

/** 1 for the nearest by cosine. */
function rankOf(scores: Float32Array, other: number, point: number): number {
  const score = scores[other] ?? 0;
  let rank = 1;
  for (let one = 0; one < scores.length; one++) if (one !== point && (scores[one] ?? 0) > score) rank++;
  return rank;
}
