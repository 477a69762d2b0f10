/** The supervised losses once more, from the papers' formulas, in loops over 64-bit numbers. */
import type { DistanceName } from '../distances/distance.ts';
import { at, mean, plainDistances, sum, type Row, type Rows } from '../distances/plain-distances.test-fixture.ts';

/** Queries against keys. */
export interface PlainPairs {
  readonly queryLabels: readonly number[];
  readonly queries: Rows;
  readonly keyLabels: readonly number[];
  readonly keys: Rows;
  readonly removeDiagonal: boolean;
}

export interface PlainOptions {
  readonly distance: DistanceName;
  readonly positiveMiningStrategy?: string;
  readonly negativeMiningStrategy?: string;
  readonly margin?: number | null;
  readonly alpha?: number;
  readonly beta?: number;
  readonly epsilon?: number;
  readonly lmda?: number;
  readonly center?: number;
  readonly gamma?: number;
  readonly temperature?: number;
  readonly scale?: number;
  /** Where the constants of a gradient are taken from: the mined pairs, the weights. Default the pairs themselves. */
  readonly frozenAt?: PlainPairs;
}

/** The loss of each query. */
export type PlainLoss = (pairs: PlainPairs, options: PlainOptions) => number[];

/** A query's keys, by index. */
interface Candidates {
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
}

export function withItself(labels: readonly number[], rows: Rows): PlainPairs {
  return { queryLabels: labels, queries: rows, keyLabels: labels, keys: rows, removeDiagonal: true };
}

function candidates({ queryLabels, keyLabels, removeDiagonal }: PlainPairs, i: number): Candidates {
  const positives: number[] = [];
  const negatives: number[] = [];
  keyLabels.forEach((label, j) => {
    if (label !== queryLabels[i]) negatives.push(j);
    else if (i !== j || !removeDiagonal) positives.push(j);
  });
  return { positives, negatives };
}

function distancesOf(row: Row, keys: Rows, name: DistanceName): number[] {
  return keys.map((key) => plainDistances[name](row, key));
}

/** The index of those whose distance is the largest, times `sign`. */
function best(indices: readonly number[], distances: readonly number[], sign: 1 | -1): number {
  return indices.reduce((a, b) => (sign * at(distances, b) > sign * at(distances, a) ? b : a));
}

function minePositive({ positives }: Candidates, distances: readonly number[], strategy: string): number {
  return best(positives, distances, strategy === 'hard' ? 1 : -1);
}

function mineNegative({ positives, negatives }: Candidates, distances: readonly number[], strategy: string): number {
  if (strategy === 'hard') return best(negatives, distances, -1);
  if (strategy === 'easy') return best(negatives, distances, 1);
  const reach = at(distances, best(positives, distances, 1));
  const farther = negatives.filter((j) => at(distances, j) > reach);
  return farther.length === 0 ? best(negatives, distances, 1) : best(farther, distances, -1);
}

/** log Σ exp without overflow. */
function logSumExp(logits: readonly number[]): number {
  const largest = Math.max(...logits);
  return largest + Math.log(sum(logits.map((logit) => Math.exp(logit - largest))));
}

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const hinge = (gap: number, margin: number | null): number =>
  margin === null ? softplus(gap) : Math.max(0, gap + margin);

/** What one query gives, of its distances to the keys and of those where constants are taken from; 0 where no pair is made. */
type OfQuery = (distances: readonly number[], frozen: readonly number[], found: Candidates, i: number) => number;

function forEachQuery(pairs: PlainPairs, options: PlainOptions, ofQuery: OfQuery): number[] {
  const frozenAt = options.frozenAt ?? pairs;
  return pairs.queries.map((row, i) => {
    const found = candidates(pairs, i);
    if (found.positives.length === 0 || found.negatives.length === 0) return 0;
    const distances = distancesOf(row, pairs.keys, options.distance);
    return ofQuery(distances, distancesOf(at(frozenAt.queries, i), frozenAt.keys, options.distance), found, i);
  });
}

