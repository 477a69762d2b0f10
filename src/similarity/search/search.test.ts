import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getDistance } from '../distances/index.ts';
import { createRandom } from '../random.ts';
import { HnswSearch } from './hnsw-search.ts';
import { LinearSearch } from './linear-search.ts';
import type { Nearest, Search } from './search.ts';

const ALL_DISTANCES = ['cosine', 'inner_product', 'euclidean', 'squared_euclidean', 'manhattan', 'snr'] as const;
const HNSW_DISTANCES = ['cosine', 'inner_product', 'euclidean', 'squared_euclidean'] as const;
const DIMENSIONS = 3;

/** Rows of small whole numbers: many ties, some zeros, some rows that are the same. */
const rows = fc
  .array(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: DIMENSIONS, maxLength: DIMENSIONS }), { maxLength: 40 })
  .map((values) => values.map((row) => Float32Array.from(row)));

const query = fc
  .array(fc.integer({ min: -3, max: 3 }), { minLength: DIMENSIONS, maxLength: DIMENSIONS })
  .map((values) => Float32Array.from(values));

function randomRows(count: number, dimensions: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: count * dimensions }, () => random.between(-1, 1));
}

function filled(search: Search, embeddings: readonly Float32Array[]): Search {
  search.batchAdd(Float32Array.from(embeddings.flatMap((row) => [...row])), [...embeddings.keys()]);
  return search;
}

/** Every distance, sorted: what a search is to find. */
function sorted(
  distanceName: string,
  embeddings: readonly Float32Array[],
  embedding: Float32Array,
  k: number,
): Nearest {
  const distance = getDistance(distanceName);
  const sign = distance.largestIsNearest ? -1 : 1;
  const key = (value: number): number => (Number.isNaN(value) ? Infinity : sign * value);
  const all = embeddings.map((row, id) => ({ id, value: distance.between(embedding, row) }));
  all.sort((a, b) => (key(a.value) < key(b.value) ? -1 : key(a.value) > key(b.value) ? 1 : a.id - b.id));
  const nearest = all.slice(0, k);
  return { ids: nearest.map(({ id }) => id), distances: nearest.map(({ value }) => key(value) * sign + 0) };
}

describe('the linear search', () => {
  it.each(ALL_DISTANCES)('finds by %s what sorting everything finds', (distance) => {
    fc.assert(
      fc.property(rows, query, fc.integer({ min: 1, max: 50 }), (embeddings, embedding, k) => {
        const search = filled(new LinearSearch({ dimensions: DIMENSIONS, distance }), embeddings);
        expect(search.lookup(embedding, k)).toEqual(sorted(distance, embeddings, embedding, k));
      }),
      { seed: 3 },
    );
  });

  it('finds among more than one block of rows', () => {
    const embeddings = randomRows(2500, 2, 1);
    const search = new LinearSearch({ dimensions: 2, distance: 'euclidean' });
    search.batchAdd(embeddings, [...Array(2500).keys()]);
    for (const id of [0, 1023, 1024, 2499]) {
      expect(search.lookup(embeddings.subarray(2 * id, 2 * id + 2), 1)).toEqual({ ids: [id], distances: [0] });
    }
  });
});

describe('the HNSW search', () => {
  it.each(HNSW_DISTANCES)('finds by %s what the linear search finds, on a small set', (distance) => {
    const [embeddings, queries] = [randomRows(300, 8, 2), randomRows(20, 8, 3)];
    const options = { dimensions: 8, distance };
    const [linear, hnsw] = [new LinearSearch(options), new HnswSearch(options)];
    for (const search of [linear, hnsw]) search.batchAdd(embeddings, [...Array(300).keys()]);
    const [exact, found] = [linear.batchLookup(queries, 10), hnsw.batchLookup(queries, 10)];
    for (const [i, { ids, distances }] of exact.entries()) {
      expect(found[i]?.ids).toEqual(ids);
      for (const [j, value] of distances.entries()) expect(found[i]?.distances[j]).toBeCloseTo(value, 5);
    }
  });

  it.each(HNSW_DISTANCES)('has the distances of %s for embeddings that are not of length 1', (distance) => {
    const hnsw = new HnswSearch({ dimensions: 2, distance });
    hnsw.add(Float32Array.of(3, 4), 0);
    const exact = getDistance(distance).between(Float32Array.of(5, 0), Float32Array.of(3, 4));
    expect(hnsw.lookup(Float32Array.of(5, 0), 1).distances[0]).toBeCloseTo(exact, 5);
  });

  it('grows beyond what it first has room for', () => {
    const embeddings = randomRows(1100, 2, 4);
    const hnsw = new HnswSearch({ dimensions: 2, distance: 'euclidean', M: 8, efConstruction: 40, efSearch: 40 });
    for (let id = 0; id < 1100; id++) hnsw.add(embeddings.subarray(2 * id, 2 * id + 2), id);
    expect(hnsw.size).toBe(1100);
    expect(hnsw.lookup(embeddings.subarray(2 * 1099), 1)).toEqual({ ids: [1099], distances: [0] });
  });

  it('puts the smaller id first where the distance is the same', () => {
    const hnsw = new HnswSearch({ dimensions: 1, distance: 'euclidean' });
    hnsw.batchAdd(Float32Array.of(1, 1, 1, 0), [3, 2, 1, 0]);
    expect(hnsw.lookup(Float32Array.of(1), 4)).toEqual({ ids: [1, 2, 3, 0], distances: [0, 0, 0, 1] });
  });

  it.each(['manhattan', 'snr'])('says that it has no %s', (distance) => {
    const make = (): HnswSearch => new HnswSearch({ dimensions: 2, distance });
    expect(make).toThrow(expect.objectContaining({ code: 'UNKNOWN_NAME', argument: 'distance' }));
  });

  it.each([
    ['M', { M: 1 }],
    ['efConstruction', { efConstruction: 0 }],
    ['efSearch', { efSearch: 1.5 }],
  ])('refuses %s', (argument, options) => {
    expect(() => new HnswSearch({ dimensions: 2, ...options })).toThrow(expect.objectContaining({ argument }));
  });
});

