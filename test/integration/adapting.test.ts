/** Adapting to a library without labels, with the real encoder, SQLite and HNSW. */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { indexFolders, openLibrary, runCommand, temporaryFolder } from '../fixtures/library.ts';
import { writeKinds } from '../fixtures/kinds.ts';
import { idle, until } from '../fixtures/teaching.ts';

/** Of each of four kinds: a few more than the sixty that it takes. */
const EACH = 16;

test('adapts from the pictures alone, says what came of it, answers when it is used, and goes back', async () => {
  const root = await temporaryFolder();
  const [photos, folder] = [join(root, 'photos'), join(root, 'library')];
  await writeKinds(photos, EACH);
  const { service, client } = await openLibrary(folder);
  await indexFolders(client, photos);
  await service.settled();
  const found = async () => {
    const { neighbors } = await client.search.similar({ examples: [{ kind: 'picture', id: 1 }], k: 15 });
    return neighbors.map(({ id, score }) => [id, score]);
  };
  const before = await found();
  expect(await client.teach.readiness({ method: 'adapt' })).toMatchObject({ ready: true, labelled: 0 });

  // pictures that cannot be read now are no reason to guess
  await rename(photos, `${photos}-away`);
  const { code, message } = await until(client, 'ended', () => client.teach.start({ method: 'adapt' }));
  await rename(`${photos}-away`, photos);
  expect({ code, message }).toMatchObject({
    code: 'TEACHING_IMPOSSIBLE',
    message: expect.stringMatching(/at least 60 pictures that can be read now/) as string,
  });
  expect(await client.models.list()).toHaveLength(1);
  await idle(client);

  const { model, verdict, evaluation } = await until(client, 'taught', () => client.teach.start({ method: 'adapt' }));
  expect(evaluation).toMatchObject({ queries: 0, byGroup: [] });
  expect(evaluation?.general.views).not.toBeNull();
  expect(evaluation?.examples.length).toBeGreaterThan(0);
  if (verdict?.activate === true) await until(client, 'swapped', () => Promise.resolve());
  await idle(client);
  if (verdict?.activate !== true) await until(client, 'swapped', () => client.models.use({ id: model }));
  await idle(client);
  const [version, base] = await client.models.list();
  expect(version).toMatchObject({ id: model, kind: 'adapted', active: true, groups: [] });
  expect(await found()).not.toEqual(before);
  // groups are suggested and judged as with any version
  const { group } = await client.groups.create({ name: 'Circles', pictures: [1, 2, 3] });
  const { suggestions } = await client.groups.suggest({ id: group?.id ?? 0 });
  expect(suggestions.length).toBeGreaterThan(0);
  const confusion = await client.models.confusion({ id: model });
  expect(confusion).toMatchObject({ groups: ['Circles'], heldOut: true });
  expect(confusion.pictures).toHaveLength(3);

  await until(client, 'swapped', () => client.models.use({ id: base?.id ?? '' }));
  expect(await found()).toEqual(before);
  await service.close();

  const { stdout } = await runCommand('adapt', '--library', folder, '--json');
  const told = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
  expect(told).toMatchObject({ type: 'teach', model: expect.stringMatching(/^adapted-/) as string, labelled: 0 });
});
