import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Indexer } from './indexer.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'indexer-'));
});

afterEach(() => rm(folder, { recursive: true }));

describe('an indexer', () => {
  it('finds what was added, nearest first', () => {
    const indexer = new Indexer({ dimensions: 2, distance: 'euclidean' });
    indexer.batchAdd(Float32Array.of(0, 0, 3, 4, 1, 0), { labels: [7, 8, 9], data: ['a', { b: 1 }, null] });
    expect(indexer.singleLookup([0, 0], 2)).toEqual([
      { rank: 1, distance: 0, label: 7, embedding: Float32Array.of(0, 0), data: 'a' },
      { rank: 2, distance: 1, label: 9, embedding: Float32Array.of(1, 0), data: null },
    ]);
    expect(indexer.batchLookup(Float32Array.of(3, 4, 1, 0), 9).map((row) => row.map(({ label }) => label))).toEqual([
      [8, 9, 7],
      [9, 7, 8],
    ]);
  });

  it('gives the same lookups after a save and a load', async () => {
    const indexer = new Indexer({ dimensions: 2, distance: 'euclidean' });
    indexer.batchAdd(Float32Array.of(0, 0, 3, 4, 1, 0), { labels: [7, 8, 9], data: ['a', { b: 1 }, Uint8Array.of(3)] });
    await indexer.save(folder);
    await indexer.save(folder);
    const loaded = await Indexer.load(folder);
    expect(loaded.singleLookup([0, 0])).toEqual(indexer.singleLookup([0, 0]));
  });
});
