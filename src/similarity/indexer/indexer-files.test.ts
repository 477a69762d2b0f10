import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DistanceName } from '../distances/index.ts';
import { createRandom } from '../random.ts';
import { LinearSearch } from '../search/index.ts';
import { SqliteStore } from '../stores/index.ts';
import type { IndexerOptions } from './indexer-options.ts';
import { Indexer } from './indexer.ts';

const POINTS = Float32Array.of(0, 0, 3, 4, 1, 0);

let folder: string;
let opened: Indexer[];

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

const COMBINATIONS = ['linear', 'hnsw'].flatMap((search) =>
  ['memory', 'cached', 'sqlite'].map((store) => [search, store] as const),
);

describe.each(COMBINATIONS)('saved and loaded: %s search, %s store', (search, store) => {
  it.each<DistanceName>(['cosine', 'inner_product'])('%s', async (distance) => {
    const random = createRandom(4);
    const rows = Float32Array.from({ length: 60 * 4 }, () => random.between(-1, 1));
    const labels = Array.from({ length: 60 }, () => random.below(3));
    const data = labels.map((label, i) => (i % 2 === 0 ? { label, pixels: Float32Array.of(i, NaN) } : undefined));
    const indexer = open({ dimensions: 4, distance, search, store });
    indexer.batchAdd(rows, { labels, data });
    indexer.calibrate(rows, labels, { k: 3, matcher: 'match_majority_vote', thresholdsTargets: { fair: 0.5 } });
    await indexer.save(folder);
    const loaded = await Indexer.load(folder);
    opened.push(loaded);
    const queries = Float32Array.from({ length: 10 * 4 }, () => random.between(-1, 1));
    expect(loaded.batchLookup(queries, 7)).toStrictEqual(indexer.batchLookup(queries, 7));
    expect(loaded.cutpoints).toStrictEqual(indexer.cutpoints);
    expect(loaded.calibrationThresholds).toStrictEqual(indexer.calibrationThresholds);
    expect(loaded.calibrationMetric).toBe('f1_score');
    expect(loaded.match(queries)).toEqual(indexer.match(queries));
    const { numLookups: _, queryPerformance: __, ...stats } = loaded.stats();
    expect(indexer.stats()).toMatchObject(stats);
    expect(loaded.add([1, 1, 1, 1], { label: 5 })).toBe(60);
    expect(loaded.singleLookup([1, 1, 1, 1], 60)).toHaveLength(60);
  });
});

describe('a saved index', () => {
  it('is replaced by the next one, also where that is of another kind', async () => {
    await example().save(join(folder, 'new', 'folder'));
    await example({ search: 'hnsw', store: 'sqlite' }).save(join(folder, 'new', 'folder'));
    const loaded = await Indexer.load(join(folder, 'new', 'folder'));
    opened.push(loaded);
    expect(loaded.stats()).toMatchObject({ size: 3, search: 'hnsw', store: 'sqlite' });
  });

  it('holds what was there when it was saved, though more is added meanwhile', async () => {
    const indexer = example({ store: 'cached' });
    const saved = indexer.save(folder);
    indexer.add([1, 1]);
    await saved;
    const loaded = await Indexer.load(folder);
    opened.push(loaded);
    expect(loaded.size).toBeLessThanOrEqual(4);
    expect(loaded.singleLookup([0, 0])).toHaveLength(loaded.size);
  });

  it('stays where the next save fails', async () => {
    await example().save(folder);
    const indexer = open();
    indexer.add([1, 1], { data: new Date() });
    await expect(indexer.save(folder)).rejects.toMatchObject({ code: 'WRONG_SHAPE' });
    expect((await Indexer.load(folder)).size).toBe(3);
  });

  it('is whole however many are written into the same folder at a time', async () => {
    const indexers = COMBINATIONS.map(([search, store]) => example({ search, store }));
    const saves = indexers.map(async (indexer, i) => {
      await setTimeout(i);
      await indexer.save(folder);
    });
    await Promise.all(saves);
    const loaded = await Indexer.load(folder);
    opened.push(loaded);
    expect(loaded.size).toBe(3);
    expect(await readdir(folder)).toHaveLength(2);
  });

  it('is not written where a file has the name of the folder', async () => {
    const file = join(folder, 'file');
    await writeFile(file, 'something else');
    const expected = { code: 'FILE_DAMAGED', argument: file };
    await expect(example().save(file)).rejects.toMatchObject(expected);
    await expect(example().save(join(file, 'within'))).rejects.toMatchObject({ code: 'FILE_DAMAGED' });
    expect(await readFile(file, 'utf8')).toBe('something else');
  });

  it('is read into a search and a store that are given', async () => {
    await example({ search: 'hnsw', store: 'sqlite' }).save(folder);
    const store = new SqliteStore({ file: join(folder, 'live.sqlite') });
    const loaded = await Indexer.load(folder, { store });
    opened.push(loaded);
    expect(store.size).toBe(3);
    const other = Indexer.load(folder, { search: new LinearSearch({ dimensions: 2, distance: 'l2' }) });
    await expect(other).rejects.toMatchObject({ code: 'FILE_DAMAGED' });
  });

  it.each(COMBINATIONS)('is refused where a file is damaged or missing: %s, %s', async (search, store) => {
    await expect(Indexer.load(folder)).rejects.toMatchObject({ code: 'FILE_MISSING' });
    const indexer = example({ search, store });
    await indexer.save(folder);
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(files).toHaveLength(5);
    for (const { parentPath, name } of files) {
      const path = join(parentPath, name);
      const whole = await readFile(path);
      await rm(path);
      await expect(Indexer.load(folder)).rejects.toMatchObject({ code: 'FILE_MISSING', argument: path });
      for (const damage of [whole.subarray(0, -3), Buffer.alloc(0), flipped(whole)]) {
        await writeFile(path, damage);
        await expect(Indexer.load(folder)).rejects.toMatchObject({ code: 'FILE_DAMAGED', argument: path });
      }
      await writeFile(path, whole);
    }
    opened.push(await Indexer.load(folder));
  });
});

/** One bit in the middle turned over. */
function flipped(bytes: Buffer): Buffer {
  const damaged = Buffer.from(bytes);
  const middle = damaged.length >> 1;
  damaged[middle] = (damaged[middle] as number) ^ 1;
  return damaged;
}
