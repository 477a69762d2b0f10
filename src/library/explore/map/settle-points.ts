import type { EdgeLists } from './fuzzy-graph.ts';

/** UMAP's curve for a least distance of 0.1 and a spread of 1: 1 / (1 + a·d^2b) is how near two points look (McInnes et al. 2018, "UMAP"). */
const A = 1.577;
const B = 0.895;

/** Points that each is pushed away from for one that it is drawn to, as in UMAP. */
const REPELLED = 5;
/** The longest step, in units of the layout, as in UMAP. */
const LONGEST = 4;

/** A float32 without its last 16 bits: squared distances to 0.8 %. Powers took most of the time: 100 ns of 140 a step. */
const DROPPED_BITS = 16;
/** Positive ones. */
const STEPS = 2 ** 15;

/** By squared distance, what part of the way between two points one is moved: drawn to the other, or (above 0) pushed away. */
const forces = (force: (squared: number) => number): Float32Array => {
  const bits = new Uint32Array(1);
  const squared = new Float32Array(bits.buffer);
  return Float32Array.from({ length: STEPS }, (_, step) => {
    bits[0] = (step << DROPPED_BITS) | (1 << (DROPPED_BITS - 1));
    return Number.isFinite(squared[0]) ? force(squared[0] ?? 0) : 0;
  });
};
const ATTRACTION = forces((squared) => (-2 * A * B * squared ** (B - 1)) / (1 + A * squared ** B));
const REPULSION = forces((squared) => (2 * B) / ((0.001 + squared) * (1 + A * squared ** B)));

interface SettleOptions {
  /** Points that have edges, in the order of those. */
  readonly points: Uint32Array;
  /** What they are drawn to is moved towards them too: where all points settle. */
  readonly movesEnds: boolean;
  readonly rounds: number;
  /** How far the first round goes; the last goes nowhere. */
  readonly rate: number;
  readonly seed: number;
  /** Told from 0 to 1. */
  readonly tell?: ((share: number) => void) | undefined;
}

/**
 * Draws points to their neighbors and pushes them away from others, in rounds that move them less and less: UMAP's optimization by sampling of edges, each as
 * often as it weighs.
 *
 * @param positions x and y of all points in turn, in units of the layout; changed in place
 */
export function settlePoints(
  { offsets, ends, weights }: EdgeLists,
  positions: Float32Array,
  options: SettleOptions,
): void {
  const { points, movesEnds, rounds, rate: first, seed, tell } = options;
  const size = positions.length / 2;
  const bits = new Uint32Array(1);
  const squared = new Float32Array(bits.buffer);
  const due = weights.map((weight) => 1 / weight);
  let state = (seed >>> 0) + 0x9e3779b9;
  for (let round = 0; round < rounds; round++) {
    const rate = first * (1 - round / rounds);
    for (let i = 0; i < points.length; i++) {
      const point = 2 * (points[i] ?? 0);
      let x = positions[point] ?? 0;
      let y = positions[point + 1] ?? 0;
      const last = offsets[i + 1] ?? 0;
      for (let edge = offsets[i] ?? 0; edge < last; edge++) {
        const next = due[edge] ?? Infinity;
        if (next > round + 1) continue;
        due[edge] = next + 1 / (weights[edge] ?? 0);
        const end = 2 * (ends[edge] ?? 0);
        let dx = x - (positions[end] ?? 0);
        let dy = y - (positions[end + 1] ?? 0);
        squared[0] = dx * dx + dy * dy;
        let pull = ATTRACTION[(bits[0] ?? 0) >>> DROPPED_BITS] ?? 0;
        const [stepX, stepY] = [rate * clipped(pull * dx), rate * clipped(pull * dy)];
        x += stepX;
        y += stepY;
        if (movesEnds) {
          positions[end] = (positions[end] ?? 0) - stepX;
          positions[end + 1] = (positions[end + 1] ?? 0) - stepY;
        }
        for (let n = 0; n < REPELLED; n++) {
          // xorshift: as good as is needed to choose points, and hardly takes time
          state ^= state << 13;
          state ^= state >>> 17;
          state ^= state << 5;
          const other = 2 * Math.floor(((state >>> 0) / 2 ** 32) * size);
          if (other === point) continue;
          dx = x - (positions[other] ?? 0);
          dy = y - (positions[other + 1] ?? 0);
          squared[0] = dx * dx + dy * dy;
          pull = REPULSION[(bits[0] ?? 0) >>> DROPPED_BITS] ?? 0;
          x += rate * clipped(pull * dx);
          y += rate * clipped(pull * dy);
        }
      }
      positions[point] = x;
      positions[point + 1] = y;
    }
    tell?.((round + 1) / rounds);
  }
}

function clipped(value: number): number {
  return value > LONGEST ? LONGEST : value < -LONGEST ? -LONGEST : value;
}
