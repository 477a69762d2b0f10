import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tabulateLookups, type Lookup } from '../lookup.ts';
import { BNDCG } from './bndcg.ts';
import { getRetrievalMetric } from './get-retrieval-metric.ts';
import { MapAtK } from './map-at-k.ts';
import { PrecisionAtK } from './precision-at-k.ts';
import { RecallAtK } from './recall-at-k.ts';
import type { RetrievalMetric, RetrievalMetricOptions } from './retrieval-metric.ts';

/** A list of neighbors with these labels, at the distances 0.1, 0.2, … */
function found(...labels: (number | undefined)[]): Lookup[] {
  return labels.map((label, i) => ({
    rank: i + 1,
    distance: (i + 1) / 10,
    label,
    embedding: new Float32Array(),
    data: undefined,
  }));
}

/** Two queries of class 1, one of class 2. */
const LABELS = [1, 1, 2];
const LOOKUPS = [found(1, 1, 0, 1), found(0, 1, 0, 0), found(0, 0, 0, 2)];
const R = new Map([
  [1, 3],
  [2, 1],
]);

describe('the retrieval metrics, by hand', () => {
  const third = 1 / 3;
  it.each<[string, RetrievalMetric, number]>([
    ['precision', new PrecisionAtK({ k: 4 }), (3 / 4 + 1 / 4 + 1 / 4) / 3],
    ['precision, macro', new PrecisionAtK({ k: 4, average: 'macro' }), ((3 / 4 + 1 / 4) / 2 + 1 / 4) / 2],
    ['precision of r', new PrecisionAtK({ k: 4, r: R }), (3 / 3 + 1 / 3 + 1 / 1) / 3],
    ['R-precision', new PrecisionAtK({ k: 4, r: R, clipAtR: true }), (2 / 3 + 1 / 3 + 0) / 3],
    ['precision within 0.2', new PrecisionAtK({ k: 4, distanceThreshold: 0.2 }), (2 / 4 + 1 / 4 + 0) / 3],
    ['precision, closest dropped', new PrecisionAtK({ k: 3, dropClosestLookup: true }), (2 / 3 + third + third) / 3],
    [
      'R-precision, closest dropped',
      new PrecisionAtK({ k: 3, r: R, clipAtR: true, dropClosestLookup: true }),
      (1 / 2 + 1 / 2 + 0) / 3,
    ],
    ['recall at 1', new RecallAtK({ k: 1 }), 1 / 3],
    ['recall at 2', new RecallAtK({ k: 2 }), 2 / 3],
    ['recall at 2, macro', new RecallAtK({ k: 2, average: 'macro' }), 1 / 2],
    ['recall within 0.15', new RecallAtK({ k: 4, distanceThreshold: 0.15 }), 1 / 3],
    ['recall, closest dropped', new RecallAtK({ k: 1, dropClosestLookup: true }), 2 / 3],
    ['mAP', new MapAtK({ k: 4, r: R }), ((1 + 1 + 3 / 4) / 3 + 1 / 2 / 3 + 1 / 4) / 3],
    ['mAP of k', new MapAtK({ k: 4 }), ((1 + 1 + 3 / 4) / 4 + 1 / 2 / 4 + 1 / 4 / 4) / 3],
    ['MAP@R', new MapAtK({ k: 4, r: R, clipAtR: true }), ((1 + 1) / 3 + 1 / 2 / 3 + 0) / 3],
    ['mAP, closest dropped', new MapAtK({ k: 3, r: R, dropClosestLookup: true }), ((1 + 2 / 3) / 2 + 1 / 2 + 0) / 3],
    [
      'ndcg',
      new BNDCG({ k: 4 }),
      ((1 + 1 / Math.log2(3) + 1 / Math.log2(5)) / (1 + 1 / Math.log2(3) + 1 / 2) +
        1 / Math.log2(3) +
        1 / Math.log2(5)) /
        3,
    ],
    ['ndcg within 0.2', new BNDCG({ k: 4, distanceThreshold: 0.2 }), (1 + 1 / Math.log2(3) + 0) / 3],
    ['ndcg, macro', new BNDCG({ k: 2, average: 'macro' }), (1 + 1 / Math.log2(3)) / 4],
    ['ndcg, closest dropped', new BNDCG({ k: 1, dropClosestLookup: true }), 2 / 3],
  ])('%s', (_, metric, expected) => {
    expect(metric.compute(LABELS, LOOKUPS)).toBeCloseTo(expected, 12);
  });

  it('leaves neighbors without a label, and those that are not there, unmatched', () => {
    const lookups = [found(undefined, 1), found(1), []];
    expect(new PrecisionAtK({ k: 2 }).compute([1, 1, 1], lookups)).toBeCloseTo(1 / 3, 12);
  });

  it('takes the threshold of inner product the other way round', () => {
    const lookups = [found(1, 1).map((lookup) => ({ ...lookup, distance: 1 - lookup.distance }))];
    const table = tabulateLookups(lookups, { largestIsNearest: true });
    expect(new PrecisionAtK({ k: 2, distanceThreshold: 0.85 }).compute([1], table)).toBe(0.5);
  });

  it('scores 0 for a class of which nothing is indexed, and where only the query itself was', () => {
    expect(new MapAtK({ k: 2, r: new Map([[1, 0]]) }).compute([1, 5], [found(1, 1), found(5, 5)])).toBe(0);
    const alone = new MapAtK({ k: 1, r: new Map([[1, 1]]), dropClosestLookup: true });
    expect(alone.compute([1], [found(1, 0)])).toBe(0);
  });
});

