import * as tf from '@tensorflow/tfjs-core';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import { HnswSearch, LinearSearch } from '../search/index.ts';
import { SqliteStore } from '../stores/index.ts';
import type { IndexerOptions } from './indexer-options.ts';
import { Indexer } from './indexer.ts';

const POINTS = Float32Array.of(0, 0, 3, 4, 1, 0);

let folder: string;
let opened: Indexer[];

beforeAll(() => useBackend('cpu'));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'indexer-'));
  opened = [];
});

afterEach(async () => {
  for (const indexer of opened) indexer.close();
  await rm(folder, { recursive: true });
});

function open(options: Partial<IndexerOptions> = {}): Indexer {
  const indexer = new Indexer({ dimensions: 2, distance: 'euclidean', ...options });
  opened.push(indexer);
  return indexer;
}

/** Labels 7, 8, 9 at (0, 0), (3, 4), (1, 0). */
function example(options: Partial<IndexerOptions> = {}): Indexer {
  const indexer = open(options);
  indexer.batchAdd(POINTS, { labels: [7, 8, 9], data: ['a', { pixels: Uint8Array.of(1) }, null] });
  return indexer;
}

describe('an indexer', () => {
  it('finds what was added, nearest first', () => {
    expect(example().singleLookup([0, 0], 2)).toEqual([
      { rank: 1, distance: 0, label: 7, embedding: Float32Array.of(0, 0), data: 'a' },
      { rank: 2, distance: 1, label: 9, embedding: Float32Array.of(1, 0), data: null },
    ]);
  });

  it('finds for a batch what it finds for each, and all there are where k is larger', () => {
    const indexer = example();
    const lookups = indexer.batchLookup(POINTS, 9);
    expect(lookups.map((row) => row.map(({ label }) => label))).toEqual([
      [7, 9, 8],
      [8, 9, 7],
      [9, 7, 8],
    ]);
    expect(lookups[1]).toEqual(indexer.singleLookup(Float32Array.of(3, 4), 9));
    expect(indexer.batchLookup(new Float32Array())).toEqual([]);
  });

  it('takes tensors, keeps none, and leaves them to the caller', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const indexer = open();
      indexer.batchAdd(tf.tensor2d(POINTS, [3, 2]), { labels: tf.tensor1d([7, 8, 9], 'int32') });
      indexer.add(tf.tensor1d([5, 5]), { label: 6 });
      expect(indexer.singleLookup(tf.tensor1d([5, 5]), 1)[0]?.label).toBe(6);
      expect(indexer.batchLookup(tf.tensor2d([[3, 4]]), 1)[0]?.[0]?.label).toBe(8);
      expect(indexer.evaluateRetrieval(tf.tensor2d([[3, 4]]), [8], ['recall@1'])).toEqual({ 'recall@1': 1 });
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('finds nothing where there is nothing', () => {
    expect(open().singleLookup([0, 0])).toEqual([]);
    expect(open({ search: 'hnsw' }).batchLookup(POINTS)).toEqual([[], [], []]);
  });

  it.each(['linear', 'hnsw'])('keeps nothing of what 32 bits cannot hold: %s', (search) => {
    const indexer = open({ search });
    expect(() => indexer.add([1e300, 0])).toThrow(expect.objectContaining({ code: 'NOT_FINITE' }) as Error);
    expect(indexer.size).toBe(0);
    expect(indexer.add([1, 0])).toBe(0);
  });

  it('keeps examples without a label or data', () => {
    const indexer = open();
    expect(indexer.add([1, 2])).toBe(0);
    expect(indexer.add([1, 3], { label: 0, data: false })).toBe(1);
    expect(indexer.toRows()).toEqual([
      { id: 0, embedding: Float32Array.of(1, 2), label: undefined, data: undefined },
      { id: 1, embedding: Float32Array.of(1, 3), label: 0, data: false },
    ]);
    expect(indexer.toRows(1)).toHaveLength(1);
    expect(indexer.toRows(9)).toHaveLength(2);
    expect(indexer.classCounts()).toEqual(new Map([[0, 1]]));
  });

  it('says what it is, and how long lookups took', () => {
    const indexer = example({ search: 'hnsw', store: 'sqlite', statBufferSize: 4 });
    expect(indexer.stats()).toMatchObject({ numLookups: 0, queryPerformance: { min: 0, p99: 0, stddev: 0 } });
    indexer.singleLookup([0, 0]);
    indexer.batchLookup(POINTS);
    indexer.batchLookup(POINTS);
    const { queryPerformance, ...stats } = indexer.stats();
    expect(stats).toEqual({
      size: 3,
      dimensions: 2,
      distance: 'euclidean',
      search: 'hnsw',
      store: 'sqlite',
      evaluator: 'memory',
      isCalibrated: false,
      numLookups: 7,
      statBufferSize: 4,
    });
    const { min, median, avg, p95, p99, max } = queryPerformance;
    const ordered = [min, median, p95, p99, max];
    expect(ordered.toSorted((a, b) => a - b)).toEqual(ordered);
    expect(min).toBeGreaterThan(0);
    expect(avg).toBeLessThanOrEqual(max);
  });

  it('is as if newly made after a reset', () => {
    const indexer = example();
    indexer.calibrate(POINTS, [7, 8, 9]);
    indexer.singleLookup([0, 0]);
    indexer.reset();
    expect(indexer.stats()).toMatchObject({ size: 0, numLookups: 0, isCalibrated: false });
    expect(indexer.cutpoints).toEqual({});
    expect(indexer.calibrationThresholds).toEqual({});
    expect(indexer.add([1, 1])).toBe(0);
  });

  it('indexes what its store holds already', () => {
    const store = new SqliteStore({ file: join(folder, 'kept.sqlite') });
    store.add({ embedding: Float32Array.of(3, 4), label: 5, data: 'kept' });
    expect(open({ store }).singleLookup([3, 4])).toMatchObject([{ distance: 0, label: 5, data: 'kept' }]);
  });

  it('takes the distance of a search that it is given', () => {
    const search = new LinearSearch({ dimensions: 2, distance: 'manhattan' });
    const indexer = new Indexer({ dimensions: 2, search });
    indexer.add([1, 2]);
    expect(indexer.singleLookup([0, 0])[0]?.distance).toBe(3);
  });
});

describe('bad input', () => {
  it.each<[string, (indexer: Indexer) => unknown, object]>([
    ['a short embedding', (i) => i.add([1]), { code: 'WRONG_LENGTH', argument: 'embedding', shape: [1] }],
    ['a NaN', (i) => i.add([1, NaN]), { code: 'NOT_FINITE', argument: 'embedding', shape: [2] }],
    [
      'a matrix for a row',
      (i) => i.add(tf.zeros([1, 2]) as unknown as tf.Tensor1D),
      { code: 'WRONG_RANK', shape: [1, 2] },
    ],
    ['a label with a fraction', (i) => i.add([1, 1], { label: 0.5 }), { code: 'NOT_AN_INTEGER', argument: 'label' }],
    [
      'half a row',
      (i) => i.batchAdd(Float32Array.of(1, 2, 3)),
      { code: 'WRONG_LENGTH', argument: 'embeddings', shape: [3] },
    ],
    ['rows of 3', (i) => i.batchAdd(tf.zeros([2, 3])), { code: 'WRONG_LENGTH', argument: 'embeddings', shape: [2, 3] }],
    [
      'a NaN in a batch',
      (i) => i.batchAdd(Float32Array.of(1, NaN)),
      { code: 'NOT_FINITE', argument: 'embeddings', shape: [1, 2] },
    ],
    [
      'other labels',
      (i) => i.batchAdd(POINTS, { labels: [1] }),
      { code: 'WRONG_LENGTH', argument: 'labels', shape: [1] },
    ],
    ['other data', (i) => i.batchAdd(POINTS, { data: [1] }), { code: 'WRONG_LENGTH', argument: 'data', shape: [1] }],
    ['no neighbors', (i) => i.singleLookup([0, 0], 0), { code: 'OUT_OF_RANGE', argument: 'k' }],
    ['half a neighbor', (i) => i.batchLookup(POINTS, 0.5), { code: 'NOT_AN_INTEGER', argument: 'k' }],
    ['a query of 3', (i) => i.singleLookup([0, 0, 0]), { code: 'WRONG_LENGTH', argument: 'embedding', shape: [3] }],
    ['a NaN query', (i) => i.batchLookup(Float32Array.of(0, NaN)), { code: 'NOT_FINITE', argument: 'embeddings' }],
    [
      'an unknown retrieval metric',
      (i) => i.evaluateRetrieval(POINTS, [1, 2, 3], ['auc']),
      { code: 'UNKNOWN_NAME', argument: 'metric' },
    ],
    [
      'too large a k of a metric',
      (i) => i.evaluateRetrieval(POINTS, [1, 2, 3], ['recall@4']),
      { code: 'OUT_OF_RANGE', argument: 'k', shape: [3, 3] },
    ],
    [
      'other target labels',
      (i) => i.evaluateRetrieval(POINTS, [1], ['recall@1']),
      { code: 'WRONG_LENGTH', argument: 'targetLabels', shape: [1] },
    ],
    ['no queries', (i) => i.calibrate(new Float32Array(), []), { code: 'EMPTY', argument: 'embeddings', shape: [0] }],
    [
      'an unknown matcher',
      (i) => i.calibrate(POINTS, [1, 2, 3], { matcher: 'vote' }),
      { code: 'UNKNOWN_NAME', argument: 'matcher' },
    ],
    [
      'an unknown classification metric',
      (i) => i.calibrate(POINTS, [1, 2, 3], { calibrationMetric: 'auc' }),
      { code: 'UNKNOWN_NAME', argument: 'metric' },
    ],
    [
      'no thresholds',
      (i) => i.evaluateClassification(POINTS, [1, 2, 3], []),
      { code: 'EMPTY', argument: 'distanceThresholds' },
    ],
    [
      'a threshold that is none',
      (i) => i.evaluateClassification(POINTS, [1, 2, 3], [NaN]),
      { code: 'OUT_OF_RANGE', argument: 'distanceThresholds' },
    ],
    ['a match before a calibration', (i) => i.match(POINTS), { code: 'NOT_CALIBRATED', argument: 'index' }],
    ['rows that are no count', (i) => i.toRows(-1), { code: 'OUT_OF_RANGE', argument: 'count' }],
  ])('%s', (_, call, error) => {
    const indexer = example();
    expect(() => call(indexer)).toThrow(expect.objectContaining({ name: 'SimilarityError', ...error }));
    expect(indexer.size).toBe(3);
    expect(indexer.isCalibrated).toBe(false);
  });

  it.each<[string, Partial<IndexerOptions>, object]>([
    ['dimensions', { dimensions: 0 }, { code: 'OUT_OF_RANGE', argument: 'dimensions' }],
    ['distance', { distance: 'far' }, { code: 'UNKNOWN_NAME', argument: 'distance' }],
    ['search', { search: 'faiss' }, { code: 'UNKNOWN_NAME', argument: 'search' }],
    ['store', { store: 'redis' }, { code: 'UNKNOWN_NAME', argument: 'store' }],
    ['evaluator', { evaluator: 'cloud' }, { code: 'UNKNOWN_NAME', argument: 'evaluator' }],
    ['buffer', { statBufferSize: 0 }, { code: 'OUT_OF_RANGE', argument: 'statBufferSize' }],
    [
      'a search by another distance',
      { search: new LinearSearch({ dimensions: 2 }) },
      { code: 'OUT_OF_RANGE', argument: 'distance' },
    ],
    [
      'a search of other dimensions',
      { search: new HnswSearch({ dimensions: 3, distance: 'l2' }) },
      { code: 'WRONG_LENGTH', argument: 'search' },
    ],
    ['manhattan by HNSW', { distance: 'manhattan', search: 'hnsw' }, { code: 'UNKNOWN_NAME', argument: 'distance' }],
  ])('an unknown %s', (_, options, error) => {
    expect(() => open(options)).toThrow(expect.objectContaining(error));
  });

  it('an empty index cannot be evaluated', () => {
    const empty = expect.objectContaining({ code: 'NOT_INDEXED', argument: 'index' }) as Error;
    expect(() => open().evaluateRetrieval(POINTS, [1, 2, 3], ['recall@1'])).toThrow(empty);
    expect(() => open().evaluateClassification(POINTS, [1, 2, 3], [1])).toThrow(empty);
    expect(() => open().calibrate(POINTS, [1, 2, 3])).toThrow(empty);
  });

  it('data that cannot be stored leave the index as it was', () => {
    const indexer = example({ store: 'cached' });
    const add = (): unknown => indexer.batchAdd(POINTS, { data: [1, new Date(), 2] });
    expect(add).toThrow(expect.objectContaining({ code: 'WRONG_SHAPE', argument: 'data' }));
    expect(indexer.size).toBe(3);
    indexer.add([9, 9], { label: 1 });
    expect(indexer.singleLookup([9, 9], 1)[0]?.label).toBe(1);
  });
});
