/** What can be seen of a version: what it confuses, what it finds, how pictures lie by it. With the real encoder, SQLite and workers. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { indexFolders, jsonLines, openLibrary, runCommand, temporaryFolder } from '../fixtures/library.ts';
import { writeKinds } from '../fixtures/kinds.ts';
import { idle, until } from '../fixtures/teaching.ts';

const EACH = 12;
const ALL = 4 * EACH;

test('a version shows what it confuses, what it finds, and how pictures lie by it', async () => {
  const root = await temporaryFolder();
  const [photos, library] = [join(root, 'photos'), join(root, 'library')];
  const kinds = await writeKinds(photos, EACH);
  const { service, client } = await openLibrary(library);
  await indexFolders(client, photos);
  await service.settled();
  const base = (await client.models.list())[0]?.id ?? '';

  // no groups: nothing to confuse, and points all the same
  expect(await client.models.confusion({ id: base })).toMatchObject({ groups: [], after: [], pictures: [] });
  expect((await client.models.projection({ id: base })).points).toHaveLength(ALL);
  await expect(client.models.confusion({ id: 'none' })).rejects.toMatchObject({ code: 'MODEL_UNKNOWN' });
  await expect(client.models.neighbors({ id: base, picture: 9999 })).rejects.toMatchObject({ code: 'PICTURE_UNKNOWN' });

  await client.groups.createFromFolders({ root: photos });
  const { model } = await until(client, 'taught', () => client.teach.start({ seed: 1 }));
  await idle(client);

  const kept = await client.models.confusion({ id: model });
  expect(kept).toMatchObject({ heldOut: true, groups: kinds.toSorted() });
  expect(kept.pictures).toHaveLength(ALL);
  const counted = kept.after.reduce((sum, { count }) => sum + count, 0);
  expect(counted).toBe(ALL);
  const version = (await client.models.list()).find(({ id }) => id === model);
  // the same pictures asked for both
  expect(kept.right.after).toBeCloseTo(version?.evaluation?.p1.after.mean ?? -1);
  expect(kept.right.before).toBeCloseTo(version?.evaluation?.p1.before.mean ?? -1);

  // an import has no pictures of this library: worked out of the groups as they are
  const file = join(root, 'model.json');
  await client.models.exportTo({ id: model, path: file });
  const imported = await client.models.importFrom({ path: file });
  const worked = await client.models.confusion({ id: imported.id });
  expect(worked.heldOut).toBe(false);
  expect(worked.right.after).toBeGreaterThanOrEqual(kept.right.after);
  expect(await client.models.confusion({ id: base })).toMatchObject({
    heldOut: true,
    before: worked.before,
    after: worked.before,
  });

  const { points, explained, groups } = await client.models.projection({ id: model });
  expect(points).toHaveLength(ALL);
  expect(groups).toEqual(kinds.toSorted());
  expect(
    points.every(({ groups: own, after: { x, y } }) => own.length === 1 && Math.abs(x) <= 1 && Math.abs(y) <= 1),
  ).toBe(true);
  expect(explained.after).toBeGreaterThan(0);
  expect(await client.models.projection({ id: model })).toEqual({ points, explained, groups });

  const found = await client.models.neighbors({ id: model, picture: 1, k: 5 });
  expect(found.after).toHaveLength(5);
  expect(found.after).not.toEqual(found.before);
  expect([...found.before, ...found.after].some(({ id }) => id === 1)).toBe(false);
  const [own] = found.query.groups;
  expect(found.query.path).toContain(`/${own ?? '-'}/`);
  const asked = { examples: [{ kind: 'picture' as const, id: 1 }], k: 5 };
  const idsNow = async (): Promise<number[]> => (await client.search.similar(asked)).neighbors.map(({ id }) => id);
  const answering = (await client.models.list()).find(({ active }) => active)?.id;
  // so few pictures are all candidates: the views say what the search answers
  expect((answering === base ? found.before : found.after).map(({ id }) => id)).toEqual(await idsNow());
  await service.close();

  const within = ['--library', library, '--json'];
  const confusion = await runCommand('models', 'confusion', model, ...within);
  expect(jsonLines(confusion.stdout).length).toBeGreaterThanOrEqual(kinds.length);
  const photo = join(photos, 'rings', '1.jpg');
  const neighbors = jsonLines((await runCommand('models', 'neighbors', model, photo, '-k', '3', ...within)).stdout);
  expect(neighbors).toHaveLength(6);
  expect(neighbors[0]).toMatchObject({ when: 'before', rank: 1 });
});
