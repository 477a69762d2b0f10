import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EncodeDevice } from '../../src/compute/devices/device.ts';
import { leastCosine } from '../../src/compute/devices/trial.ts';
import { createEncoder } from '../../src/compute/encoder.ts';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { writeDrawings } from '../fixtures/pictures.ts';

const PICTURES = 60;

/** A process as a GPU's is one, though the processor does its work. */
const DEVICE: EncodeDevice = {
  id: 'gpu',
  kind: 'webgpu',
  name: 'GPU',
  driver: '',
  provider: { name: 'cpu', deviceId: 0 },
};

test('the compute worker is killed twice in the middle of an index run, and nothing is lost or doubled', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  const log = join(folder, 'log');
  await writeFile(log, '');
  const paths = await writeDrawings(photos, PICTURES);
  const notices: string[] = [];
  const encoder = await createEncoder({
    threads: 1,
    worker: new URL('./compute-faulty-worker.ts', import.meta.url),
    workerData: { faults: { log, of: {} } },
    devices: {
      list: () => Promise.resolve([DEVICE]),
      choice: DEVICE.id,
      onNotice: (sentence) => notices.push(sentence),
    },
  });
  await encoder.settled;
  expect(encoder.provider).toBe('GPU');

  // Kills whoever encodes now when so many pictures have been asked for.
  let asked = 0;
  const killAt = [10, 40];
  const calls: { pixels: Uint8Array; features: Promise<Float32Array> }[] = [];
  const killing = {
    ...encoder,
    async encode(pixels: Uint8Array): Promise<Float32Array> {
      const features = encoder.encode(pixels);
      calls.push({ pixels, features });
      asked += pixels.length / (3 * 224 * 224);
      const [next] = killAt;
      if (next !== undefined && asked >= next) {
        killAt.shift();
        for (const line of (await readFile(log, 'utf8')).split('\n'))
          if (line.startsWith('0 ')) kill(Number(line.slice(2)));
      }
      return features;
    },
  };
  const { client } = await openLibrary(join(folder, 'library'), { encoder: killing });
  const summary = await indexFolders(client, photos);
  expect(summary).toMatchObject({ found: PICTURES, indexed: PICTURES, failed: 0, error: null });
  expect(killAt).toEqual([]);
  expect(notices).toHaveLength(2);
  expect(encoder.provider).toBe('CPU, 1 thread');
  expect(await client.verify({})).toMatchObject({
    ok: true,
    pictures: PICTURES,
    vectors: PICTURES,
    missing: 0,
    stale: 0,
  });

  // Each picture was asked for once, has what an encoder that nobody killed makes of it, and is found by it.
  expect(asked).toBe(PICTURES);
  for (const { pixels, features } of calls) {
    expect(leastCosine(await features, await encoder.encode(pixels), encoder.featureSize)).toBeGreaterThan(0.9999);
  }
  for (const path of paths.slice(0, 20)) {
    const { neighbors } = await client.search.similar({ examples: [{ kind: 'file', path }], k: 1 });
    expect(neighbors[0]?.path).toBe(path);
  }
});

/** One that ended by itself is as dead. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    expect(error).toMatchObject({ code: 'ESRCH' });
  }
}
