import { createRandom, type Random } from '../../../similarity/random.ts';
import type { NeighborTable } from '../shared-neighbors.ts';
import { FreePlaces } from './free-places.ts';

/** UMAP's curve for a least distance of 0.1 and a spread of 1: 1 / (1 + a·d^2b) is how near two points look (McInnes et al. 2018, "UMAP"). */
const A = 1.577;
const B = 0.895;

/** Points that each is pushed away from for one that it is drawn to, as in UMAP. */
const REPELLED = 5;
/** The longest step, in units of the layout, as in UMAP. */
const LONGEST = 4;

/** Rounds in which new points settle: the fewer the more there are, as in UMAP. */
const FEW = 10_000;
const ROUNDS = 100;
const ROUNDS_OF_MANY = 40;

/** How far the first round goes: less where most has its place already, as in UMAP. */
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
  const positions = placed.slice();
  const added = [...placed.keys()].filter((i) => i % 2 === 0 && Number.isNaN(placed[i])).map((i) => i / 2);
  const random = createRandom(options.seed);
  const strengths = strengthsOf(table, added);
  start({ table, added, strengths }, positions, options.unit, random);
  settle({ table, added, strengths }, positions, options, random);
  return positions;
}

interface AddedPoints {
  readonly table: NeighborTable;
  readonly added: readonly number[];
  /** Of each added point and each of its neighbors, from 0 to 1. */
  readonly strengths: Float32Array;
}

/** How strongly each added point is drawn to each of its neighbors: 1 to the nearest, less with each one's distance beyond that. */
function strengthsOf({ k, places, scores }: NeighborTable, added: readonly number[]): Float32Array {
  const strengths = new Float32Array(k * added.length);
  for (const [i, point] of added.entries()) {
    let count = 0;
    let sum = 0;
    const nearest = 1 - (scores[point * k] ?? 0);
    for (let n = 0; n < k && (places[point * k + n] ?? -1) >= 0; n++) {
      sum += 1 - (scores[point * k + n] ?? 0) - nearest;
      count++;
    }
    const mean = sum / count;
    for (let n = 0; n < count; n++) {
      const beyond = 1 - (scores[point * k + n] ?? 0) - nearest;
      strengths[i * k + n] = mean > 0 ? Math.exp(-beyond / mean) : 1;
    }
  }
  return strengths;
}

/** Gives each added point a first place: amid those of its neighbors that have one, those first of which most have. */
function start({ table, added, strengths }: AddedPoints, positions: Float32Array, unit: number, random: Random): void {
  const { k } = table;
  const room = new FreePlaces(positions);
  const put = (point: number, x: number, y: number): void => {
    positions[2 * point] = inside(x + unit * APART * (random.next() - 0.5));
    positions[2 * point + 1] = inside(y + unit * APART * (random.next() - 0.5));
    room.take(positions[2 * point] ?? 0, positions[2 * point + 1] ?? 0);
  };
  let waiting = [...added.keys()];
  let wanted = 0.5;
  for (let pass = 0; pass < PASSES && waiting.length > 0; pass++) {
    const left = waiting.filter((i) => {
      const point = added[i] ?? 0;
      const own = strengths.subarray(i * k, (i + 1) * k);
      const middle = amidNeighbors(table.places.subarray(point * k, (point + 1) * k), own, positions, wanted);
      if (middle !== null) put(point, ...middle);
      return middle === null;
    });
    if (left.length < waiting.length) waiting = left;
    else if (wanted > 0) wanted = 0;
    else {
      // a kind that is all new begins with one of it
      const [first = 0, ...others] = left;
      put(added[first] ?? 0, ...room.next());
      waiting = others;
    }
  }
  for (const i of waiting) put(added[i] ?? 0, ...room.next());
}

/**
 * Where the weighted distances to a point's neighbors are least in sum (Weiszfeld's method from their mean), so that a few that lie
 * elsewhere do not draw it into the void between. Null where those that have a place are not more than a share of it.
 */
function amidNeighbors(
  neighbors: Int32Array,
  strengths: Float32Array,
  positions: Float32Array,
  share: number,
): [x: number, y: number] | null {
  let all = 0;
  let known = 0;
  let [x, y] = [0, 0];
  for (const [n, neighbor] of neighbors.entries()) {
    if (neighbor < 0) break;
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
      if (neighbor < 0) break;
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

/** Draws each added point to its neighbors and pushes it away from others, in steps that grow smaller; the others stay. */
function settle(
  { table, added, strengths }: AddedPoints,
  positions: Float32Array,
  { unit, tell }: PlaceOptions,
  random: Random,
): void {
  const { k, places } = table;
  const size = positions.length / 2;
  const rounds = added.length <= FEW ? ROUNDS : ROUNDS_OF_MANY;
  const first = added.length === size ? RATE : RATE_AMONG;
  const moved = { x: 0, y: 0 };
  const step = (other: number, rate: number, isDrawn: boolean): void => {
    const dx = moved.x - (positions[2 * other] ?? 0) / unit;
    const dy = moved.y - (positions[2 * other + 1] ?? 0) / unit;
    const pull = isDrawn ? attraction(dx * dx + dy * dy) : repulsion(dx * dx + dy * dy);
    moved.x += rate * clipped(pull * dx);
    moved.y += rate * clipped(pull * dy);
  };
  for (let round = 0; round < rounds; round++) {
    const rate = first * (1 - round / rounds);
    for (const [i, point] of added.entries()) {
      moved.x = (positions[2 * point] ?? 0) / unit;
      moved.y = (positions[2 * point + 1] ?? 0) / unit;
      for (let n = 0; n < k; n++) {
        const neighbor = places[point * k + n] ?? -1;
        if (neighbor < 0) break;
        if (random.next() >= (strengths[i * k + n] ?? 0)) continue;
        step(neighbor, rate, true);
        for (let m = 0; m < REPELLED; m++) {
          const other = random.below(size);
          if (other !== point) step(other, rate, false);
        }
      }
      positions[2 * point] = inside(moved.x * unit);
      positions[2 * point + 1] = inside(moved.y * unit);
    }
    tell?.((round + 1) / rounds);
  }
}

/** The factor of the way between two points by which one is moved towards the other, which it is near to: UMAP's, of the squared distance. */
function attraction(squared: number): number {
  return squared === 0 ? 0 : (-2 * A * B * squared ** (B - 1)) / (1 + A * squared ** B);
}

/** The same away from one that it was drawn against by chance. */
function repulsion(squared: number): number {
  return squared === 0 ? 0 : (2 * B) / ((0.001 + squared) * (1 + A * squared ** B));
}

function clipped(value: number): number {
  return Math.max(-LONGEST, Math.min(LONGEST, value));
}

function inside(value: number): number {
  return Math.max(-1, Math.min(1, value));
}
