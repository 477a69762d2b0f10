/** The bars of teaching, on real photos. They are not part of the project: without them these tests are skipped. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { ServiceClient } from '../../src/contract/contract.ts';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { mulberry32 } from '../fixtures/pictures.ts';

const PHOTOS = join(import.meta.dirname, '../../../shared/photos');
const CLASSES = ['buildings', 'forests', 'glacier', 'mountains', 'sea', 'street'];

beforeEach(({ skip }) => {
  skip(!existsSync(PHOTOS), 'needs the photos of ../shared/photos');
});

/** Puts so many of each class into a group, drawn by a seed, and gives the others. */
async function labelScenes(client: ServiceClient, each: number, seed: number): Promise<string[]> {
  const random = mulberry32(seed);
  const unseen: string[] = [];
  for (const name of CLASSES) {
    const folder = join(PHOTOS, 'scenes', name);
    const paths = (await readdir(folder)).sort().map((file) => join(folder, file));
    const drawn = paths.map((path) => ({ path, at: random() })).sort((a, b) => a.at - b.at);
    const ids = await client.pictures.at({ paths: drawn.slice(0, each).map(({ path }) => path) });
    await client.groups.create({ name, pictures: ids.map((id) => id ?? 0) });
    unseen.push(...drawn.slice(each).map(({ path }) => path));
  }
  return unseen;
}

/** P@1 and mAP@10 of pictures that ask the whole library. */
async function qualityOf(client: ServiceClient, paths: readonly string[]): Promise<{ p1: number; map10: number }> {
  let [p1, map10] = [0, 0];
  for (const id of await client.pictures.at({ paths: [...paths] })) {
    const { path } = await client.pictures.get({ id: id ?? 0 });
    const { neighbors } = await client.search.similar({
      examples: [{ kind: 'picture', id: id ?? 0 }],
      k: 10,
      exact: true,
    });
    const right = neighbors.map((neighbor) => dirname(neighbor.path) === dirname(path));
    if (right[0] === true) p1++;
    let found = 0;
    for (const [i, match] of right.entries()) if (match) map10 += ++found / (i + 1) / 10;
  }
  return { p1: p1 / paths.length, map10: map10 / paths.length };
}

test('taught with 24 a class, unseen scenes are found better, and the rest of each group is suggested', async () => {
  const { service, client } = await openLibrary(join(await temporaryFolder(), 'library'));
  await indexFolders(client, join(PHOTOS, 'scenes'), join(PHOTOS, 'objects'));
  await service.settled();
  const unseen = await labelScenes(client, 24, 5);
  const before = await qualityOf(client, unseen);
  const stop = new AbortController();
  const events = await client.teach.watch(undefined, { signal: stop.signal });
  await client.teach.start({ seed: 1 });
  for await (const event of events) {
    if (event.type === 'ended') throw new Error(event.message);
    if (event.type === 'taught') expect(event.verdict).toMatchObject({ activate: true, reason: 'BETTER' });
    if (event.type === 'swapped') break;
  }
  stop.abort();
  const after = await qualityOf(client, unseen);
  console.log(`unseen scenes: P@1 ${before.p1} to ${after.p1}, mAP@10 ${before.map10} to ${after.map10}`);
  expect(after.map10 - before.map10).toBeGreaterThanOrEqual(0.08);
  expect(after.p1).toBeGreaterThanOrEqual(before.p1);

  let [right, suggested, strangers] = [0, 0, 0];
  for (const { id, name } of await client.groups.list()) {
    const { suggestions } = await client.groups.suggest({ id, k: 1000, target: 0.9 });
    const scenes = suggestions.filter(({ path }) => path.includes('/scenes/'));
    suggested += scenes.length;
    right += scenes.filter(({ path }) => basename(dirname(path)) === name).length;
    strangers += suggestions.length - scenes.length;
  }
  console.log(`suggested: ${right} of ${suggested} scenes right, ${strangers} objects`);
  expect(right / suggested).toBeGreaterThanOrEqual(0.85);
  expect(strangers).toBeLessThanOrEqual(0.05 * (await readdir(join(PHOTOS, 'objects'))).length);
});
