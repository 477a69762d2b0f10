/** A deep teaching through the service: from labels to a version that answers, and back, in a real library. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TrainDevice } from '../../src/compute/devices/device.ts';
import { listDevices } from '../../src/compute/devices/list-devices.ts';
import type { ServiceClient } from '../../src/contract/contract.ts';
import { installOwn, switchTo } from '../fixtures/encoders.ts';
import { writeKinds } from '../fixtures/kinds.ts';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { writeDrawings } from '../fixtures/pictures.ts';
import { softwareGpu } from '../fixtures/software-gpu.ts';
import { idle, until } from '../fixtures/teaching.ts';

/** Pictures of each of four kinds. */
const EACH = 5;
const ALL = 4 * EACH;

/** A GPU made of software where there is one, as a real one would be used; else WASM. */
async function devices(): Promise<readonly TrainDevice[]> {
  const env = softwareGpu();
  const { training } = await listDevices(env === null ? {} : { env });
  const found = training.find(({ kind }) => kind === 'webgpu') ?? training[0];
  if (found === undefined) throw new Error('nothing trains here');
  console.log(`taught on ${found.name}`);
  return [found];
}

/** The processor. */
async function wasm(): Promise<readonly TrainDevice[]> {
  return (await listDevices()).training.filter(({ kind }) => kind === 'wasm');
}

async function allResults(client: ServiceClient): Promise<unknown[]> {
  const results: unknown[] = [];
  for (let id = 1; id <= ALL; id++) {
    const { neighbors } = await client.search.similar({ examples: [{ kind: 'picture', id }], k: 10 });
    results.push(neighbors.map((neighbor) => [neighbor.id, neighbor.score]));
  }
  return results;
}

async function use(client: ServiceClient, id: string): Promise<void> {
  await until(client, 'swapped', () => client.models.use({ id }));
  await idle(client);
}

// a GPU made of software needs ten seconds for a step where other work is going on
test(
  'the last layers of the encoder are taught, the library is encoded anew, swapped, and goes back bit for bit',
  { timeout: 600_000 },
  async () => {
    const root = await temporaryFolder();
    const [photos, library] = [join(root, 'photos'), join(root, 'library')];
    const kinds = await writeKinds(photos, EACH);
    const training = devices;
    const { client, service } = await openLibrary(library, { training });
    await indexFolders(client, photos);
    await service.settled();
    // across the kinds, which the encoder tells apart without being taught
    for (const group of [0, 1]) {
      const paths = kinds.map((kind) => join(photos, kind, `${group}.jpg`));
      const pictures = (await client.pictures.at({ paths })).map((id) => id ?? 0);
      await client.groups.create({ name: `group ${group}`, pictures });
    }
    const before = await allResults(client);
    const [untaught] = await client.models.list();
    const { model, verdict } = await until(client, 'taught', () => client.teach.start({ method: 'deep', steps: 2 }));
    await idle(client);
    expect(verdict).toMatchObject({ activate: false, reason: 'TOO_FEW' });
    expect(await allResults(client)).toEqual(before);
    const version = (await client.models.list()).find(({ id }) => id === model);
    expect(version).toMatchObject({ kind: 'deep', active: false, usable: true });
    expect(version?.recipe).toContain('last block of the encoder, 2 steps');
    const losses = version?.curves?.training.map(({ loss }) => loss) ?? [];
    expect(losses).toHaveLength(2);
    expect(losses.every(Number.isFinite)).toBe(true);

    await use(client, model);
    expect(await client.status()).toMatchObject({ vectors: ALL, model: { id: model } });
    await service.settled();
    const after = await allResults(client);
    expect(after).not.toEqual(before);
    expect(await client.verify({})).toMatchObject({ ok: true, missing: 0, stale: 0 });
    await expect(client.models.remove({ id: model })).rejects.toMatchObject({ code: 'MODEL_IN_USE' });

    await use(client, untaught?.id ?? '');
    await service.settled();
    expect(await client.status()).toMatchObject({ encoder: 'builtin' });
    expect(await allResults(client)).toEqual(before);
    await use(client, model);
    await service.settled();
    expect(await allResults(client)).toEqual(after);
    const { encoder } = await client.status();
    await service.close();

    const again = await openLibrary(library);
    expect(await allResults(again.client)).toEqual(after);
    // a damaged encoder leaves the one before it answering
    await again.service.close();
    await writeFile(join(again.service.paths.models, encoder, 'model.prepared.onnx'), 'no model');
    const damaged = await openLibrary(library);
    expect(await damaged.client.status()).toMatchObject({ encoder: 'builtin' });
    expect(await allResults(damaged.client)).toEqual(before);
    // the version of an encoder that does not answer can go
    await damaged.client.models.remove({ id: model });
    expect(await damaged.client.models.list()).toHaveLength(1);
  },
);

test('what it would take is measured, and said where it cannot be', async () => {
  const root = await temporaryFolder();
  const { client } = await openLibrary(join(root, 'library'), { training: wasm });
  const paths = await writeDrawings(join(root, 'photos'), 4);
  await indexFolders(client, join(root, 'photos'));
  const pictures = (await client.pictures.at({ paths })).map((id) => id ?? 0);
  for (const [i, name] of ['one', 'two'].entries()) {
    await client.groups.create({ name, pictures: pictures.slice(2 * i, 2 * i + 2) });
  }
  const [few, more] = [
    await client.teach.estimateDeep({ method: 'deep', steps: 2 }),
    await client.teach.estimateDeep({ method: 'deep', steps: 20 }),
  ];
  expect(few).toMatchObject({ possible: true, pictures: 4 });
  expect(few.sentence).toContain('WebAssembly');
  expect(few.seconds).toBeGreaterThan(0);
  expect(more.seconds).toBeGreaterThan(few.seconds);
  await switchTo(client, await installOwn(client, root));
  expect(await client.teach.estimateDeep({ method: 'deep' })).toMatchObject({
    possible: false,
    sentence: expect.stringContaining('Switch to the built-in one') as string,
  });
});
