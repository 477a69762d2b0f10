import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { createRandom } from '../../similarity/index.ts';
import { HnswIndex } from './hnsw-index.ts';
import { loadIndex, saveIndex } from './index-files.ts';
import { normalize } from './vector-index.ts';

const DIMENSIONS = 8;
const MODEL = 'model';
const IDS = 30;

const random = createRandom(1);
const vectors = Array.from({ length: IDS }, () =>
  normalize(Float32Array.from({ length: DIMENSIONS }, () => random.between(-1, 1))),
);

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'index-files-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** Turns a byte of the index file round, counted from its end where it is negative. */
async function damage(folder: string, at: number): Promise<{ mend(): Promise<void> }> {
  const name = (await readdir(folder)).find((entry) => entry.endsWith('.bin')) ?? '';
  const bytes = await readFile(join(folder, name));
  const place = at < 0 ? bytes.length + at : at;
  expect(place).toBeLessThan(bytes.length);
  const changed = Buffer.from(bytes);
  changed[place] = 255 - (changed[place] ?? 0);
  await writeFile(join(folder, name), changed);
  return { mend: () => writeFile(join(folder, name), bytes) };
}

/** What a search finds of everything. */
function found(index: HnswIndex): number[] {
  return vectors.flatMap((vector) => index.searchNow(vector, IDS).map(({ id }) => id));
}

test('an index is read as it was written, whatever was hidden, forgotten and added again', async () => {
  const folder = await temporary();
  // ids of pictures are above 0
  const step = fc.record({
    what: fc.constantFrom('add', 'hide', 'show', 'drop'),
    id: fc.integer({ min: 1, max: IDS }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const index = HnswIndex.empty(DIMENSIONS);
      for (const { what, id } of steps) {
        if (what === 'add') index.add(id, vectors[id - 1] ?? []);
        else index[what](id);
      }
      await saveIndex(folder, MODEL, index);
      const read = await loadIndex(folder, MODEL, DIMENSIONS);
      expect(read).not.toBeNull();
      expect(read?.size).toBe(index.size);
      expect(read && found(read)).toEqual(found(index));
    }),
    { numRuns: 15 },
  );
});

test('an index of another model, or whose file was changed, is none', async () => {
  const folder = await temporary();
  const index = HnswIndex.empty(DIMENSIONS);
  for (const [id, vector] of vectors.entries()) index.add(id, vector);
  await saveIndex(folder, MODEL, index);
  expect(await loadIndex(folder, 'other', DIMENSIONS)).toBeNull();
  expect(await loadIndex(folder, MODEL, DIMENSIONS + 1)).toBeNull();
  for (const at of [8, 200, 5_000, -3]) {
    const damaged = await damage(folder, at);
    expect(await loadIndex(folder, MODEL, DIMENSIONS), `byte ${at}`).toBeNull();
    await damaged.mend();
  }
  expect(await loadIndex(folder, MODEL, DIMENSIONS)).not.toBeNull();
  await writeFile(join(folder, 'manifest.json'), 'no manifest');
  expect(await loadIndex(folder, MODEL, DIMENSIONS)).toBeNull();
});

test('an index that was written with a SHA-256 is read, and not where its file was changed', async () => {
  const folder = await temporary();
  const index = HnswIndex.empty(DIMENSIONS);
  for (const [i, vector] of vectors.entries()) index.add(i + 1, vector);
  await saveIndex(folder, MODEL, index);
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as { file: string };
  const sha256 = createHash('sha256')
    .update(await readFile(join(folder, manifest.file)))
    .digest('hex');
  await writeFile(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, crc32: undefined, sha256 }));
  const read = await loadIndex(folder, MODEL, DIMENSIONS);
  expect(read && found(read)).toEqual(found(index));
  await damage(folder, 200);
  expect(await loadIndex(folder, MODEL, DIMENSIONS)).toBeNull();
});
