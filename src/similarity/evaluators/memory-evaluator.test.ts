import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeClassificationMetric } from '../classification-metrics/index.ts';
import { tabulateLookups, type Lookup } from '../lookup.ts';
import { MatchNearest } from '../matchers/index.ts';
import { PrecisionAtK, RecallAtK } from '../retrieval-metrics/index.ts';
import type { CalibrationResults } from './evaluator.ts';
import { MemoryEvaluator } from './memory-evaluator.ts';

function found(label: number, distance: number): Lookup[] {
  return [{ rank: 1, distance, label, embedding: new Float32Array(), data: undefined }];
}

const evaluator = new MemoryEvaluator();

/** Right at 0.1 and 0.2, wrong at 0.3, right at 0.4, wrong at 0.5. */
const LABELS = [1, 1, 1, 2, 2];
const LOOKUPS = tabulateLookups([found(1, 0.1), found(1, 0.2), found(9, 0.3), found(2, 0.4), found(9, 0.5)]);

function calibrate(
  metric: string,
  thresholdsTargets: Record<string, number> = {},
  lookups = LOOKUPS,
): CalibrationResults {
  return evaluator.calibrate(LABELS, lookups, {
    thresholdsTargets,
    calibrationMetric: makeClassificationMetric(metric),
    matcher: new MatchNearest(),
    extraMetrics: [makeClassificationMetric('recall')],
  });
}

describe('calibration, by hand', () => {
  it('tabulates the metrics at each distance that occurs', () => {
    expect(calibrate('precision').thresholds).toEqual({
      distance: [0.1, 0.2, 0.3, 0.4, 0.5],
      recall: [1 / 3, 2 / 3, 2 / 3, 1, 1],
      precision: [1, 1, 2 / 3, 3 / 4, 3 / 5],
      value: [1, 1, 2 / 3, 3 / 4, 3 / 5],
    });
  });

  it('takes the farthest of the best thresholds, and the farthest that meets a target, where the metric falls', () => {
    const { cutpoints } = calibrate('precision', { strict: 0.9, loose: 0.7, all: 0.5 });
    expect(Object.keys(cutpoints)).toEqual(['optimal', 'strict', 'loose', 'all']);
    expect(cutpoints['optimal']).toEqual({
      name: 'optimal',
      distance: 0.2,
      value: 1,
      metrics: { precision: 1, recall: 2 / 3 },
    });
    expect(cutpoints['strict']?.distance).toBe(0.2);
    expect(cutpoints['loose']?.distance).toBe(0.4);
    expect(cutpoints['all']?.distance).toBe(0.5);
  });

  it('takes the nearest threshold that meets a target where the metric grows', () => {
    const { cutpoints } = calibrate('recall', { half: 0.5, whole: 1 });
    expect(cutpoints['half']).toMatchObject({ distance: 0.2, value: 2 / 3 });
    expect(cutpoints['whole']?.distance).toBe(0.4);
    expect(cutpoints['optimal']?.distance).toBe(0.5);
  });

  it('keeps a metric of which less is better at or under its target', () => {
    const { cutpoints } = calibrate('fpr', { none: 0, half: 0.5 });
    expect(cutpoints['optimal']?.distance).toBe(0.2);
    expect(cutpoints['none']?.distance).toBe(0.2);
    expect(cutpoints['half']).toMatchObject({ distance: 0.4, value: 0.5 });
  });

  it('has no cutpoint for a target that nothing meets', () => {
    expect(Object.keys(calibrate('binary_accuracy', { most: 0.9 }).cutpoints)).toEqual(['optimal']);
  });

  it('goes from the largest product down for inner product', () => {
    const products = tabulateLookups([found(1, 0.9), found(1, 0.8), found(9, 0.7), found(2, 0.6), found(9, 0.5)], {
      largestIsNearest: true,
    });
    const { cutpoints, thresholds } = calibrate('precision', { loose: 0.7 }, products);
    expect(thresholds['distance']).toEqual([0.9, 0.8, 0.7, 0.6, 0.5]);
    expect([cutpoints['optimal']?.distance, cutpoints['loose']?.distance]).toEqual([0.8, 0.6]);
  });

  it('refuses targets that are none, and lookups that found nothing', () => {
    const refusals: [() => unknown, object][] = [
      [() => calibrate('recall', { a: NaN }), { code: 'NOT_FINITE', argument: 'thresholdsTargets' }],
      [() => calibrate('recall', { optimal: 1 }), { code: 'DUPLICATE', argument: 'thresholdsTargets' }],
      [() => calibrate('recall', {}, tabulateLookups([[], [], [], [], []])), { code: 'NOT_INDEXED' }],
    ];
    for (const [call, error] of refusals) expect(call).toThrow(expect.objectContaining(error));
  });
});

