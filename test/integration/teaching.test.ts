/**
 * Groups, teaching, versions and suggestions, with the real encoder, SQLite, HNSW and TF.js. Killed six times here; `SEMBLANCE_KILLS=20` asks
 * for more.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import type { ServiceClient } from '../../src/contract/contract.ts';
import { indexFolders, openLibrary, runCommand, startCommand, temporaryFolder } from '../fixtures/library.ts';
import { writeKinds } from '../fixtures/kinds.ts';
import { mulberry32 } from '../fixtures/pictures.ts';
import { idle, until } from '../fixtures/teaching.ts';

const EACH = 14;
/** Random moments, of three commands in turn. */
const KILLS = Number(process.env['SEMBLANCE_KILLS'] ?? 6);
/** Members of each group; the rest are what is to be found. */
const LABELLED = 9;

interface Taught {
  readonly client: ServiceClient;
  readonly library: string;
  readonly photos: string;
  close(): Promise<void>;
}

/** Where the library is made, kept, and copied to: a catalog holds whole paths, so that each test has its copy at the same place. */
const folder = await mkdtemp(join(tmpdir(), 'semblance-teaching-'));
const [kept, used] = [join(folder, 'kept'), join(folder, 'used')];
const [photos, library] = [join(used, 'photos'), join(used, 'library')];
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A library of four kinds of pictures, and a group of each: made once, and as it was made for each test. */
async function groupedLibrary(): Promise<Taught> {
  if (!existsSync(kept)) {
    await makeGroupedLibrary();
    await rename(used, kept);
  }
  await rm(used, { recursive: true, force: true });
  await cp(kept, used, { recursive: true, preserveTimestamps: true });
  const { service, client } = await openLibrary(library);
  await service.settled();
  return { client, library, photos, close: () => service.close() };
}

async function makeGroupedLibrary(): Promise<void> {
  const kinds = await writeKinds(photos, EACH);
  const { service, client } = await openLibrary(library);
  await indexFolders(client, photos);
  await service.settled();
  for (const kind of kinds) {
    const paths = Array.from({ length: LABELLED }, (_, i) => join(photos, kind, `${i}.jpg`));
    const ids = await client.pictures.at({ paths });
    expect(ids).not.toContain(null);
    await client.groups.create({ name: kind, pictures: ids.map((id) => id ?? 0) });
  }
  await service.close();
}

/** What every picture finds, with scores to the last bit. */
async function allResults(client: ServiceClient): Promise<unknown> {
  const pictures = await client.pictures.at({ paths: [] });
  expect(pictures).toEqual([]);
  const results: unknown[] = [];
  for (let id = 1; id <= 4 * EACH; id++) {
    const { neighbors } = await client.search.similar({ examples: [{ kind: 'picture', id }], k: 15 });
    results.push(neighbors.map((neighbor) => [neighbor.id, neighbor.score]));
  }
  return results;
}

/** Teaches, and uses what came of it whether it was better or not. Gives the version's id. */
async function teachAndUse(client: ServiceClient): Promise<string> {
  const { model, verdict } = await until(client, 'taught', () => client.teach.start({}));
  if (verdict?.activate === true) await until(client, 'swapped', () => Promise.resolve());
  else {
    await idle(client);
    await until(client, 'swapped', () => client.models.use({ id: model }));
  }
  await idle(client);
  return model;
}

test('teaches from groups, goes back bit for bit, and comes forward again after a restart', async () => {
  const opened = await groupedLibrary();
  const { client, library } = opened;
  const before = await allResults(client);
  const base = (await client.models.list()).at(-1);
  expect(base).toMatchObject({ kind: 'base', active: true });

  const model = await teachAndUse(client);
  const taught = await allResults(client);
  expect(taught).not.toEqual(before);
  const [version] = await client.models.list();
  expect(version).toMatchObject({ id: model, kind: 'head', active: true, usable: true });
  expect(version?.evaluation?.queries).toBe(4 * LABELLED);
  expect(version?.evaluation?.examples.length).toBeGreaterThan(0);
  expect(version?.groups.map(({ pictures }) => pictures)).toEqual([LABELLED, LABELLED, LABELLED, LABELLED]);

  await until(client, 'swapped', () => client.models.use({ id: base?.id ?? '' }));
  expect(await allResults(client)).toEqual(before);
  await idle(client);
  await until(client, 'swapped', () => client.models.use({ id: model }));
  expect(await allResults(client)).toEqual(taught);
  await opened.close();

  const again = await openLibrary(library);
  expect((await again.client.status()).model.id).toBe(model);
  expect(await allResults(again.client)).toEqual(taught);
  expect(await again.client.verify({})).toMatchObject({ ok: true });
  await expect(again.client.models.remove({ id: model })).rejects.toMatchObject({ code: 'MODEL_IN_USE' });

  // what knows fewer groups than what answers does not take its place unasked
  const ids = (await again.client.groups.list()).map(({ id }) => id);
  expect(await again.client.teach.readiness()).toMatchObject({ changedSince: 0 });
  const fewer = await until(again.client, 'taught', () => again.client.teach.start({ groups: ids.slice(0, 2) }));
  if (fewer.verdict?.reason === 'BETTER') expect(fewer.verdict.sentence).toMatch(/also knows \w+, \w+, which this was/);
  expect(fewer.verdict?.activate).toBe(false);
});

