export { batchClassRatio } from './batch-class-ratio.ts';
export { DistanceGapMetric, type DistanceGapMetricOptions } from './distance-gap-metric.ts';
export {
  DistanceMetric,
  type Aggregate,
  type Anchor,
  type DistanceMetricOptions,
  type MetricMining,
} from './distance-metric.ts';
export {
  avgNeg,
  avgPos,
  distGap,
  getTrainingMetric,
  maxNeg,
  maxPos,
  minNeg,
  minPos,
  sumNeg,
  sumPos,
} from './named-metrics.ts';
export type { TrainingMetric } from './training-metric.ts';