describe('calibration', () => {
  const queries = fc.array(fc.record({ right: fc.boolean(), distance: fc.double({ min: 0, max: 2, noNaN: true }) }), {
    minLength: 1,
    maxLength: 30,
  });
  const metrics = fc.constantFrom('precision', 'recall', 'f1', 'fpr', 'npv', 'binary_accuracy');

  it('meets its target on its own data where some threshold does, and is optimal where it says so', () => {
    fc.assert(
      fc.property(queries, metrics, fc.double({ min: 0, max: 1, noNaN: true }), (all, name, target) => {
        const calibrationMetric = makeClassificationMetric(name);
        const labels = all.map(() => 1);
        const lookups = tabulateLookups(all.map(({ right, distance }) => found(right ? 1 : 2, distance)));
        const matcher = new MatchNearest();
        const settings = { thresholdsTargets: { target }, calibrationMetric, matcher, extraMetrics: [] };
        const { cutpoints, thresholds } = evaluator.calibrate(labels, lookups, settings);
        const { maximize } = calibrationMetric;
        const meets = (value: number): boolean => (maximize ? value >= target : value <= target);
        const values = thresholds['value'] as number[];
        expect(cutpoints['target'] !== undefined).toBe(values.some(meets));
        const best = maximize ? Math.max(...values) : Math.min(...values);
        expect(cutpoints['optimal']?.value).toBe(best);
        for (const { name: cutpoint, distance, value } of Object.values(cutpoints)) {
          if (cutpoint === 'target') expect(meets(value)).toBe(true);
          const counts = matcher.computeCount(labels, lookups, thresholds['distance']);
          const at = (thresholds['distance'] as number[]).indexOf(distance);
          expect(calibrationMetric.compute(counts)[at]).toBe(value);
        }
      }),
      { seed: 8 },
    );
  });
});

describe('evaluation', () => {
  it('gives each retrieval metric by its name', () => {
    const metrics = [new PrecisionAtK({ k: 1 }), new RecallAtK({ k: 1, average: 'macro' })];
    const results = evaluator.evaluateRetrieval(LABELS, LOOKUPS, metrics);
    expect(Object.keys(results)).toEqual(['precision@1', 'recall@1']);
    expect(results['precision@1']).toBeCloseTo(3 / 5, 12);
    expect(results['recall@1']).toBeCloseTo((2 / 3 + 1 / 2) / 2, 12);
  });

  it('sorts the thresholds that it is given', () => {
    const metrics = [makeClassificationMetric('recall')];
    expect(evaluator.evaluateClassification(LABELS, LOOKUPS, [0.4, 0.2], metrics, new MatchNearest())).toEqual({
      distance: [0.2, 0.4],
      recall: [2 / 3, 1],
    });
    const none = (): unknown => evaluator.evaluateClassification(LABELS, LOOKUPS, [], metrics, new MatchNearest());
    expect(none).toThrow(expect.objectContaining({ code: 'EMPTY', argument: 'distanceThresholds', shape: [0] }));
  });
});
