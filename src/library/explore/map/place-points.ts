import { createRandom, type Random } from '../../../similarity/random.ts';
import type { NeighborTable } from '../shared-neighbors.ts';
import { FreePlaces } from './free-places.ts';
import { memberships, type EdgeLists } from './fuzzy-graph.ts';
import { settlePoints } from './settle-points.ts';

/** Rounds in which new points settle: the fewer the more there are, as in UMAP. */
const FEW = 10_000;
const ROUNDS = 100;
const ROUNDS_OF_MANY = 40;

/** How far the first round goes: less where others have their places already, as in UMAP. */
const RATE = 1;
const RATE_AMONG = 0.25;

/** Looks for points whose neighbors have places by now; after so many, those that are left are put where there is room. */
const PASSES = 32;

/** Steps to the point that the distances to a point's neighbors are least at. */
const MEDIAN_STEPS = 8;

/** Points start a little apart, so that copies do not lie on each other: in units. */
const APART = 0.05;

interface PlaceOptions {
  /** How long the layout's own unit is on the map. */
  readonly unit: number;
  readonly seed: number;
  /** Told from 0 to 1. */
  readonly tell?: (share: number) => void;
}

/**
 * Puts points on a map among those that have a place, which do not move: each starts amid its neighbors, then is drawn to them and pushed away from
 * others for some rounds, as UMAP does it. A point without neighbors, or one of a kind that is all new, starts where there is room.
 *
 * @param placed x and y of each point in turn, from -1 to 1; NaN of those that have no place
 * @returns the same with all places, each from -1 to 1
 */
export function placePoints(table: NeighborTable, placed: Float32Array, options: PlaceOptions): Float32Array {
  const { unit, seed, tell } = options;
  const points = Uint32Array.from({ length: placed.length / 2 }, (_, point) => point).filter((point) =>
    Number.isNaN(placed[2 * point]),
  );
  const positions = placed.slice();
  const edges = edgesOf(table, points);
  start({ points, edges }, positions, unit, createRandom(seed));
  const settled = positions.map((value) => value / unit);
  const rounds = points.length <= FEW ? ROUNDS : ROUNDS_OF_MANY;
  const rate = 2 * points.length === placed.length ? RATE : RATE_AMONG;
  settlePoints(edges, settled, { points, movesEnds: false, rounds, rate, seed, tell });
  for (const point of points) {
    for (const i of [2 * point, 2 * point + 1]) positions[i] = inside((settled[i] ?? 0) * unit);
  }
  return positions;
}

interface AddedPoints {
  readonly points: Uint32Array;
  readonly edges: EdgeLists;
}

/** What some points are drawn to, and how strongly. */
function edgesOf({ k, places, scores }: NeighborTable, points: Uint32Array): EdgeLists {
  const offsets = new Uint32Array(points.length + 1);
  const ends = new Uint32Array(k * points.length);
  const weights = new Float32Array(ends.length);
  let end = 0;
  for (const [i, point] of points.entries()) {
    const distances = new Float32Array(k);
    let count = 0;
    for (; count < k && (places[point * k + count] ?? -1) >= 0; count++) {
      ends[end + count] = places[point * k + count] ?? 0;
      distances[count] = 1 - (scores[point * k + count] ?? 0);
    }
    memberships(distances.subarray(0, count), weights.subarray(end, end + count));
    end += count;
    offsets[i + 1] = end;
  }
  return { offsets, ends: ends.subarray(0, end), weights: weights.subarray(0, end) };
}

/** Gives each added point a first place: amid those of its neighbors that have one, those first of which most have. */
function start({ points, edges }: AddedPoints, positions: Float32Array, unit: number, random: Random): void {
  const room = new FreePlaces(positions);
  const put = (i: number, x: number, y: number): void => {
    const at = 2 * (points[i] ?? 0);
    positions[at] = inside(x + unit * APART * (random.next() - 0.5));
    positions[at + 1] = inside(y + unit * APART * (random.next() - 0.5));
    room.take(positions[at] ?? 0, positions[at + 1] ?? 0);
  };
  let waiting = [...points.keys()];
  let wanted = 0.5;
  for (let pass = 0; pass < PASSES && waiting.length > 0; pass++) {
    const left = waiting.filter((i) => {
      const own = [edges.offsets[i], edges.offsets[i + 1]];
      const middle = amidNeighbors(edges.ends.subarray(...own), edges.weights.subarray(...own), positions, wanted);
      if (middle !== null) put(i, ...middle);
      return middle === null;
    });
    if (left.length < waiting.length) waiting = left;
    else if (wanted > 0) wanted = 0;
    else {
      // a kind that is all new begins with one of it
      const [first = 0, ...others] = left;
      put(first, ...room.next());
      waiting = others;
    }
  }
  for (const i of waiting) put(i, ...room.next());
}

/**
 * Where the weighted distances to a point's neighbors are least in sum (Weiszfeld's method from their mean), so that a few that lie
 * elsewhere do not draw it into the void between. Null where those that have a place are not more than a share of it.
 */
function amidNeighbors(
  neighbors: Uint32Array,
  strengths: Float32Array,
  positions: Float32Array,
  share: number,
): [x: number, y: number] | null {
  let all = 0;
  let known = 0;
  let [x, y] = [0, 0];
  for (const [n, neighbor] of neighbors.entries()) {
    const weight = strengths[n] ?? 0;
    all += weight;
    const atX = positions[2 * neighbor] ?? Number.NaN;
    if (Number.isNaN(atX)) continue;
    known += weight;
    x += weight * atX;
    y += weight * (positions[2 * neighbor + 1] ?? 0);
  }
  if (known <= share * all) return null;
  [x, y] = [x / known, y / known];
  for (let step = 0; step < MEDIAN_STEPS; step++) {
    let [sum, sumX, sumY] = [0, 0, 0];
    for (const [n, neighbor] of neighbors.entries()) {
      const atX = positions[2 * neighbor] ?? Number.NaN;
      const atY = positions[2 * neighbor + 1] ?? 0;
      if (Number.isNaN(atX)) continue;
      const weight = (strengths[n] ?? 0) / Math.max(1e-6, Math.hypot(atX - x, atY - y));
      sum += weight;
      sumX += weight * atX;
      sumY += weight * atY;
    }
    if (sum > 0) [x, y] = [sumX / sum, sumY / sum];
  }
  return [x, y];
}

function inside(value: number): number {
  return Math.max(-1, Math.min(1, value));
}
