/** A deep teaching from labels to a version that answers, and back, in a real library. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { TrainDevice } from '../../src/compute/devices/device.ts';
import { listDevices } from '../../src/compute/devices/list-devices.ts';
import { builtinModel } from '../../src/compute/encoder.ts';
import { ENCODER_SIDE } from '../../src/compute/preprocess.ts';
import { loadProjection, loadProjectionWeights } from '../../src/compute/projection.ts';
import type { DeepPictures, DeepResult } from '../../src/compute/training/deep/deep-task.ts';
import { deepTeach } from '../../src/compute/training/deep/deep-teacher.ts';
import type { ServiceClient } from '../../src/contract/contract.ts';
import { Catalog } from '../../src/library/catalog/catalog.ts';
import { keepDeepVersion } from '../../src/library/teach/keep-deep-version.ts';
import { encoderPixels } from '../../scripts/encoder/pictures.ts';
import { switchTo } from '../fixtures/encoders.ts';
import { writeKinds } from '../fixtures/kinds.ts';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { softwareGpu } from '../fixtures/software-gpu.ts';

/** Pictures of each of four kinds. */
const EACH = 4;
const ALL = 4 * EACH;

/** A GPU made of software where there is one, as a real one would be used; else WASM. */
async function device(): Promise<TrainDevice> {
  const env = softwareGpu();
  const { training } = await listDevices(env === null ? {} : { env });
  const found = training.find(({ kind }) => kind === 'webgpu') ?? training[0];
  if (found === undefined) throw new Error('nothing trains here');
  console.log(`taught on ${found.name}`);
  return found;
}

async function taught(paths: readonly string[]): Promise<DeepResult> {
  const { dimensions } = loadProjection();
  const kernel = new Float32Array(dimensions ** 2);
  for (let i = 0; i < dimensions; i++) kernel[i * (dimensions + 1)] = 1;
  const pixels = await Promise.all(paths.map((path) => encoderPixels(sharp(path))));
  const pictures = pixels.map((picture, i): DeepPictures => ({
    pixels: picture,
    // across the kinds, which the encoder tells apart without being taught
    labels: Int32Array.of(i % EACH),
    heldOut: new Uint8Array(1),
  }));
  const task = {
    encoder: new Uint8Array(await readFile(builtinModel().model.file)),
    side: ENCODER_SIDE,
    blocks: 1,
    projection: loadProjectionWeights(),
    head: { kernel, bias: null },
    dimensions,
    views: 1,
    steps: 3,
    learningRate: { encoder: 1e-4, head: 1e-3 },
    towardsStart: { encoder: 1, head: 1 },
    classesPerBatch: 4,
    examplesPerClassPerBatch: 2,
    seed: 1,
    heldOut: { every: 10, patience: 1 },
  };
  return deepTeach(task, pictures, { device: await device() });
}

async function allResults(client: ServiceClient): Promise<unknown[]> {
  const results: unknown[] = [];
  for (let id = 1; id <= ALL; id++) {
    const { neighbors } = await client.search.similar({ examples: [{ kind: 'picture', id }], k: 10 });
    results.push(neighbors.map((neighbor) => [neighbor.id, neighbor.score]));
  }
  return results;
}

test('a tuned encoder is a version: the library is encoded anew, swapped, and goes back bit for bit', async () => {
  const root = await temporaryFolder();
  const [photos, library] = [join(root, 'photos'), join(root, 'library')];
  const kinds = await writeKinds(photos, EACH);
  const paths = kinds.flatMap((kind) => Array.from({ length: EACH }, (_, i) => join(photos, kind, `${i}.jpg`)));
  const opened = await openLibrary(library);
  await indexFolders(opened.client, photos);
  await opened.service.settled();
  const before = await allResults(opened.client);
  const ids = (await opened.client.pictures.at({ paths })).map((id) => id ?? 0);
  await opened.service.close();

  const result = await taught(paths);
  expect(result.losses.at(-1)).toBeLessThan(result.losses[0] ?? 0);
  const catalog = new Catalog(opened.service.paths.catalog);
  const groups = kinds.map((_, label) => ({
    id: label,
    name: `group ${label}`,
    members: ids.filter((_id, i) => i % EACH === label),
    refused: [],
  }));
  const kept = await keepDeepVersion(catalog, opened.service.paths.models, {
    result,
    name: 'Taught deeply',
    recipe: 'last block, 3 steps, seed 1',
    seed: 1,
    groups,
  });
  catalog.close();

  const { client, service } = await openLibrary(library);
  // nothing answers differently before the library is encoded with it
  expect(await allResults(client)).toEqual(before);
  await switchTo(client, kept.encoder);
  expect(await client.status()).toMatchObject({ encoder: kept.encoder, vectors: ALL, model: { id: kept.version } });
  await service.settled();
  const after = await allResults(client);
  expect(after).not.toEqual(before);
  expect((await client.models.list()).find(({ id }) => id === kept.version)).toMatchObject({
    kind: 'deep',
    active: true,
    usable: true,
  });
  expect(await client.verify({})).toMatchObject({ ok: true, missing: 0, stale: 0 });

  await switchTo(client, 'builtin');
  await service.settled();
  expect(await allResults(client)).toEqual(before);
  await switchTo(client, kept.encoder);
  await service.settled();
  expect(await allResults(client)).toEqual(after);
  await service.close();

  const again = await openLibrary(library);
  expect(await allResults(again.client)).toEqual(after);
  // a damaged encoder leaves the one before it answering
  await again.service.close();
  await writeFile(join(again.service.paths.models, kept.encoder, 'model.prepared.onnx'), 'no model');
  const damaged = await openLibrary(library);
  expect(await damaged.client.status()).toMatchObject({ encoder: 'builtin' });
  expect(await allResults(damaged.client)).toEqual(before);
});
