import { createRandom } from '../../similarity/index.ts';

/** A mean, and where it would lie 95 times of 100 if other pictures had been drawn. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

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
