/** What can be measured. */
export const BENCH_AREAS = [
  'memory',
  'index',
  'search',
  'encode',
  'similarity',
  'teach',
  'library',
  'explore',
] as const;
export type BenchArea = (typeof BENCH_AREAS)[number];

/** One figure. `reference` is what it is held against, measured in the same run; `ratio` is value / reference. */
export interface Measurement {
  readonly bench: BenchArea;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly reference: number | null;
  readonly ratio: number | null;
}

export type Report = (measurement: Measurement) => void;

/** Middle value; of an even number the upper of the two in the middle. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The value that a share of all, 0–1, is smaller than. NaN of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/**
 * The value that a quarter is faster than. For times of a few milliseconds: there a busy machine interrupts the longer of two much
 * more often than the shorter, and their medians differ by what the machine did.
 */
export function fasterQuarter(values: readonly number[]): number {
  return percentile(values, 0.25);
}
