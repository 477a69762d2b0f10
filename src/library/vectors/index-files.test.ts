import { mkdtemp, rm, writeFile } from 'node:fs/promises';
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
  await writeFile(join(folder, 'manifest.json'), 'no manifest');
  expect(await loadIndex(folder, MODEL, DIMENSIONS)).toBeNull();
});
