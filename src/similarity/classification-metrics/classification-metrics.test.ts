import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeClassificationMetric } from './make-classification-metric.ts';
import { BinaryAccuracy, F1Score, FalsePositiveRate, NegativePredictiveValue, Precision, Recall } from './rates.ts';

const COUNTS = { tp: [0, 2, 3], fp: [0, 1, 2], tn: [2, 1, 0], fn: [3, 1, 0], count: 5 };

describe('the classification metrics, by hand', () => {
  it.each([
    ['precision', new Precision(), [1, 2 / 3, 3 / 5]],
    ['recall', new Recall(), [0, 2 / 3, 1]],
    ['f1', new F1Score(), [0, 2 / 3, 3 / 4]],
    ['fpr', new FalsePositiveRate(), [0, 1 / 2, 1]],
    ['npv', new NegativePredictiveValue(), [2 / 5, 1 / 2, 0]],
    ['binary_accuracy', new BinaryAccuracy(), [0, 2 / 5, 3 / 5]],
  ])('%s', (name, metric, expected) => {
    expect(metric.name).toBe(name);
    const values = metric.compute(COUNTS);
    expect(values).toHaveLength(3);
    for (const [i, value] of expected.entries()) expect(values[i]).toBeCloseTo(value, 12);
  });

  it('take nothing of nothing as 0, but as 1 for the precision of the first of several thresholds', () => {
    const nothing = { tp: [0, 0], fp: [0, 0], tn: [0, 0], fn: [0, 0], count: 0 };
    for (const Metric of [Recall, F1Score, FalsePositiveRate, NegativePredictiveValue, BinaryAccuracy]) {
      expect([...new Metric().compute(nothing)]).toEqual([0, 0]);
    }
    expect([...new Precision().compute(nothing)]).toEqual([1, 0]);
    expect([...new Precision().compute({ tp: [0], fp: [0], tn: [1], fn: [1], count: 2 })]).toEqual([0]);
  });

  it('have f1 as the harmonic mean of precision and recall', () => {
    const counts = fc.nat(20);
    fc.assert(
      fc.property(counts, counts, counts, counts, (tp, fp, tn, fn) => {
        const at = { tp: [tp], fp: [fp], tn: [tn], fn: [fn], count: tp + fp + tn + fn };
        const [[precision], [recall]] = [new Precision().compute(at), new Recall().compute(at)];
        const [p, r] = [precision as number, recall as number];
        expect(new F1Score().compute(at)[0]).toBeCloseTo(p + r === 0 ? 0 : (2 * p * r) / (p + r), 12);
      }),
      { seed: 6 },
    );
  });

  it('refuse counts of different lengths', () => {
    const refused = expect.objectContaining({ code: 'WRONG_LENGTH', argument: 'fn', shape: [1] }) as Error;
    expect(() => new Recall().compute({ ...COUNTS, fn: [1] })).toThrow(refused);
  });
});

describe('names', () => {
  it.each([
    ['recall', Recall],
    ['Precision', Precision],
    ['f1', F1Score],
    ['f1score', F1Score],
    ['f1_score', F1Score],
    ['binary_accuracy', BinaryAccuracy],
    ['npv', NegativePredictiveValue],
    ['negative_predictive_value', NegativePredictiveValue],
    ['fpr', FalsePositiveRate],
    ['false_positive_rate', FalsePositiveRate],
  ])('%s', (name, Metric) => {
    const metric = makeClassificationMetric(name);
    expect(metric).toBeInstanceOf(Metric);
    expect(metric.name).toBe(name.toLowerCase());
    expect(makeClassificationMetric(metric)).toBe(metric);
    expect(makeClassificationMetric(name, 'mine').name).toBe('mine');
  });

  it('say which way the metric goes', () => {
    expect(new Precision().getConfig()).toEqual({
      name: 'precision',
      canonicalName: 'precision',
      maximize: true,
      increasing: false,
    });
    expect(new FalsePositiveRate()).toMatchObject({ canonicalName: 'false_positive_rate', maximize: false });
  });

  it('that there are not are refused', () => {
    const refused = expect.objectContaining({ code: 'UNKNOWN_NAME', argument: 'metric' }) as Error;
    expect(() => makeClassificationMetric('accuracy')).toThrow(refused);
  });
});
