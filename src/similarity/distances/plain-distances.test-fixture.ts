/** The distances once more, in loops over 64-bit numbers: what the tests hold the module against. */
import { createRandom } from '../random.ts';
import type { DistanceName } from './distance.ts';

export type Row = readonly number[];
export type Rows = readonly Row[];

export const at = <T>(values: readonly T[], i: number): T => {
  const value = values[i];
  if (value === undefined) throw new Error(`no value ${i} of ${values.length}`);
  return value;
};

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
export const mean = (values: readonly number[]): number => sum(values) / values.length;
const dot = (a: Row, b: Row): number => sum(a.map((value, i) => value * at(b, i)));
const difference = (a: Row, b: Row): number[] => a.map((value, i) => value - at(b, i));
const variance = (row: Row): number => mean(row.map((value) => (value - mean(row)) ** 2));

export function unit(row: Row): number[] {
  const length = Math.sqrt(dot(row, row));
  return length === 0 ? [...row] : row.map((value) => value / length);
}

export const plainDistances: Readonly<Record<DistanceName, (query: Row, key: Row) => number>> = {
  cosine: (query, key) => 1 - dot(unit(query), unit(key)),
  inner_product: dot,
  euclidean: (query, key) => Math.hypot(...difference(query, key)),
  squared_euclidean: (query, key) => sum(difference(query, key).map((value) => value ** 2)),
  manhattan: (query, key) => sum(difference(query, key).map(Math.abs)),
  snr: (query, key) => variance(difference(key, query)) / variance(query),
};

/** Rows of normally distributed numbers (Box–Muller), rounded to what a float32 holds. */
export function gaussianRows(seed: number, count: number, dimensions: number): number[][] {
  const random = createRandom(seed);
  const gaussian = (): number =>
    Math.fround(Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next()));
  return Array.from({ length: count }, () => Array.from({ length: dimensions }, gaussian));
}

/**
 * The slope of a function of a matrix at each of its entries, by central differences.
 *
 * @param step small enough for the function's curvature, and large enough for 64-bit numbers
 */
export function finiteDifferences(f: (rows: Rows) => number, rows: Rows, step = 1e-5): number[][] {
  const moved = (i: number, d: number, by: number): Rows =>
    rows.map((row, r) => (r === i ? row.map((value, c) => (c === d ? value + by : value)) : row));
  return rows.map((row, i) => row.map((_, d) => (f(moved(i, d, step)) - f(moved(i, d, -step))) / (2 * step)));
}

/** The largest difference of two matrices' entries, against the largest entry of the second (at least 1). */
export function relativeError(actual: Rows, expected: Rows): number {
  const scale = Math.max(1, ...expected.flat().map(Math.abs));
  return (
    Math.max(...expected.map((row, i) => Math.max(...row.map((value, d) => Math.abs(at(at(actual, i), d) - value))))) /
    scale
  );
}
