import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DistanceName } from '../distances/index.ts';
import { createRandom } from '../random.ts';
import { BNDCG, MapAtK, PrecisionAtK, RecallAtK } from '../retrieval-metrics/index.ts';
import type { IndexerOptions } from './indexer-options.ts';
import { Indexer } from './indexer.ts';

const POINTS = Float32Array.of(0, 0, 3, 4, 1, 0);

function open(options: Partial<IndexerOptions> = {}): Indexer {
  return new Indexer({ dimensions: 2, distance: 'euclidean', ...options });
}

/** Labels 7, 8, 9 at (0, 0), (3, 4), (1, 0). */
function example(options: Partial<IndexerOptions> = {}): Indexer {
  const indexer = open(options);
  indexer.batchAdd(POINTS, { labels: [7, 8, 9], data: ['a', { pixels: Uint8Array.of(1) }, null] });
  return indexer;
}

describe('evaluation', () => {
  /** Classes 0 to 3, each on an axis of its own, every example of a class the same or at another length. */
  const perfect = fc.record({
    sizes: fc.array(fc.integer({ min: 2, max: 6 }), { minLength: 2, maxLength: 4 }),
    lengths: fc.array(fc.double({ min: 0.1, max: 9, noNaN: true }), { minLength: 24, maxLength: 24 }),
    search: fc.constantFrom('linear', 'hnsw'),
  });

  it('gives a perfect embedding 1 on every retrieval metric', () => {
    fc.assert(
      fc.property(perfect, ({ sizes, lengths, search }) => {
        const labels = sizes.flatMap((size, label) => Array<number>(size).fill(label));
        const rows = labels.flatMap((label, i) => [0, 1, 2, 3].map((axis) => (axis === label ? (lengths[i] ?? 1) : 0)));
        const indexer = open({ dimensions: 4, distance: 'cosine', search });
        indexer.batchAdd(Float32Array.from(rows), { labels });
        const [r, k] = [indexer.classCounts(), Math.min(...sizes)];
        const most = Math.max(...sizes);
        const metrics = [
          new PrecisionAtK({ k }),
          new PrecisionAtK({ k: most, r, clipAtR: true, name: 'r_precision' }),
          new PrecisionAtK({ k: k - 1, dropClosestLookup: true, average: 'macro', name: 'others' }),
          new RecallAtK({ k }),
          new RecallAtK({ k: 1, dropClosestLookup: true, average: 'macro', name: 'other' }),
          new MapAtK({ k: most, r }),
          new MapAtK({ k: most, r, clipAtR: true, name: 'map_r' }),
          new BNDCG({ k }),
          new BNDCG({ k: most, average: 'macro', name: 'macro' }),
        ];
        const results = indexer.evaluateRetrieval(Float32Array.from(rows), labels, metrics);
        expect(Object.keys(results)).toHaveLength(metrics.length);
        for (const value of Object.values(results)) expect(value).toBeCloseTo(1, 12);
      }),
      { seed: 9, numRuns: 40 },
    );
  });

  it('looks up one neighbor more where the closest is dropped', () => {
    const indexer = example();
    const metric = new PrecisionAtK({ k: 2, dropClosestLookup: true });
    expect(indexer.evaluateRetrieval(POINTS, [9, 9, 7], [metric])['precision@2']).toBeCloseTo(
      (0.5 + 0.5 + 0.5) / 3,
      12,
    );
    const all = (): unknown =>
      indexer.evaluateRetrieval(POINTS, [9, 9, 7], [new RecallAtK({ k: 3, dropClosestLookup: true })]);
    expect(all).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE', argument: 'k' }));
  });

  it('finds identical embeddings of several classes in the order of their ids', () => {
    const indexer = open();
    indexer.batchAdd(new Float32Array(8), { labels: [1, 2, 1, 2] });
    expect(indexer.evaluateRetrieval(new Float32Array(4), [1, 2], ['precision@1', 'recall@2', 'ndcg@2'])).toEqual({
      'precision@1': 0.5,
      'recall@2': 1,
      'ndcg@2': (1 + 1 / Math.log2(3)) / 2,
    });
  });

  it('gives the classification metrics at each threshold', () => {
    const results = example().evaluateClassification(Float32Array.of(0, 0, 3, 3, 2, 0), [7, 8, 7], [1, 0], {
      metrics: ['precision', 'recall'],
    });
    expect(results).toEqual({ distance: [0, 1], precision: [1, 2 / 3], recall: [1 / 2, 1] });
  });
});

describe('calibration and matching', () => {
  it('matches within the cutpoints, and only there', () => {
    const indexer = example();
    const queries = Float32Array.of(0, 0.1, 3, 3.5, 1.8, 0);
    const { cutpoints } = indexer.calibrate(queries, [7, 8, 7], { thresholdsTargets: { half: 0.5, all: 1 } });
    expect(indexer.isCalibrated).toBe(true);
    expect(indexer.cutpoints).toBe(cutpoints);
    expect(Object.keys(cutpoints)).toEqual(['optimal', 'half', 'all']);
    expect(indexer.match(queries)).toEqual({ optimal: [7, 8, -1], half: [7, -1, -1], all: [7, 8, -1] });
    expect(indexer.match(Float32Array.of(0, 0, 99, 99), { noMatchLabel: -7 })['optimal']).toEqual([7, -7]);
    expect(indexer.match(new Float32Array())).toEqual({ optimal: [], half: [], all: [] });
  });

  it.each<DistanceName>(['cosine', 'euclidean', 'inner_product', 'manhattan'])(
    'reaches its target by %s on its own data, as match tells',
    (distance) => {
      const random = createRandom(11);
      const labels = Array.from({ length: 80 }, () => random.below(2));
      const rows = Float32Array.from(labels.flatMap((label) => [random.between(-1, 1) + label, random.between(-1, 1)]));
      const indexer = open({ distance });
      indexer.batchAdd(rows.subarray(0, 80), { labels: labels.slice(0, 40) });
      const [queries, targets] = [rows.subarray(80), labels.slice(40)];
      const { cutpoints } = indexer.calibrate(queries, targets, {
        calibrationMetric: 'precision',
        thresholdsTargets: { good: 0.8 },
      });
      expect(cutpoints['good']).toBeDefined();
      const matched = indexer.match(queries)['good'] as number[];
      const positive = matched.flatMap((label, i) => (label === -1 ? [] : [label === targets[i]]));
      expect(positive.filter(Boolean).length / positive.length).toBeCloseTo(cutpoints['good']?.value as number, 12);
      expect(cutpoints['good']?.value).toBeGreaterThanOrEqual(0.8);
    },
  );

  it('gives a query whose neighbor has no label no match', () => {
    const indexer = open();
    indexer.add([0, 0], { label: 1 });
    indexer.add([5, 5]);
    indexer.calibrate(Float32Array.of(1, 0), [1]);
    expect(indexer.match(Float32Array.of(0, 0, 5, 5))['optimal']).toEqual([1, -1]);
  });
});
