import type { Labels } from '../checks.ts';
import type { ClassificationMetric } from '../classification-metrics/index.ts';
import type { LookupTable } from '../lookup.ts';
import type { ClassificationMatch } from '../matchers/index.ts';
import type { RetrievalMetric } from '../retrieval-metrics/index.ts';

/** A distance threshold, and what it gave on the data that it was found with. */
export interface Cutpoint {
  /** `optimal`, or the name of a target. */
  readonly name: string;
  /** Within this a query is matched. */
  readonly distance: number;
  /** The calibration metric there. */
  readonly value: number;
  /** Every metric that was computed, by name, the calibration metric among them. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Values at each distance threshold, by the name of the metric; `distance` holds the thresholds, nearest first. */
export type ThresholdTable = Readonly<Record<string, readonly number[]>>;

export interface CalibrationResults {
  /** `optimal`, and each target that could be met. */
  readonly cutpoints: Readonly<Record<string, Cutpoint>>;
  /** At each distance that occurred: `distance`, `value` (the calibration metric), and each metric by name. */
  readonly thresholds: ThresholdTable;
}

export interface CalibrationSettings {
  /** Name to the value of the calibration metric that is to be met. */
  readonly thresholdsTargets: Readonly<Record<string, number>>;
  readonly calibrationMetric: ClassificationMetric;
  readonly matcher: ClassificationMatch;
  /** Others to be reported. */
  readonly extraMetrics: readonly ClassificationMetric[];
}

/** Says how good an index is, by what queries of known classes find in it. */
export interface Evaluator {
  readonly kind: string;
  /** @returns each metric by its name */
  evaluateRetrieval(
    targetLabels: Labels,
    lookups: LookupTable,
    metrics: readonly RetrievalMetric[],
  ): Record<string, number>;
  /** @param distanceThresholds in any order */
  evaluateClassification(
    targetLabels: Labels,
    lookups: LookupTable,
    distanceThresholds: ArrayLike<number>,
    metrics: readonly ClassificationMetric[],
    matcher: ClassificationMatch,
  ): ThresholdTable;
  calibrate(targetLabels: Labels, lookups: LookupTable, settings: CalibrationSettings): CalibrationResults;
}
