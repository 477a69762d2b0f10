import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CachedStore } from './cached-store.ts';
import { makeStore } from './make-store.ts';
import { MemoryStore } from './memory-store.ts';
import { SqliteStore } from './sqlite-store.ts';
import type { Store, StoredExample } from './store.ts';

const EXAMPLES: readonly StoredExample[] = [
  { embedding: Float32Array.of(1, 1 / 3, -0), label: 4, data: { name: 'a', pixels: Uint8Array.of(1, 2) } },
  { embedding: Float32Array.of(), label: undefined, data: undefined },
  { embedding: Float32Array.of(2), label: -2147483648, data: null },
  { embedding: Float32Array.of(3), label: 0, data: [Float64Array.of(NaN), '☂', -Infinity] },
];

let folder: string;
let opened: Store[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-'));
  opened = [];
});

afterEach(async () => {
  for (const store of opened) store.close();
  await rm(folder, { recursive: true });
});

function open<Opened extends Store>(store: Opened): Opened {
  opened.push(store);
  return store;
}

const KINDS = [
  ['memory', () => new MemoryStore()],
  ['cached', () => new CachedStore({ folder, hotExamples: 2 })],
  ['sqlite', () => new SqliteStore()],
  ['sqlite', () => new SqliteStore({ file: join(folder, `store-${opened.length}.sqlite`) })],
] as const;

describe.each(KINDS)('any store: %s', (kind, make) => {
  it('gives back what it was given', () => {
    const store = open(make());
    expect(store.kind).toBe(kind);
    expect(store.add(EXAMPLES[0] as StoredExample)).toBe(0);
    expect(store.batchAdd(EXAMPLES.slice(1))).toEqual([1, 2, 3]);
    expect(store.batchAdd([])).toEqual([]);
    expect(store.size).toBe(4);
    expect(store.get(3)).toStrictEqual(EXAMPLES[3]);
    for (const _ of [1, 2]) expect(store.batchGet([0, 1, 2, 3])).toStrictEqual(EXAMPLES);
    expect(store.batchGet([2, 2])).toStrictEqual([EXAMPLES[2], EXAMPLES[2]]);
  });

  it('copies embeddings', () => {
    const store = open(make());
    const embedding = Float32Array.of(1, 2);
    store.add({ embedding, label: 1, data: undefined });
    embedding.fill(9);
    expect(store.get(0).embedding).toEqual(Float32Array.of(1, 2));
  });

  it.each([-1, 4, 0.5, NaN])('has no example %d', (id) => {
    const store = open(make());
    store.batchAdd(EXAMPLES);
    expect(() => store.get(id)).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE', argument: 'id' }));
  });

  it('counts from 0 again after a reset', () => {
    const store = open(make());
    store.batchAdd(EXAMPLES);
    store.reset();
    expect(store.size).toBe(0);
    expect(store.add(EXAMPLES[3] as StoredExample)).toBe(0);
    expect(store.get(0)).toStrictEqual(EXAMPLES[3]);
  });

  it('holds the same after a save and a load, and can be added to', async () => {
    const store = open(make());
    store.batchAdd(EXAMPLES);
    await store.save(folder);
    const loaded = open(make());
    loaded.add(EXAMPLES[2] as StoredExample);
    loaded.get(0);
    await loaded.load(folder);
    expect(loaded.batchGet([0, 1, 2, 3])).toStrictEqual(EXAMPLES);
    expect(loaded.add(EXAMPLES[0] as StoredExample)).toBe(4);
    expect(loaded.get(4)).toStrictEqual(EXAMPLES[0]);
    // What was saved is a copy.
    const again = open(make());
    await again.load(folder);
    expect(again.size).toBe(4);
  });

  it('refuses files that are missing, damaged or of another store, and stays as it was', async () => {
    const store = open(make());
    store.batchAdd(EXAMPLES);
    await expect(store.load(folder)).rejects.toMatchObject({ code: 'FILE_MISSING' });
    await open(kind === 'memory' ? new SqliteStore() : new MemoryStore()).save(folder);
    await expect(store.load(folder)).rejects.toMatchObject({ code: 'FILE_DAMAGED' });
    await store.save(folder);
    const data = (await readdir(folder)).find((name) => name.endsWith('.bin')) as string;
    await writeFile(join(folder, data), 'x');
    await expect(store.load(folder)).rejects.toMatchObject({ code: 'FILE_DAMAGED' });
    expect(store.batchGet([0, 1, 2, 3])).toStrictEqual(EXAMPLES);
  });

  it('says what it cannot keep, and keeps nothing of the batch', async () => {
    const store = open(make());
    const bad = { embedding: Float32Array.of(1), label: 1, data: { when: new Date(0) } };
    const refused = { code: 'WRONG_SHAPE', argument: 'data.when' };
    if (kind === 'memory') {
      store.add(bad);
      await expect(store.save(folder)).rejects.toMatchObject(refused);
    } else {
      expect(() => store.batchAdd([EXAMPLES[0] as StoredExample, bad])).toThrow(expect.objectContaining(refused));
      expect(store.size).toBe(0);
      expect(store.add(EXAMPLES[3] as StoredExample)).toBe(0);
      expect(store.get(0)).toStrictEqual(EXAMPLES[3]);
    }
  });
});