test('a group that is alone learns from what is refused for it', async () => {
  const { client, photos } = await groupedLibrary();
  const [own, ...others] = await client.groups.list();
  for (const { id } of others) await client.groups.remove({ id });
  const id = own?.id ?? 0;
  const alone = await client.groups.suggest({ id, k: 50 });
  expect(alone).toMatchObject({ threshold: null, sentence: expect.stringMatching(/these are the nearest/) as string });
  expect(new Set(alone.suggestions.map(({ probability }) => probability))).toEqual(new Set([0.5]));
  // one of each other kind is refused, and two that are near
  const paths = others.map(({ name }) => join(photos, name, '0.jpg'));
  const strange = (await client.pictures.at({ paths })).map((picture) => picture ?? 0);
  const near = alone.suggestions.filter(({ path }) => !path.includes(`/${own?.name ?? ''}/`)).slice(0, 2);
  await client.groups.label({ id, pictures: [...strange, ...near.map((one) => one.id)], verdict: 'out' });
  const told = await client.groups.suggest({ id, k: 50 });
  expect(new Set(told.suggestions.map(({ probability }) => probability)).size).toBeGreaterThan(1);
});

test('suggests the rest of each group, remembers what was refused, and asks what would teach most', async () => {
  const { client } = await groupedLibrary();
  await teachAndUse(client);
  const groups = await client.groups.list();
  let [right, all] = [0, 0];
  for (const { id, name } of groups) {
    const { suggestions } = await client.groups.suggest({ id, k: 50 });
    all += suggestions.length;
    right += suggestions.filter(({ path }) => path.includes(`/${name}/`)).length;
  }
  expect(all).toBeGreaterThan(8);
  expect(right / all).toBeGreaterThan(0.8);

  for (const { id } of groups) {
    const [first] = (await client.groups.suggest({ id, k: 50 })).suggestions;
    if (!first) continue;
    await client.groups.label({ id, pictures: [first.id], verdict: 'out' });
    const { suggestions } = await client.groups.suggest({ id, k: 50 });
    expect(suggestions.map((suggestion) => suggestion.id)).not.toContain(first.id);
  }
  const questions = await client.groups.suggestNext({ k: 5 });
  expect(questions.length).toBeGreaterThan(0);
  expect(questions.every(({ candidates }) => candidates.length > 0)).toBe(true);

  const { group } = await client.groups.create({ name: 'New', pictures: [1] });
  const found = await client.groups.suggest({ id: group?.id ?? 0 });
  expect(found).toMatchObject({ threshold: null, sentence: expect.stringMatching(/too few/) as string });
  expect(found.suggestions.length).toBeGreaterThan(0);
});

test('a search can be seen as a teaching would make it, and follows each label', async () => {
  const { client, photos } = await groupedLibrary();
  const paths = [EACH - 1, EACH - 2].map((i) => join(photos, 'rings', `${i}.jpg`));
  const [first, second] = await client.pictures.at({ paths });
  const asked = { examples: [{ kind: 'picture' as const, id: first ?? 0 }], k: 12 };
  const untaught = await client.search.similar(asked);
  const preview = await client.search.similar({ ...asked, preview: true });
  const results = (result: typeof preview) => result.neighbors.map(({ id, score }) => [id, score]);
  expect(results(preview)).not.toEqual(results(untaught));
  expect(results(await client.search.similar({ ...asked, preview: true }))).toEqual(results(preview));
  expect(preview.neighbors.map(({ score }) => score)).toEqual(
    preview.neighbors.map(({ score }) => score).sort((a, b) => b - a),
  );
  const [{ id: group } = { id: 0 }, ...others] = await client.groups.list();
  await client.groups.label({ id: group, pictures: [second ?? 0], verdict: 'in' });
  expect(results(await client.search.similar({ ...asked, preview: true }))).not.toEqual(results(preview));
  // nothing of it stays
  expect(results(await client.search.similar(asked))).toEqual(results(untaught));
  for (const { id } of others) await client.groups.remove({ id });
  await expect(client.search.similar({ ...asked, preview: true })).rejects.toMatchObject({
    code: 'TEACHING_IMPOSSIBLE',
  });
});