const METRICS: readonly [string, (options: RetrievalMetricOptions & { r: Map<number, number> }) => RetrievalMetric][] =
  [
    ['precision', ({ r: _, ...options }) => new PrecisionAtK(options)],
    ['R-precision', (options) => new PrecisionAtK({ ...options, clipAtR: true })],
    ['recall', (options) => new RecallAtK(options)],
    ['mAP', ({ average: _, ...options }) => new MapAtK(options)],
    ['MAP@R', ({ average: _, ...options }) => new MapAtK({ ...options, clipAtR: true })],
    ['ndcg', (options) => new BNDCG(options)],
  ];

/** Each metric once more, of one query, in the plainest way. */
const PLAIN: Readonly<Record<string, (hits: boolean[], r: number) => number>> = {
  precision: (hits) => hits.filter(Boolean).length / hits.length,
  'R-precision': (hits, r) => (r === 0 ? 0 : hits.slice(0, r).filter(Boolean).length / r),
  recall: (hits) => Number(hits.some(Boolean)),
  mAP: (hits, r) => averagePrecision(hits, r),
  'MAP@R': (hits, r) => averagePrecision(hits.slice(0, r), r),
  ndcg: (hits) => {
    const ideal = discounted(hits.toSorted((a, b) => Number(b) - Number(a)));
    return ideal === 0 ? 0 : discounted(hits) / ideal;
  },
};

function averagePrecision(hits: boolean[], r: number): number {
  if (r === 0) return 0;
  const precisions = hits.map((_, i) => hits.slice(0, i + 1).filter(Boolean).length / (i + 1));
  return precisions.filter((_, i) => hits[i]).reduce((sum, value) => sum + value, 0) / r;
}

function discounted(hits: boolean[]): number {
  return hits.reduce((sum, hit, i) => sum + (hit ? Math.LN2 / Math.log(i + 2) : 0), 0);
}

/** Queries of three classes, each with ten neighbors; how many are indexed of each class; how many count. */
const cases = fc.record({
  labels: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 12 }),
  seed: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 120, maxLength: 120 }),
  r: fc.tuple(fc.nat(12), fc.nat(12), fc.nat(12)).map((counts) => new Map(counts.entries())),
  k: fc.integer({ min: 1, max: 9 }),
  drop: fc.boolean(),
  threshold: fc.option(fc.constantFrom(0.1, 0.35, 0.8), { nil: undefined }),
  average: fc.constantFrom('micro' as const, 'macro' as const),
});

