import { unknownName } from '../checks.ts';
import type { ClassificationMetric } from './classification-metric.ts';
import { BinaryAccuracy, F1Score, FalsePositiveRate, NegativePredictiveValue, Precision, Recall } from './rates.ts';

/** TensorFlow Similarity's names. Only its misspelled `negative_predicitve_value` was put right. */
const METRICS = new Map<string, new (name: string) => ClassificationMetric>([
  ['recall', Recall],
  ['precision', Precision],
  ['f1', F1Score],
  ['f1score', F1Score],
  ['f1_score', F1Score],
  ['binary_accuracy', BinaryAccuracy],
  ['npv', NegativePredictiveValue],
  ['negative_predictive_value', NegativePredictiveValue],
  ['fpr', FalsePositiveRate],
  ['false_positive_rate', FalsePositiveRate],
]);

/** Whether {@link makeClassificationMetric} knows a metric of that name. */
export function isClassificationMetric(name: string): boolean {
  return METRICS.has(name.toLowerCase());
}

/**
 * The classification metric of that name, in any case; its results have the name it was asked for by. A metric is returned as
 * it is.
 *
 * @param name another name for its results; only where `metric` is a name
 * @throws SimilarityError UNKNOWN_NAME
 */
export function makeClassificationMetric(metric: ClassificationMetric | string, name?: string): ClassificationMetric {
  if (typeof metric !== 'string') return metric;
  const alias = metric.toLowerCase();
  const Metric = METRICS.get(alias);
  if (Metric === undefined) throw unknownName('metric', metric, METRICS.keys());
  return new Metric(name ?? alias);
}
