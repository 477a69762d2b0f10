/** The bars of the main job and of teaching, on real photos. They are not part of the project: without them these tests are skipped. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRouterClient } from '@orpc/server';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeEach, expect, test } from 'vitest';
import type { ServiceClient } from '../../src/contract/contract.ts';
import { decodePicture } from '../../src/library/media/decode.ts';
import { openService } from '../../src/library/service.ts';
import { indexFolders } from '../fixtures/library.ts';
import { mulberry32 } from '../fixtures/pictures.ts';
import { idle, until } from '../fixtures/teaching.ts';

const PHOTOS = join(import.meta.dirname, '../../../shared/photos');
const present = existsSync(PHOTOS);
const CLASSES = ['buildings', 'forests', 'glacier', 'mountains', 'sea', 'street'];

/** One library, to which each test adds what it needs: what others added before lies among it, and is not to be found instead. */
const library = await mkdtemp(join(tmpdir(), 'semblance-photos-'));
const service = await openService({ libraryFolder: library });
const client: ServiceClient = createRouterClient(service.router);
afterAll(async () => {
  await service.close();
  await rm(library, { recursive: true });
});

function add(...folders: string[]): ReturnType<typeof indexFolders> {
  return indexFolders(client, ...folders.map((folder) => join(PHOTOS, folder)));
}

beforeEach(({ skip }) => {
  skip(!present, 'needs the photos of ../shared/photos');
});

/** Puts so many of each class into a group, drawn by a seed, and gives the others. */
async function labelScenes(each: number, seed: number): Promise<string[]> {
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
async function qualityOf(paths: readonly string[]): Promise<{ p1: number; map10: number }> {
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

// the first, because it asks for all that is in the library
test('retrieval on the scenes, each picture left out in turn', async () => {
  await add('scenes');
  const inside = await client.evaluate({});
  expect(inside).toMatchObject({ pictures: 240, classes: 6 });
  expect(inside.p1).toBeGreaterThanOrEqual(0.81);
  expect(inside.map10).toBeGreaterThanOrEqual(0.63);
  // a fifth of the pictures at a time asks the others, as pictures that are not in the library
  const outside = await client.evaluate({ heldOut: 5 });
  expect(outside.map10).toBeGreaterThanOrEqual(0.6);
});

test('copies of 100 pictures find their originals first', async () => {
  await add('scenes', 'objects');
  const paths = (await readdir(join(PHOTOS, 'objects'))).slice(0, 50).map((name) => join(PHOTOS, 'objects', name));
  for (const scene of ['sea', 'forests']) {
    const names = (await readdir(join(PHOTOS, 'scenes', scene))).slice(0, 25);
    paths.push(...names.map((name) => join(PHOTOS, 'scenes', scene, name)));
  }
  expect(paths).toHaveLength(100);
  const changes: Record<string, (image: Sharp, width: number, height: number) => Sharp> = {
    mirrored: (image) => image.flop().jpeg({ quality: 90 }),
    'resized to half': (image, width) => image.resize(Math.round(width / 2)).jpeg({ quality: 90 }),
    recompressed: (image) => image.jpeg({ quality: 40 }),
    cropped: (image, width, height) => {
      const [left, top] = [Math.round(width * 0.03), Math.round(height * 0.03)];
      return image.extract({ left, top, width: width - 2 * left, height: height - 2 * top }).jpeg({ quality: 90 });
    },
  };
  for (const [name, change] of Object.entries(changes)) {
    let first = 0;
    for (const path of paths) {
      const { width, height } = await sharp(path).metadata();
      const bytes = new Blob([new Uint8Array(await change(sharp(path), width, height).toBuffer())]);
      const { neighbors } = await client.search.similar({ examples: [{ kind: 'bytes', bytes }], k: 1 });
      if (neighbors[0]?.path === path) first++;
    }
    console.log(`${name}: ${first} of 100 originals first`);
    expect(first, name).toBeGreaterThanOrEqual(98);
  }
});

test('taught with 24 a class, unseen scenes are found better, and the rest of each group is suggested', async () => {
  await add('scenes', 'objects');
  await service.settled();
  const unseen = await labelScenes(24, 5);
  const before = await qualityOf(unseen);
  const stop = new AbortController();
  const events = await client.teach.watch(undefined, { signal: stop.signal });
  await client.teach.start({ seed: 1 });
  for await (const event of events) {
    if (event.type === 'ended') throw new Error(event.message);
    if (event.type === 'taught') expect(event.verdict).toMatchObject({ activate: true, reason: 'BETTER' });
    if (event.type === 'swapped') break;
  }
  stop.abort();
  const after = await qualityOf(unseen);
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

  // the tests after this one find by what nobody taught
  const untaught = (await client.models.list()).at(-1)?.id ?? '';
  await idle(client);
  await until(client, 'swapped', () => client.models.use({ id: untaught }));
  await idle(client);
});

test('the nine files of each orientation set are each other’s nearest neighbours', async () => {
  await add('tricky/orientation', 'objects');
  for (const set of ['Landscape', 'Portrait']) {
    for (let i = 0; i <= 8; i++) {
      const path = join(PHOTOS, 'tricky/orientation', `${set}_${i}.jpg`);
      const { neighbors } = await client.search.similar({ examples: [{ kind: 'file', path }], k: 9 });
      expect(neighbors.every((neighbor) => neighbor.path.includes(`${set}_`))).toBe(true);
      expect(neighbors.at(-1)?.score).toBeGreaterThanOrEqual(0.95);
      for (const { width, height } of neighbors) expect(width > height).toBe(set === 'Landscape');
    }
  }
});

test('files of real cameras and phones are indexed, or named with a code', async () => {
  const summary = await add('tricky');
  expect(summary.indexed).toBeGreaterThan(0);
  expect(summary.found).toBe(summary.indexed + summary.unchanged + summary.failed);
  expect(summary.failures).toEqual({ 'corrupted.jpg': 'FILE_DAMAGED' });
});

test('HEIC of phones come upright', async () => {
  const sizes: Record<string, string> = {};
  for (const name of ['IMG_5195.HEIC', 'mobile/iphone_13_pro_max.HEIC', 'mobile/HMD_Nokia_8.3_5G_hdr.heif']) {
    const { width, height, thumbnail } = await decodePicture(
      await readFile(join(PHOTOS, 'tricky/camera/heic', name)),
      'hash',
      [],
    );
    sizes[name] = `${width} × ${height}`;
    const image = sharp(thumbnail ?? Buffer.alloc(0));
    const half = { left: 0, width: width < height ? 240 : 320, height: 110 };
    const bottom = (width < height ? 320 : 240) - 110;
    const brightness = async (top: number): Promise<number> =>
      (
        await sharp(
          await image
            .clone()
            .extract({ ...half, top })
            .png()
            .toBuffer(),
        ).stats()
      ).channels[2]?.mean ?? 0;
    if (name.startsWith('mobile')) expect(await brightness(0), name).toBeGreaterThan(await brightness(bottom));
  }
  expect(sizes).toEqual({
    'IMG_5195.HEIC': '2566 × 3313',
    'mobile/iphone_13_pro_max.HEIC': '3024 × 4032',
    'mobile/HMD_Nokia_8.3_5G_hdr.heif': '4608 × 3456',
  });
});
