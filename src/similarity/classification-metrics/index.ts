export { ClassificationMetric, type MatchCounts } from './classification-metric.ts';
export { makeClassificationMetric } from './make-classification-metric.ts';
export { BinaryAccuracy, F1Score, FalsePositiveRate, NegativePredictiveValue, Precision, Recall } from './rates.ts';
