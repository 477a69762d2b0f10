/** The bars of the main job, on real photos. They are not part of the project: without them these tests are skipped. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { beforeEach, expect, test } from 'vitest';
import type { ServiceClient } from '../../src/contract/contract.ts';
import { decodePicture } from '../../src/library/media/decode.ts';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';

const PHOTOS = join(import.meta.dirname, '../../../shared/photos');
const present = existsSync(PHOTOS);

async function libraryOf(...folders: string[]): Promise<ServiceClient> {
  const { client } = await openLibrary(join(await temporaryFolder(), 'library'));
  await indexFolders(client, ...folders.map((folder) => join(PHOTOS, folder)));
  return client;
}

beforeEach(({ skip }) => {
  skip(!present, 'needs the photos of ../shared/photos');
});

test('retrieval on the scenes, each picture left out in turn', async () => {
  const client = await libraryOf('scenes');
  const inside = await client.evaluate({});
  expect(inside).toMatchObject({ pictures: 240, classes: 6 });
  expect(inside.p1).toBeGreaterThanOrEqual(0.81);
  expect(inside.map10).toBeGreaterThanOrEqual(0.63);
  // a fifth of the pictures at a time asks the others, as pictures that are not in the library
  const outside = await client.evaluate({ heldOut: 5 });
  expect(outside.map10).toBeGreaterThanOrEqual(0.6);
});

test('copies of 100 pictures find their originals first', async () => {
  const client = await libraryOf('scenes', 'objects');
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

test('the nine files of each orientation set are each other’s nearest neighbours', async () => {
  const client = await libraryOf('tricky/orientation', 'objects');
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
  const { client } = await openLibrary(join(await temporaryFolder(), 'library'));
  const summary = await indexFolders(client, join(PHOTOS, 'tricky'));
  expect(summary.found).toBe(summary.indexed + summary.failed);
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
