import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FeatureStore } from '../catalog/feature-store.ts';
import { CountedTask, PausableTask } from '../jobs/counted-task.ts';
import { IdSet } from './id-set.ts';
import { loadIndexOf, ModelVectors } from './model-vectors.ts';

const MODEL = { id: 'model', dimensions: 8 };

async function storeOf(count: number) {
  const folder = await mkdtemp(join(tmpdir(), 'semblance-vectors-'));
  const store = new FeatureStore(join(folder, 'features.sqlite'), 'encoder', MODEL.id);
  onTestFinished(async () => {
    store.close();
    await rm(folder, { recursive: true });
  });
  const rows = Array.from({ length: count }, (_, i) => {
    const angle = (Math.PI * i) / count;
    const vector = Float16Array.from({ length: 8 }, (__, j) => [Math.cos(angle), Math.sin(angle)][j] ?? 0);
    return { mediaId: i + 1, features: new Float16Array(4), vector, signature: new Uint8Array(4) };
  });
  store.put(rows);
  const open = (): Promise<ModelVectors> => {
    const present = new IdSet(rows.map(({ mediaId }) => mediaId));
    const known = { present, stored: store.vectorIds(), index: loadIndexOf(MODEL, folder) };
    return ModelVectors.open(store, MODEL, folder, known);
  };
  return { store, rows, open };
}

test('an index that is built waits where a person wants it to, holds nothing up, and goes on after a restart', async () => {
  const { store, rows, open } = await storeOf(400);
  const first = await open();
  const task = new PausableTask();
  task.expect(rows.length);
  const { promise: begun, resolve } = Promise.withResolvers<null>();
  const building = first.catchUp(async (inserted) => {
    if (first.indexed > 60) {
      task.pause();
      resolve(null);
    }
    await task.step(inserted);
  });
  await begun;
  expect(task.howFar()).toMatchObject({ total: 400, secondsLeft: null });
  const vector = Float16Array.of(0, 0, 1, 0, 0, 0, 0, 0);
  const added = { mediaId: 401, features: new Float16Array(4), vector, signature: new Uint8Array(4) };
  store.put([added]);
  await first.add([added]);
  const built = first.indexed;
  expect(built).toBeLessThan(100);
  const query = Float32Array.from(added.vector);
  expect(await first.search(query, 1, false)).toMatchObject({ neighbors: [{ id: 401 }], exact: true });
  await first.close(true);
  task.resume();
  await building;
  expect(first.complete).toBe(false);

  rows.push(added);
  const second = await open();
  expect(second).toMatchObject({ indexed: built, complete: false });
  await second.catchUp();
  expect(second).toMatchObject({ indexed: 401, complete: true });
  expect((await second.search(Float32Array.from(rows[200]?.vector ?? []), 1, false)).exact).toBe(false);
  await second.close(false);
});

test('cancelled, it keeps what it has, and can be built on', async () => {
  const { open } = await storeOf(200);
  const vectors = await open();
  const task = new CountedTask();
  const building = task.endsWith(vectors.catchUp((inserted) => task.step(inserted)));
  const cancelled = task.cancel();
  await expect(building).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
  await cancelled;
  await vectors.idle();
  expect(vectors.complete).toBe(false);
  expect(vectors.indexed).toBeGreaterThan(0);
  await vectors.catchUp();
  expect(vectors).toMatchObject({ indexed: 200, complete: true });
});