test('says why where there is nothing to teach, does one thing at a time, and can be cancelled', async () => {
  const { client } = await groupedLibrary();
  const [first] = await client.groups.list();
  await expect(client.teach.start({ groups: [first?.id ?? 0] })).rejects.toMatchObject({
    code: 'TEACHING_IMPOSSIBLE',
    message: expect.stringMatching(/only group/) as string,
  });
  await expect(client.teach.start({ groups: [99] })).rejects.toMatchObject({ code: 'GROUP_UNKNOWN' });
  expect(await client.teach.readiness()).toMatchObject({ ready: true, groups: 4, labelled: 4 * LABELLED });
  const ended = await until(client, 'ended', async () => {
    await client.teach.start({});
    await client.teach.pause();
    await expect(client.teach.start({})).rejects.toMatchObject({ code: 'TEACHING_BUSY' });
    await client.teach.cancel();
  });
  expect(ended).toMatchObject({ what: 'teaching', code: null });
  expect(await client.models.list()).toHaveLength(1);
});

/** A model file with other fields, and a checksum that is right. */
function resummed(text: string, changes: Readonly<Record<string, unknown>>): string {
  const { sha256: _, ...rest } = { ...(JSON.parse(text) as Record<string, unknown>), ...changes };
  return JSON.stringify({ ...rest, sha256: createHash('sha256').update(JSON.stringify(rest)).digest('hex') });
}

test('a version goes to another library as a file, and a damaged file is refused', async () => {
  const { client, library } = await groupedLibrary();
  const model = await teachAndUse(client);
  const file = join(library, '..', 'model.json');
  await client.models.exportTo({ id: model, path: file });
  await expect(client.models.exportTo({ id: model, path: join(library, 'none', 'model.json') })).rejects.toMatchObject({
    code: 'FOLDER_MISSING',
  });
  const other = await openLibrary(join(library, '..', 'other'));
  const imported = await other.client.models.importFrom({ path: file });
  expect(imported).toMatchObject({ kind: 'imported', active: false, usable: true });
  expect(imported.recipe).toContain('in another library');
  // it was taught elsewhere: nothing has changed since here
  expect(await other.client.teach.readiness()).toMatchObject({ changedSince: null });
  await until(other.client, 'swapped', () => other.client.models.use({ id: imported.id }));
  const text = await readFile(file, 'utf8');
  for (const damaged of [text.slice(0, -40), text.replace('"seed":1', '"seed":2'), '{}', '']) {
    await writeFile(file, damaged);
    await expect(other.client.models.importFrom({ path: file })).rejects.toMatchObject({ code: 'MODEL_FILE_DAMAGED' });
  }
  await writeFile(file, resummed(text, { base: 'projection-of-another' }));
  await expect(other.client.models.importFrom({ path: file })).rejects.toMatchObject({
    code: 'MODEL_OF_OTHER_ENCODER',
  });
});

test('pictures that are indexed while a version answers are found by it, and by the one before', async () => {
  const { client, photos } = await groupedLibrary();
  await teachAndUse(client);
  await writeKinds(photos, EACH + 1);
  const { indexed } = await indexFolders(client);
  expect(indexed).toBeGreaterThanOrEqual(4);
  const base = (await client.models.list()).at(-1)?.id ?? '';
  await until(client, 'swapped', () => client.models.use({ id: base }));
  expect(await client.verify({})).toMatchObject({ ok: true, pictures: 4 * EACH + 4, vectors: 4 * EACH + 4 });
});

