/** A deep teaching through the service: from labels to a version that answers, and back, in a real library. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { TrainDevice } from '../../src/compute/devices/device.ts';
import { listDevices } from '../../src/compute/devices/list-devices.ts';
import type { ServiceClient } from '../../src/contract/contract.ts';
import { installOwn, switchTo } from '../fixtures/encoders.ts';
import { writeKinds } from '../fixtures/kinds.ts';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { writeDrawings } from '../fixtures/pictures.ts';
import { softwareGpu } from '../fixtures/software-gpu.ts';
import { idle, until } from '../fixtures/teaching.ts';

// a GPU made of software needs ten seconds for a step where other work is going on
vi.setConfig({ testTimeout: 600_000 });

/** Pictures of each of four kinds. */
const EACH = 5;
const ALL = 4 * EACH;

/** A GPU made of software where there is one, as a real one would be used; else WASM. */
async function gpu(): Promise<readonly TrainDevice[]> {
  const env = softwareGpu();
  const { training } = await listDevices(env === null ? {} : { env });
  const found = training.find(({ kind }) => kind === 'webgpu') ?? training[0];
  if (found === undefined) throw new Error('nothing trains here');
  console.log(`taught on ${found.name}`);
  return [found];
}

async function wasm(): Promise<readonly TrainDevice[]> {
  return (await listDevices()).training.filter(({ kind }) => kind === 'wasm');
}

/** TensorFlow.js in plain JavaScript: a second for a picture of a step. */
function plain(): Promise<readonly TrainDevice[]> {
  return Promise.resolve([{ id: 'cpu', kind: 'cpu', name: 'CPU (JavaScript)', adapter: null }]);
}

/**
 * A library of four kinds of pictures, with two groups.
 *
 * @param members of each group, up to four. Each is in every step, and steps on a slow device take seconds a picture
 */
async function labelledLibrary(training: () => Promise<readonly TrainDevice[]>, members: number) {
  const root = await temporaryFolder();
  const [photos, library] = [join(root, 'photos'), join(root, 'library')];
  const kinds = await writeKinds(photos, EACH);
  const { client, service } = await openLibrary(library, { training });
  await indexFolders(client, photos);
  await service.settled();
  // across the kinds, which the encoder tells apart without being taught
  for (const group of [0, 1]) {
    const paths = kinds.slice(0, members).map((kind) => join(photos, kind, `${group}.jpg`));
    const pictures = (await client.pictures.at({ paths })).map((id) => id ?? 0);
    await client.groups.create({ name: `group ${group}`, pictures });
  }
  const [untaught] = await client.models.list();
  return { root, photos, library, kinds, client, service, untaught: untaught?.id ?? '' };
}

type Labelled = Awaited<ReturnType<typeof labelledLibrary>>;

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

/** Teaches the last layers for one step, and uses what came of it. Gives what every picture finds before and after. */
async function taughtDeeply({ client, service }: Labelled) {
  const before = await allResults(client);
  const { model, verdict } = await until(client, 'taught', () => client.teach.start({ method: 'deep', steps: 1 }));
  await idle(client);
  expect(verdict).toMatchObject({ activate: false, reason: 'TOO_FEW' });
  expect(await allResults(client)).toEqual(before);
  const version = (await client.models.list()).find(({ id }) => id === model);
  expect(version).toMatchObject({ kind: 'deep', active: false, usable: true });
  expect(version?.recipe).toContain('last block of the encoder, 1 step');
  const losses = version?.curves?.training.map(({ loss }) => loss) ?? [];
  expect(losses).toHaveLength(1);
  expect(losses.every(Number.isFinite)).toBe(true);

  await use(client, model);
  expect(await client.status()).toMatchObject({ vectors: ALL, model: { id: model } });
  await service.settled();
  const after = await allResults(client);
  expect(after).not.toEqual(before);
  expect(await client.verify({})).toMatchObject({ ok: true, missing: 0, stale: 0 });
  return { model, before, after };
}

test('the last layers are taught on the processor, without WebAssembly', async () => {
  await taughtDeeply(await labelledLibrary(plain, 2));
});

test('the last layers are taught on a GPU, all is encoded anew, swapped, and goes back bit for bit', async () => {
  const labelled = await labelledLibrary(gpu, 2);
  const { library, client, service, untaught } = labelled;
  const { model, before, after } = await taughtDeeply(labelled);
  await expect(client.models.remove({ id: model })).rejects.toMatchObject({ code: 'MODEL_IN_USE' });

  await use(client, untaught);
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
});