describe.each(METRICS)('%s', (name, make) => {
  it('is what a plain implementation gives', () => {
    fc.assert(
      fc.property(cases, ({ labels, seed, r, k, drop, threshold, average }) => {
        const lookups = labels.map((_, query) => found(...seed.slice(10 * query, 10 * query + 10)));
        const options = { k, r, average, dropClosestLookup: drop };
        const metric = make(threshold === undefined ? options : { ...options, distanceThreshold: threshold });
        const scores = labels.map((label, query) => {
          const hits = (lookups[query] ?? [])
            .slice(drop ? 1 : 0)
            .slice(0, k)
            .map((lookup) => lookup.label === label && lookup.distance <= (threshold ?? Infinity));
          return PLAIN[name]?.(hits, Math.max(0, (r.get(label) ?? 0) - (drop ? 1 : 0))) as number;
        });
        const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
        const classes = metric.average === 'macro' ? [...new Set(labels)] : [undefined];
        const means = classes.map((id) => mean(scores.filter((_, query) => id === undefined || labels[query] === id)));
        expect(metric.compute(labels, lookups)).toBeCloseTo(mean(means), 10);
      }),
      { seed: 5 },
    );
  });

  it('is 1 where every neighbor is right', () => {
    const r = new Map([
      [3, 4],
      [4, 4],
    ]);
    const lookups = [found(3, 3, 3, 3), found(4, 4, 4, 4)];
    expect(make({ k: 4, r }).compute([3, 4], lookups)).toBe(1);
    expect(make({ k: 3, r, dropClosestLookup: true, average: 'macro' }).compute([3, 4], lookups)).toBe(1);
  });

  it('does not depend on the order of the queries', () => {
    const metric = make({ k: 4, r: R, average: 'macro' });
    const turned = metric.compute(LABELS.toReversed(), LOOKUPS.toReversed());
    expect(turned).toBeCloseTo(metric.compute(LABELS, LOOKUPS), 12);
  });

  it('refuses what it cannot compute with', () => {
    const metric = make({ k: 4, r: R });
    const refusals: [() => unknown, object][] = [
      [() => metric.compute([1], LOOKUPS), { code: 'WRONG_LENGTH', argument: 'queryLabels', shape: [1] }],
      [() => metric.compute([1, 1, 0.5], LOOKUPS), { code: 'NOT_AN_INTEGER', argument: 'queryLabels' }],
      [() => metric.compute([], []), { code: 'EMPTY', argument: 'lookups', shape: [0] }],
      [() => metric.compute([1], [found(1, 1, 1)]), { code: 'OUT_OF_RANGE', argument: 'k', shape: [1, 3] }],
      [() => make({ k: 4, r: R, dropClosestLookup: true }).compute(LABELS, LOOKUPS), { argument: 'k' }],
      [() => make({ k: 0, r: R }), { code: 'OUT_OF_RANGE', argument: 'k' }],
      [() => make({ k: 1.5, r: R }), { code: 'NOT_AN_INTEGER', argument: 'k' }],
      [() => make({ distanceThreshold: NaN, r: R }), { code: 'OUT_OF_RANGE', argument: 'distanceThreshold' }],
    ];
    for (const [call, error] of refusals) expect(call).toThrow(expect.objectContaining(error));
  });
});

describe('names and settings', () => {
  it('are those of the original', () => {
    expect(new PrecisionAtK().name).toBe('precision@5');
    expect(new PrecisionAtK({ k: 3, distanceThreshold: 0.5 }).name).toBe('precision@3 : distance_threshold@0.5');
    expect(new PrecisionAtK({ r: R, clipAtR: true, name: 'r_precision' }).name).toBe('r_precision');
    expect(new MapAtK({ k: 2 }).name).toBe('map@2');
    expect(new BNDCG().name).toBe('ndcg@5');
    expect(new RecallAtK({ k: 1 }).name).toBe('recall@1');
    expect(new MapAtK({ k: 2, r: R }).getConfig()).toEqual({
      name: 'map@2',
      canonicalName: 'map@k',
      k: 2,
      distanceThreshold: null,
      average: 'micro',
      dropClosestLookup: false,
      r: { 1: 3, 2: 1 },
      clipAtR: false,
    });
  });

  it('name a metric', () => {
    const metric = new RecallAtK();
    expect(getRetrievalMetric(metric)).toBe(metric);
    expect(getRetrievalMetric('Precision@12')).toBeInstanceOf(PrecisionAtK);
    expect(['precision@12', 'recall@1', 'map', 'bndcg@k'].map((name) => getRetrievalMetric(name).name)).toEqual([
      'precision@12',
      'recall@1',
      'map@5',
      'ndcg@5',
    ]);
    for (const name of ['accuracy@1', 'precision@', 'precision@-1', '']) {
      expect(() => getRetrievalMetric(name)).toThrow(
        expect.objectContaining({ code: 'UNKNOWN_NAME', argument: 'metric' }),
      );
    }
    expect(() => getRetrievalMetric('recall@0')).toThrow(expect.objectContaining({ argument: 'k' }));
  });

  it('refuse an average that there is not', () => {
    const average = 'median' as 'micro';
    const refused = expect.objectContaining({ code: 'UNKNOWN_NAME', argument: 'average' }) as Error;
    expect(() => new RecallAtK({ average })).toThrow(refused);
    expect(() => new MapAtK({ average: 'macro' as 'micro' })).toThrow(refused);
  });

  it('refuse counts that are none', () => {
    expect(() => new MapAtK({ r: new Map([[1, -1]]) })).toThrow(expect.objectContaining({ argument: 'r' }));
  });
});