describe('the cached store', () => {
  it('deletes its file when it is closed, and is of no use then', async () => {
    const store = open(new CachedStore({ folder }));
    store.batchAdd(EXAMPLES);
    const [own] = await readdir(folder);
    store.close();
    store.close();
    expect(existsSync(join(folder, own as string))).toBe(false);
    expect(() => store.add(EXAMPLES[0] as StoredExample)).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
    await expect(store.save(folder)).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  it('keeps those used last in memory, and no more', () => {
    const store = open(new CachedStore({ folder, hotExamples: 2 }));
    store.batchAdd(EXAMPLES);
    const [first, second] = store.batchGet([0, 1]);
    expect(store.get(0)).toBe(first);
    store.get(2);
    expect(store.get(0)).toBe(first);
    expect(store.get(1)).not.toBe(second);
  });

  it('may keep none in memory', () => {
    const store = open(new CachedStore({ folder, hotExamples: 0 }));
    store.batchAdd(EXAMPLES);
    expect(store.batchGet([3, 3])).toStrictEqual([EXAMPLES[3], EXAMPLES[3]]);
  });
});

describe('the SQLite store', () => {
  it('is of no use once it is closed', async () => {
    const store = new SqliteStore();
    store.add(EXAMPLES[0] as StoredExample);
    store.close();
    store.close();
    const closed = expect.objectContaining({ code: 'DISPOSED', argument: 'store' }) as Error;
    expect(() => store.add(EXAMPLES[0] as StoredExample)).toThrow(closed);
    expect(() => store.get(0)).toThrow(closed);
    expect(() => store.reset()).toThrow(closed);
    await expect(store.save(folder)).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  it('has what its file holds when it is opened again', () => {
    const file = join(folder, 'kept.sqlite');
    const store = new SqliteStore({ file });
    store.batchAdd(EXAMPLES);
    store.close();
    expect(open(new SqliteStore({ file })).batchGet([0, 1, 2, 3])).toStrictEqual(EXAMPLES);
  });

  it('refuses a file that is no database of examples', async () => {
    const file = join(folder, 'other');
    await writeFile(file, 'this is no database, but long enough to be taken for one'.repeat(50));
    const refused = expect.objectContaining({ code: 'FILE_DAMAGED', argument: file }) as Error;
    expect(() => new SqliteStore({ file })).toThrow(refused);
    await rm(file);
    const database = new Database(file);
    database.exec('CREATE TABLE examples (name TEXT)');
    database.close();
    expect(() => new SqliteStore({ file })).toThrow(refused);
  });

  it('refuses a database with holes', () => {
    const file = join(folder, 'holes.sqlite');
    const store = new SqliteStore({ file });
    store.batchAdd(EXAMPLES);
    store.close();
    const database = new Database(file);
    database.exec('DELETE FROM examples WHERE id = 1');
    database.close();
    expect(() => new SqliteStore({ file })).toThrow(expect.objectContaining({ code: 'FILE_DAMAGED' }));
  });
});

it('makes a store by its name', () => {
  expect(open(makeStore('Cached')).kind).toBe('cached');
  expect(() => makeStore('redis')).toThrow(expect.objectContaining({ code: 'UNKNOWN_NAME', argument: 'store' }));
});