test('what cannot be read is left out, and versions of other encoders are a choice like any other', async () => {
  const { root, photos, library, client, service, untaught } = await labelledLibrary(wasm, 3);
  const teach = (seed: number) =>
    until(client, 'taught', () => client.teach.start({ method: 'deep', steps: 1, seed })).then(async (taught) => {
      await idle(client);
      return taught;
    });
  const gone = join(photos, 'bars', '0.jpg');
  await rename(gone, `${gone}.gone`);
  // by another seed: the one picture need not have been in the one step
  const less = await teach(2);
  await rename(`${gone}.gone`, gone);
  expect(less.notices[0]).toBe('1 of 6 labelled pictures was left out: not there now, or not to be read.');

  const first = await teach(1);
  expect(first.notices).toHaveLength(1);
  await use(client, first.model);
  // where a tuned encoder answers it begins with the built-in one again, and is compared with that
  const second = await teach(1);
  expect(second.evaluation).toEqual(first.evaluation);
  const both = (await client.models.list()).filter(({ id }) => [first.model, second.model].includes(id));
  const [encoder = '', other] = both.map((version) => version.encoder);
  expect(other).toBe(encoder);
  await use(client, second.model);

  await switchTo(client, await installOwn(client, root));
  expect((await client.models.list()).find(({ id }) => id === first.model)).toMatchObject({ usable: true });
  await use(client, first.model);
  expect(await client.status()).toMatchObject({ encoder: encoder.slice(0, 'tuned-'.length + 8) });

  // its encoder goes with it to another library, and is the same there
  const file = join(root, 'model.json');
  const elsewhere = await openLibrary(join(root, 'other'), { training: wasm });
  await client.models.exportTo({ id: first.model, path: file });
  const imported = await elsewhere.client.models.importFrom({ path: file });
  expect(imported).toMatchObject({ kind: 'imported', encoder, usable: true });
  await use(elsewhere.client, imported.id);
  expect((await elsewhere.client.status()).encoder).toBe((await client.status()).encoder);
  await writeFile(file, (await readFile(file, 'utf8')).replace('"tuned":', '"other":'));
  await expect(client.models.importFrom({ path: file })).rejects.toMatchObject({ code: 'MODEL_FILE_DAMAGED' });

  // and with all that was made
  const all = join(root, 'made.json');
  expect(await client.library.exportTo({ path: all })).toMatchObject({ models: 3, left: 0 });
  const third = await openLibrary(join(root, 'third'), { training: wasm });
  expect(await third.client.library.importFrom({ path: all })).toMatchObject({ groups: 2, models: 3 });
  expect((await third.client.models.list())[0]).toMatchObject({ kind: 'imported', encoder, usable: true });
  // one encoder, however many versions it has; where it was lost it comes back with the same file
  const { encoders } = JSON.parse(await readFile(all, 'utf8')) as { encoders: { id: string }[] };
  expect(encoders.filter(({ id }) => id === encoder)).toHaveLength(1);
  await third.service.close();
  await rm(join(third.service.paths.models, encoder.slice(0, 'tuned-'.length + 8)), { recursive: true });
  const lost = await openLibrary(join(root, 'third'), { training: wasm });
  const usable = async () => (await lost.client.models.list()).map((version) => version.usable);
  expect(await usable()).toContain(false);
  await lost.client.library.importFrom({ path: all });
  expect(await usable()).not.toContain(false);

  await use(client, untaught);
  // closed while it is brought into use: it goes on at the next start, and brings the version with it
  await client.models.use({ id: first.model });
  await service.close();
  const { client: again } = await openLibrary(library, { training: wasm });
  await vi.waitFor(async () => expect((await again.status()).model.id).toBe(first.model), 30_000);
  await idle(again);
  await use(again, untaught);

  const stored = async () => {
    const found = (await again.encoders.list()).find(({ id }) => encoder.startsWith(id));
    return found?.featuresStored.pictures;
  };
  await again.models.remove({ id: first.model });
  expect(await stored()).toBe(ALL);
  await again.models.remove({ id: second.model });
  expect(await stored()).toBe(0);

  // broken off when the encoder is there already, and its version is not
  const installed = (await again.encoders.list()).length;
  await until(again, 'ended', async () => {
    await again.teach.start({ method: 'deep', steps: 1, seed: 7 });
    for await (const event of await again.teach.watch()) {
      if (event.type === 'progress' && event.state === 'evaluating') break;
    }
    await again.teach.cancel();
  });
  expect(await again.encoders.list()).toHaveLength(installed);
});

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
