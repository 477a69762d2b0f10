import { checkFinite, type Labels } from '../checks.ts';
import type { ClassificationMetric } from '../classification-metrics/index.ts';
import { SimilarityError } from '../errors.ts';
import type { LookupTable } from '../lookup.ts';
import type { ClassificationMatch } from '../matchers/index.ts';
import type { RetrievalMetric } from '../retrieval-metrics/index.ts';
import type { CalibrationResults, CalibrationSettings, Cutpoint, Evaluator, ThresholdTable } from './evaluator.ts';

const OPTIMAL = 'optimal';

/** Evaluates in memory, all queries at once. */
export class MemoryEvaluator implements Evaluator {
  readonly kind = 'memory';

  /** @throws SimilarityError WRONG_LENGTH, NOT_AN_INTEGER, or OUT_OF_RANGE where no query found enough neighbors */
  evaluateRetrieval(
    targetLabels: Labels,
    lookups: LookupTable,
    metrics: readonly RetrievalMetric[],
  ): Record<string, number> {
    return Object.fromEntries(metrics.map((metric) => [metric.name, metric.compute(targetLabels, lookups)]));
  }

  /** @throws SimilarityError WRONG_LENGTH, NOT_AN_INTEGER, EMPTY, or OUT_OF_RANGE where a threshold is NaN */
  evaluateClassification(
    targetLabels: Labels,
    lookups: LookupTable,
    distanceThresholds: ArrayLike<number>,
    metrics: readonly ClassificationMetric[],
    matcher: ClassificationMatch,
  ): ThresholdTable {
    if (distanceThresholds.length === 0) {
      throw new SimilarityError('EMPTY', 'distanceThresholds', { expected: 'at least one is needed', shape: [0] });
    }
    const sorted = Array.from(distanceThresholds).sort((a, b) => (lookups.largestIsNearest ? b - a : a - b));
    const counts = matcher.computeCount(targetLabels, lookups, sorted);
    const values = metrics.map((metric) => [metric.name, Array.from(metric.compute(counts))] as const);
    return { distance: sorted, ...Object.fromEntries(values) };
  }

  /**
   * Tries every distance that occurs as a threshold. `optimal` is the farthest one at which the calibration metric is best. A
   * target is met by the nearest threshold that reaches it where the metric grows with the distance, and by the farthest one
   * where it falls; for a metric of which less is better, by the farthest that stays at or under it. A target that none meets
   * has no cutpoint.
   *
   * @throws SimilarityError NOT_INDEXED where no query found anything, NOT_FINITE, DUPLICATE, WRONG_LENGTH or NOT_AN_INTEGER
   */
  calibrate(
    targetLabels: Labels,
    lookups: LookupTable,
    { thresholdsTargets, calibrationMetric, matcher, extraMetrics }: CalibrationSettings,
  ): CalibrationResults {
    checkFinite('thresholdsTargets', Object.values(thresholdsTargets));
    if (OPTIMAL in thresholdsTargets) {
      throw new SimilarityError('DUPLICATE', 'thresholdsTargets', { expected: `"${OPTIMAL}" has a meaning already` });
    }
    const distances = [...new Set(lookups.distances)].filter((distance) => Number.isFinite(distance));
    if (distances.length === 0) throw new SimilarityError('NOT_INDEXED', 'index', { expected: 'add examples to it' });
    const metrics = [...extraMetrics, calibrationMetric];
    const table = this.evaluateClassification(targetLabels, lookups, distances, metrics, matcher);
    const values = table[calibrationMetric.name] as readonly number[];
    const thresholds = { ...table, value: values };
    const cutpoints: Record<string, Cutpoint> = {};
    cutpoints[OPTIMAL] = cutpoint(OPTIMAL, bestThreshold(values, calibrationMetric), thresholds);
    for (const [name, target] of Object.entries(thresholdsTargets)) {
      const index = targetThreshold(values, calibrationMetric, target);
      if (index !== -1) cutpoints[name] = cutpoint(name, index, thresholds);
    }
    return { cutpoints, thresholds };
  }
}

function bestThreshold(values: readonly number[], { maximize }: ClassificationMetric): number {
  return values.lastIndexOf(values.reduce((best, value) => (maximize ? Math.max : Math.min)(best, value)));
}

/** @returns -1 where no threshold meets the target */
function targetThreshold(values: readonly number[], metric: ClassificationMetric, target: number): number {
  if (!metric.maximize) return values.findLastIndex((value) => value <= target);
  if (metric.increasing) return values.findIndex((value) => value >= target);
  return values.findLastIndex((value) => value >= target);
}

function cutpoint(name: string, index: number, thresholds: ThresholdTable): Cutpoint {
  const { distance, value, ...metrics } = Object.fromEntries(
    Object.entries(thresholds).map(([column, values]) => [column, values[index] as number]),
  );
  return { name, distance: distance as number, value: value as number, metrics };
}