test('pictures that are indexed while a version is being activated are in it', async () => {
  const { client, photos } = await groupedLibrary();
  const model = await teachAndUse(client);
  const base = (await client.models.list()).at(-1)?.id ?? '';
  await until(client, 'swapped', () => client.models.use({ id: base }));
  await idle(client);
  await writeKinds(photos, EACH + 3);
  const [{ indexed }] = await Promise.all([
    indexFolders(client),
    until(client, 'swapped', () => client.models.use({ id: model })),
  ]);
  // those that were written anew are read again, too
  expect(indexed).toBeGreaterThanOrEqual(12);
  await idle(client);
  expect((await client.status()).model.id).toBe(model);
  expect(await client.verify({})).toMatchObject({ ok: true, pictures: 4 * (EACH + 3), vectors: 4 * (EACH + 3) });
});

test(`killed at ${KILLS} random moments of teaching and activation, the library has one whole version and every label`, async () => {
  const opened = await groupedLibrary();
  const { client, library } = opened;
  const model = await teachAndUse(client);
  const base = (await client.models.list()).at(-1)?.id ?? '';
  const labels = await Promise.all((await client.groups.list()).map(({ id }) => client.groups.pictures({ id })));
  await opened.close();
  const random = mulberry32(7);
  for (let moment = 0; moment < KILLS; moment++) {
    const command = moment % 3 === 0 ? ['teach'] : ['models', 'use', moment % 3 === 1 ? base : model];
    const { child, result } = startCommand(...command, '--library', library);
    await delay(500 + random() * 1500);
    child.kill('SIGKILL');
    await result;
  }
  const after = await openLibrary(library);
  const versions = await after.client.models.list();
  expect(versions.filter(({ active }) => active)).toHaveLength(1);
  expect(await after.client.verify({})).toMatchObject({ ok: true, pictures: 4 * EACH });
  const kept = await Promise.all(
    (await after.client.groups.list()).map(({ id }) => after.client.groups.pictures({ id })),
  );
  expect(kept).toEqual(labels);
  await allResults(after.client);
});

test('groups and teaching from the command line', async () => {
  const root = await temporaryFolder();
  const [photos, library] = [join(root, 'photos'), join(root, 'library')];
  await writeKinds(photos, 8);
  const run = (...args: string[]) => runCommand(...args, '--library', library, '--json');
  expect(await run('index', photos)).toMatchObject({ code: 0 });
  const made = await run('label', '--from-folders', photos);
  expect(
    made.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual(['bars', 'circles', 'lines', 'rings'].map((group) => ({ group, photos: 8 })));
  const photo = join(photos, 'bars', '0.jpg');
  expect(JSON.parse((await run('unlabel', 'bars', photo)).stdout)).toEqual({ group: 'bars', photos: 7 });
  expect(JSON.parse((await run('label', 'Bars', photo)).stdout)).toEqual({ group: 'bars', photos: 8 });
  expect(await run('label', 'bars', join(root, 'nowhere.jpg'))).toMatchObject({ code: 1 });
  const taught = await run('teach', '--seed', '3');
  expect(taught.code).toBe(0);
  expect(JSON.parse(taught.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
    type: 'teach',
    classes: 4,
    labelled: 32,
    heldOut: 32,
  });
  const evaluated = await run('evaluate', '--labels', 'groups');
  expect(JSON.parse(evaluated.stdout)).toMatchObject({ pictures: 32, classes: 4 });
  expect(await run('suggest', 'nothing')).toMatchObject({ code: 1 });
});

test('the same pictures and labels teach the same, in whatever order they were indexed', async () => {
  const root = await temporaryFolder();
  const photos = join(root, 'photos');
  const kinds = await writeKinds(photos, LABELLED);
  const taught: unknown[] = [];
  for (const direction of [1, -1]) {
    // the newest are indexed first
    for (const kind of kinds) {
      for (let i = 0; i < LABELLED; i++) await utimes(join(photos, kind, `${i}.jpg`), 0, 1e9 + direction * 1000 * i);
    }
    const { client } = await openLibrary(join(root, `library ${direction}`));
    await indexFolders(client, photos);
    for (const kind of kinds) {
      const paths = Array.from({ length: LABELLED }, (_, i) => join(photos, kind, `${i}.jpg`));
      await client.groups.create({ name: kind, pictures: (await client.pictures.at({ paths })).map((id) => id ?? 0) });
    }
    const { evaluation } = await until(client, 'taught', () =>
      client.teach.start({ seed: 3, loss: 'soft_nn_loss', steps: 20 }),
    );
    const [version] = await client.models.list();
    expect(version?.curves?.training[0]?.loss).toBeGreaterThan(0);
    taught.push([evaluation?.p1, evaluation?.map10, version?.curves]);
  }
  expect(taught[1]).toEqual(taught[0]);
});