export const plainTriplet: PlainLoss = (pairs, options) =>
  forEachQuery(pairs, options, (distances, frozen, found) => {
    const positive = minePositive(found, frozen, options.positiveMiningStrategy ?? 'hard');
    const negative = mineNegative(found, frozen, options.negativeMiningStrategy ?? 'semi-hard');
    return hinge(at(distances, positive) - at(distances, negative), options.margin ?? null);
  });

export const plainPN: PlainLoss = (pairs, options) =>
  forEachQuery(pairs, options, (distances, frozen, found) => {
    const positive = minePositive(found, frozen, options.positiveMiningStrategy ?? 'hard');
    const negative = mineNegative(found, frozen, options.negativeMiningStrategy ?? 'semi-hard');
    const apart = plainDistances[options.distance](at(pairs.keys, positive), at(pairs.keys, negative));
    return hinge(at(distances, positive) - Math.min(at(distances, negative), apart), options.margin ?? null);
  });

export const plainMultiSimilarity: PlainLoss = (pairs, options) => {
  const { alpha = 2, beta = 40, epsilon = 0.1, lmda = 0.5, center = 1 } = options;
  return forEachQuery(pairs, options, (distances, frozen, { positives, negatives }) => {
    const nearest = Math.min(...negatives.map((j) => at(frozen, j)));
    const farthest = Math.max(...positives.map((j) => at(frozen, j)));
    const far = positives.filter((j) => at(frozen, j) > nearest - epsilon);
    const near = negatives.filter((j) => at(frozen, j) < farthest + epsilon);
    if (far.length === 0 || near.length === 0) return 0;
    const logits = (indices: readonly number[], factor: number): number[] =>
      indices.map((j) => factor * (at(distances, j) - (center - lmda)));
    return logSumExp([0, ...logits(far, alpha)]) / alpha + logSumExp([0, ...logits(near, -beta)]) / beta;
  });
};

export const plainCircle: PlainLoss = (pairs, options) => {
  const { gamma = 80, margin } = options;
  const m = margin ?? 0.4;
  return forEachQuery(pairs, options, (distances, frozen, { positives, negatives }) => {
    const pull = positives.map((j) => gamma * Math.max(0, at(frozen, j) + m) * (at(distances, j) - m));
    const push = negatives.map((j) => gamma * Math.max(0, 1 + m - at(frozen, j)) * (1 - m - at(distances, j)));
    return softplus(logSumExp(pull) + logSumExp(push));
  });
};

export const plainLiftedStruct: PlainLoss = (pairs, options) => {
  const m = options.margin ?? 1;
  return forEachQuery(pairs, options, (distances, frozen, found) => {
    const positive = minePositive(found, frozen, options.positiveMiningStrategy ?? 'hard');
    const others = distancesOf(at(pairs.keys, positive), pairs.keys, options.distance);
    const logits = found.negatives.flatMap((k) => [m - at(distances, k), m - at(others, k)]);
    return Math.max(0, at(distances, positive) + logSumExp(logits)) ** 2 / 2;
  });
};

export const plainSoftNearestNeighbor: PlainLoss = (pairs, options) =>
  forEachQuery(pairs, options, (distances, _frozen, { positives, negatives }) => {
    const logits = (indices: readonly number[]): number[] =>
      indices.map((j) => -at(distances, j) / (options.temperature ?? 1));
    return logSumExp(logits([...positives, ...negatives])) - logSumExp(logits(positives));
  });

export const plainMultiNegativesRank: PlainLoss = (pairs, options) => {
  const factor = (options.scale ?? 20) * (options.distance === 'inner_product' ? 1 : -1);
  return forEachQuery(pairs, options, (distances, _frozen, { positives, negatives }) => {
    const others = negatives.map((j) => factor * at(distances, j));
    return mean(positives.map((j) => logSumExp([factor * at(distances, j), ...others]) - factor * at(distances, j)));
  });
};
