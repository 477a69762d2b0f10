import type { Comparison, Estimate } from '../../contract/teach-schemas.ts';
import { createRandom } from '../../similarity/random.ts';

const RESAMPLES = 1_000;

/**
 * Mean of some values with its percentile bootstrap interval (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, ch. 13).
 * Pairs are compared by giving their differences. Nothing gives 0 with an interval of 0.
 */
export function bootstrapMean(values: readonly number[], seed = 1): Estimate {
  const count = values.length;
  if (count === 0) return { mean: 0, low: 0, high: 0 };
  const random = createRandom(seed);
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += values[random.below(count)] as number;
    return sum / count;
  }).sort();
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const at = (share: number): number => means[Math.round(share * (RESAMPLES - 1))] as number;
  return { mean, low: at(0.025), high: at(0.975) };
}

/** Means of pairs, and of their differences: each picture is compared with itself. */
export function compareMeans(pairs: readonly { readonly before: number; readonly after: number }[]): Comparison {
  return {
    before: bootstrapMean(pairs.map(({ before }) => before)),
    after: bootstrapMean(pairs.map(({ after }) => after)),
    change: bootstrapMean(pairs.map(({ before, after }) => after - before)),
  };
}
