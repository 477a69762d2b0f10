/** What a person made goes from one library to another by content hash, and back out by one undo. */
import { createHash } from 'node:crypto';
import { cp, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ServiceClient } from '../../src/contract/contract.ts';
import { packHead } from '../../src/library/teach/packed-head.ts';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { writeDrawings } from '../fixtures/pictures.ts';
import { Catalog } from '../../src/library/catalog/catalog.ts';

/** Groups as hashes, which mean the same in every library. */
async function said(client: ServiceClient): Promise<unknown> {
  const hashes = async (ids: readonly number[]): Promise<string[]> =>
    (await Promise.all(ids.map(async (id) => (await client.pictures.get({ id })).hash))).sort();
  const groups = await client.groups.list();
  return Promise.all(
    groups.map(async ({ id, name }) => {
      const { members, refused } = await client.groups.pictures({ id });
      return { name, members: await hashes(members), refused: await hashes(refused) };
    }),
  );
}

test('an export is merged into another library by content, is one change, and brings its versions', async () => {
  const root = await temporaryFolder();
  const [photos, there, file] = [join(root, 'photos'), join(root, 'elsewhere'), join(root, 'made.json')];
  const paths = await writeDrawings(photos, 6);
  const from = await openLibrary(join(root, 'from'));
  await indexFolders(from.client, photos);
  const ids = (await from.client.pictures.at({ paths })).map((id) => id ?? 0);
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = ids;
  const cats = await from.client.groups.create({ name: 'Cats', pictures: [a, b] });
  await from.client.groups.label({ id: cats.group?.id ?? 0, pictures: [c, d], verdict: 'out' });
  await from.client.groups.create({ name: 'Dögs, with “quotes”', pictures: [e, f] });
  const { encoder, model } = await from.client.status();
  await from.service.close();
  const catalog = new Catalog(join(root, 'from', 'catalog.sqlite'));
  catalog.models.put(version('taught-2026-01-01-0011aabb', encoder, model.id, 'head'));
  catalog.models.put(version('deep-2026-01-01-0011aabb', 'tuned-0011aabb-00112233', model.id, 'deep'));
  catalog.close();
  const reader = await openLibrary(join(root, 'from'), { access: 'read' });
  const wrote = await reader.client.library.exportTo({ path: file });
  expect(wrote).toMatchObject({ groups: 2, labels: 6, models: 1, left: 1 });
  const truth = await said(reader.client);

  // other names, another place, one picture less, and one group of the name that says otherwise
  await cp(photos, there, { recursive: true });
  await rename(join(there, '0001.jpg'), join(there, 'renamed.jpg'));
  await rename(join(there, '0005.jpg'), join(root, 'away.jpg'));
  const into = await openLibrary(join(root, 'into'));
  await indexFolders(into.client, there);
  const [third = 0] = (await into.client.pictures.at({ paths: [join(there, '0002.jpg')] })).map((id) => id ?? 0);
  await into.client.groups.create({ name: 'cats', pictures: [third] });
  const before = await said(into.client);
  const done = await into.client.library.importFrom({ path: file });
  // `c` is in here and refused there: it stays in
  expect(done).toMatchObject({ groups: 2, labels: 4, missing: 1, models: 1 });
  const again = await into.client.library.importFrom({ path: file });
  expect(again).toMatchObject({ labels: 0, models: 0 });
  await into.client.groups.undo({ change: again.change });
  expect((await into.client.groups.undo({ change: done.change })).description).toBe('Undid: Imported 2 groups');
  expect(await said(into.client)).toEqual(before);

  // when the picture has come, the same file says the rest
  await rename(join(root, 'away.jpg'), join(there, 'back.jpg'));
  await indexFolders(into.client, there);
  await into.client.groups.remove({ id: (await into.client.groups.list())[0]?.id ?? 0 });
  expect(await into.client.library.importFrom({ path: file })).toMatchObject({ labels: 6, missing: 0 });
  expect(await said(into.client)).toEqual(truth);
  expect((await into.client.models.list())[0]).toMatchObject({ id: 'taught-2026-01-01-0011aabb', kind: 'imported' });
});