const KINDS = [
  ['linear', (distance = 'euclidean', dimensions = 2) => new LinearSearch({ dimensions, distance })],
  ['hnsw', (distance = 'euclidean', dimensions = 2) => new HnswSearch({ dimensions, distance })],
] as const;

describe.each(KINDS)('any search: %s', (kind, make) => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'search-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  function example(): Search {
    const search = make();
    search.batchAdd(Float32Array.of(0, 0, 3, 4, 1, 0), [5, 6, 7]);
    return search;
  }

  it('names its kind, and finds all there are where k is larger', () => {
    const search = example();
    expect(search.kind).toBe(kind);
    expect(search.lookup(Float32Array.of(0, 0), 10)).toEqual({ ids: [5, 7, 6], distances: [0, 1, 5] });
    expect(search.batchLookup(new Float32Array(0), 1)).toEqual([]);
  });

  it('finds nothing where there is nothing, also after a reset', () => {
    const nothing = { ids: [], distances: [] };
    expect(make().lookup(Float32Array.of(0, 0), 3)).toEqual(nothing);
    const search = example();
    search.reset();
    expect(search.size).toBe(0);
    expect(search.lookup(Float32Array.of(0, 0), 3)).toEqual(nothing);
    search.add(Float32Array.of(1, 1), 5);
    expect(search.lookup(Float32Array.of(1, 1), 3).ids).toEqual([5]);
  });

  it('copies what it is given', () => {
    const search = make();
    const embedding = Float32Array.of(1, 2);
    search.add(embedding, 0);
    embedding.fill(9);
    expect(search.lookup(Float32Array.of(1, 2), 1).distances).toEqual([0]);
  });

  it('refuses what it cannot take, and takes nothing of it', () => {
    const search = example();
    const cases: [() => unknown, object][] = [
      [() => search.add(Float32Array.of(1), 8), { code: 'WRONG_LENGTH', argument: 'embedding', shape: [1] }],
      [() => search.add(Float32Array.of(NaN, 1), 8), { code: 'NOT_FINITE', argument: 'embeddings', shape: [1, 2] }],
      [() => search.add(Float32Array.of(1, 1), 6), { code: 'DUPLICATE', argument: 'id' }],
      [() => search.batchAdd(Float32Array.of(1, 1, 2, 2), [8, 8]), { code: 'DUPLICATE', argument: 'id' }],
      [() => search.batchAdd(Float32Array.of(1, 1, 2), [8, 9]), { code: 'WRONG_LENGTH', argument: 'embeddings' }],
      [() => search.lookup(Float32Array.of(1, 1), 0), { code: 'OUT_OF_RANGE', argument: 'k' }],
      [() => search.lookup(Float32Array.of(1, 1), 1.5), { code: 'NOT_AN_INTEGER', argument: 'k' }],
      [() => search.lookup(Float32Array.of(1, Infinity), 1), { code: 'NOT_FINITE', argument: 'embedding' }],
      [() => search.lookup(Float32Array.of(1), 1), { code: 'WRONG_LENGTH', argument: 'embedding' }],
      [() => search.batchLookup(Float32Array.of(1), 1), { code: 'WRONG_LENGTH', argument: 'embeddings' }],
    ];
    for (const [call, error] of cases) expect(call).toThrow(expect.objectContaining(error));
    expect(search.size).toBe(3);
  });

  it('finds the same after a save and a load, and can be added to', async () => {
    const search = example();
    await search.save(folder);
    const loaded = make();
    loaded.add(Float32Array.of(8, 8), 99);
    await loaded.load(folder);
    expect(loaded.size).toBe(3);
    expect(loaded.lookup(Float32Array.of(0.5, 1), 5)).toEqual(search.lookup(Float32Array.of(0.5, 1), 5));
    loaded.add(Float32Array.of(7, 7), 8);
    expect(loaded.lookup(Float32Array.of(7, 7), 1)).toEqual({ ids: [8], distances: [0] });
  });

  it('is empty again where it was saved empty', async () => {
    await make().save(folder);
    const loaded = example();
    await loaded.load(folder);
    expect(loaded.size).toBe(0);
  });

  it('refuses files that are missing, damaged or of something else, and stays as it was', async () => {
    const search = example();
    await expect(search.load(folder)).rejects.toMatchObject({ code: 'FILE_MISSING' });
    await make('cosine').save(folder);
    await expect(search.load(folder)).rejects.toMatchObject({ code: 'FILE_DAMAGED' });
    await make('euclidean', 3).save(folder);
    await expect(search.load(folder)).rejects.toMatchObject({ code: 'WRONG_LENGTH', argument: 'dimensions' });
    await search.save(folder);
    const data = (await readdir(folder)).find((name) => name.endsWith('.bin')) as string;
    await writeFile(join(folder, data), 'x');
    await expect(search.load(folder)).rejects.toMatchObject({ code: 'FILE_DAMAGED' });
    expect(search.lookup(Float32Array.of(0, 0), 1)).toEqual({ ids: [5], distances: [0] });
  });

  it('refuses dimensions and distances that do not exist', () => {
    expect(() => make('far')).toThrow(expect.objectContaining({ code: 'UNKNOWN_NAME', argument: 'distance' }));
    expect(() => make('cosine', 0)).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE', argument: 'dimensions' }));
  });
});
