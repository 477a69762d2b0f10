import { ClassificationMetric, type MatchCounts } from './classification-metric.ts';

/** Nothing of nothing is 0. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/**
 * Of the matches within the threshold, the part that is right: tp / (tp + fp).
 *
 * Where nothing is within the first of several thresholds its precision is 1, so that the curve over recall starts at the top:
 * Manning, Raghavan and Schütze, Introduction to Information Retrieval, section 8.4.
 */
export class Precision extends ClassificationMetric {
  constructor(name = 'precision') {
    super(name, 'precision', { increasing: false });
  }

  override compute(counts: MatchCounts): Float64Array {
    const precisions = super.compute(counts);
    if (precisions.length > 1 && counts.tp[0] === 0 && counts.fp[0] === 0) precisions[0] = 1;
    return precisions;
  }

  protected override at(tp: number, fp: number): number {
    return ratio(tp, tp + fp);
  }
}

/** Of the matches that are right, the part within the threshold: tp / (tp + fn). */
export class Recall extends ClassificationMetric {
  constructor(name = 'recall') {
    super(name, 'recall');
  }

  protected override at(tp: number, _fp: number, _tn: number, fn: number): number {
    return ratio(tp, tp + fn);
  }
}

/** The harmonic mean of precision and recall. */
export class F1Score extends ClassificationMetric {
  constructor(name = 'f1') {
    super(name, 'f1_score');
  }

  protected override at(tp: number, fp: number, _tn: number, fn: number): number {
    return ratio(2 * tp, 2 * tp + fp + fn);
  }
}

/** Of the matches that are wrong, the part within the threshold: fp / (fp + tn). Less is better. */
export class FalsePositiveRate extends ClassificationMetric {
  constructor(name = 'fpr') {
    super(name, 'false_positive_rate', { maximize: false });
  }

  protected override at(_tp: number, fp: number, tn: number): number {
    return ratio(fp, fp + tn);
  }
}

/** Of the matches beyond the threshold, the part that is wrong, and so rightly refused: tn / (tn + fn). */
export class NegativePredictiveValue extends ClassificationMetric {
  constructor(name = 'npv') {
    super(name, 'negative_predictive_value');
  }

  protected override at(_tp: number, _fp: number, tn: number, fn: number): number {
    return ratio(tn, tn + fn);
  }
}

/**
 * Of all queries, the part that is matched rightly within the threshold: tp / count. It is the precision times the part of
 * the queries that are matched at all; a refusal, even of a wrong match, is not counted as right.
 */
export class BinaryAccuracy extends ClassificationMetric {
  constructor(name = 'binary_accuracy') {
    super(name, 'binary_accuracy');
  }

  protected override at(tp: number, _fp: number, _tn: number, _fn: number, count: number): number {
    return ratio(tp, count);
  }
}