test('decisions about duplicates, clusters kept apart and what is left out go along, by content and in words', async () => {
  const root = await temporaryFolder();
  const [photos, there, file] = [join(root, 'photos'), join(root, 'elsewhere'), join(root, 'made.json')];
  const paths = await writeDrawings(photos, 6);
  const from = await openLibrary(join(root, 'from'));
  await indexFolders(from.client, photos);
  const ids = (await from.client.pictures.at({ paths })).map((id) => id ?? 0);
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = ids;
  await from.client.explore.decideDuplicates({ pictures: [a, b], decision: 'not-duplicates' });
  await from.client.explore.keepPicture({ id: c });
  const undone = await from.client.explore.decideDuplicates({ pictures: [d, e], decision: 'keep-both' });
  await from.client.explore.undoDecision({ decision: undone.decision });
  const pattern = { kind: 'pattern', pattern: '*.pdf' } as const;
  await from.client.ignore.add({ rules: [pattern, { kind: 'file', path: join(photos, '0005.jpg') }] });
  await from.service.close();
  const catalog = new Catalog(join(root, 'from', 'catalog.sqlite'));
  for (const row of [cluster(1, 'Beach', [a]), cluster(2, 'Sea', [b])]) catalog.clusters.put(row);
  catalog.close();
  const reader = await openLibrary(join(root, 'from'), { access: 'read' });
  const wrote = await reader.client.library.exportTo({ path: file });
  expect(wrote).toMatchObject({ clusters: 2, decisions: 2, rules: 2 });
  const truth = await made(file);

  await cp(photos, there, { recursive: true });
  await rename(join(there, '0001.jpg'), join(root, 'away.jpg'));
  const into = await openLibrary(join(root, 'into'));
  await indexFolders(into.client, there);
  // of the two that differ one is not here
  expect(await into.client.library.importFrom({ path: file })).toMatchObject({ decisions: 1, rules: 2, missing: 1 });
  expect((await into.client.ignore.list()).map(({ rule }) => rule)).toEqual([
    pattern,
    { kind: 'file', path: join(there, '0005.jpg') },
  ]);
  await indexFolders(into.client, there);
  expect(await into.client.status()).toMatchObject({ pictures: 4 });
  const nothing = { decisions: 0, rules: 0, clusters: 0 };
  expect(await into.client.library.importFrom({ path: file })).toMatchObject(nothing);

  await rename(join(root, 'away.jpg'), join(there, 'back.jpg'));
  await indexFolders(into.client, there);
  expect(await into.client.library.importFrom({ path: file })).toMatchObject({ decisions: 1, rules: 0, missing: 0 });
  expect(await into.client.library.importFrom({ path: file })).toMatchObject(nothing);
  const second = join(root, 'again.json');
  await into.client.library.exportTo({ path: second });
  const again = await made(second);
  expect(new Set(again.duplicates.map((one) => JSON.stringify(one)))).toEqual(
    new Set(truth.duplicates.map((one) => JSON.stringify(one))),
  );
  expect(again.clusters).toEqual(truth.clusters);

  // what was chosen later, here, is not undone by the same file
  const [cHere = 0] = (await into.client.pictures.at({ paths: [join(there, '0002.jpg')] })).map((id) => id ?? 0);
  await into.client.explore.keepPicture({ id: cHere });
  expect(await into.client.library.importFrom({ path: file })).toMatchObject(nothing);
});

test('a file of the version before this one is read, and one of this version is none to what was made before it', async () => {
  const root = await temporaryFolder();
  const [photos, file] = [join(root, 'photos'), join(root, 'made.json')];
  await writeDrawings(photos, 2);
  const { client } = await openLibrary(join(root, 'library'));
  await indexFolders(client, photos);
  await client.groups.create({ name: 'Cats', pictures: [1, 2] });
  await client.library.exportTo({ path: file });
  const { version, format, createdAt, groups, clusters, encoders, models } = await made(file);
  expect(version).toBe(4);
  const before = { format, version: 3, createdAt, groups, clusters, encoders, models };
  const sha256 = createHash('sha256').update(JSON.stringify(before)).digest('hex');
  await writeFile(file, JSON.stringify({ ...before, sha256 }));
  await client.groups.remove({ id: (await client.groups.list())[0]?.id ?? 0 });
  expect(await client.library.importFrom({ path: file })).toMatchObject({ labels: 2, decisions: 0, rules: 0 });
});

interface Made {
  readonly format: string;
  readonly version: number;
  readonly createdAt: string;
  readonly groups: unknown[];
  readonly clusters: unknown[];
  readonly duplicates: unknown[];
  readonly rules: unknown[];
  readonly encoders: unknown[];
  readonly models: unknown[];
  readonly sha256: string;
}

async function made(path: string): Promise<Made> {
  return JSON.parse(await readFile(path, 'utf8')) as Made;
}

/** A named cluster that is kept apart from the other of two. */
function cluster(id: number, name: string, members: number[]) {
  const said = { granularity: 0.5, pinned: false, hidden: false, createdAt: '2026-01-01T00:00:00.000Z' };
  return { id, name, members, refused: [], apart: [3 - id], knownUntil: 6, keptAt: 0, ...said };
}

test('a library file that is cut off, changed or newer is refused, and nothing is imported', async () => {
  const root = await temporaryFolder();
  const file = join(root, 'made.json');
  const { client } = await openLibrary(join(root, 'library'));
  await client.groups.create({ name: 'Cats' });
  await client.library.exportTo({ path: file });
  const text = await readFile(file, 'utf8');
  const sum = createHash('sha256').update('').digest('hex');
  const cases = {
    cut: [text.slice(0, -20), 'LIBRARY_FILE_DAMAGED'],
    changed: [text.replace('Cats', 'Bats'), 'LIBRARY_FILE_DAMAGED'],
    other: [JSON.stringify({ format: 'semblance-model', version: 1, sha256: sum }), 'LIBRARY_FILE_DAMAGED'],
    newer: [text.replace('"version":4', '"version":5'), 'EXPORT_NEWER'],
  } as const;
  for (const [name, [content, code]] of Object.entries(cases)) {
    await writeFile(join(root, name), content);
    await expect(client.library.importFrom({ path: join(root, name) })).rejects.toMatchObject({ code });
  }
  await expect(client.library.importFrom({ path: join(root, 'none') })).rejects.toMatchObject({
    code: 'LIBRARY_FILE_DAMAGED',
  });
  expect((await client.groups.list()).map(({ name }) => name)).toEqual(['Cats']);
});

test('a file of the first version of the format is read, with versions that were judged by less', async () => {
  const root = await temporaryFolder();
  const file = join(root, 'made.json');
  const { client } = await openLibrary(join(root, 'library'));
  const { encoder, model } = await client.status();
  const { id, base, createdAt, description, head } = version('taught-1', encoder, model.id, 'head');
  const same = { mean: 0.5, low: 0.4, high: 0.6 };
  const compared = { before: same, after: same, change: same };
  const general = { untaught: null, samePairs: null, kept: null };
  const measures = { p1: compared, p10: compared, map10: compared, recall: compared };
  const evaluation = { queries: 3, ...measures, chance: 0.5, byGroup: [], general, examples: [] };
  const models = [
    {
      id,
      encoder,
      base,
      createdAt,
      description: { ...(JSON.parse(description) as object), evaluation },
      head: Buffer.from(head).toString('base64'),
    },
  ];
  const made = { format: 'semblance-library', version: 1, createdAt, groups: [], models };
  const sha256 = createHash('sha256').update(JSON.stringify(made)).digest('hex');
  await writeFile(file, JSON.stringify({ ...made, sha256 }));
  expect(await client.library.importFrom({ path: file })).toMatchObject({ models: 1 });
  const [imported] = await client.models.list();
  expect(imported).toMatchObject({ id: 'taught-1', evaluation: { queries: 3, general: { views: null } } });
});

function version(id: string, encoder: string, base: string, kind: 'head' | 'deep') {
  const head = packHead({ weights: { kernel: Float32Array.of(1, 0, 0, 1), bias: null }, inputs: 2, outputs: 2 });
  const description = JSON.stringify({
    name: 'Taught Cats',
    recipe: 'by hand',
    seed: 1,
    groups: [{ id: 1, name: 'Cats', members: [1, 2], examples: [] }],
    evaluation: null,
    verdict: null,
    curves: null,
    relatedScore: 0.5,
    smoothing: null,
  });
  return { id, encoder, base, kind, createdAt: '2026-01-01T00:00:00.000Z', removedAt: null, description, head };
}
