/** Videos: their moments at scene changes are found like pictures, and come, move and go with their file. */
import { copyFile, mkdir, readFile, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { ServiceClient } from '../../src/contract/contract.ts';
import type { SimilarResult } from '../../src/contract/schemas.ts';
import { installTwoTowers, switchTo } from '../fixtures/encoders.ts';
import { countingEncoder } from '../fixtures/counting-encoder.ts';
import { indexFolders, openLibrary, runCommand, jsonLines, temporaryFolder } from '../fixtures/library.ts';
import { drawing, writeDrawings } from '../fixtures/pictures.ts';
import { drawnScene, plainScene, writeSound, writeVideo } from '../fixtures/videos.ts';

const BLACK = plainScene(0, 0, 0);
/** Drawings that the encoder tells apart well. */
const SEEDS = [1, 5, 9];

async function scenes(): Promise<Uint8Array[]> {
  return Promise.all(SEEDS.map((seed) => drawnScene(seed)));
}

async function searchByDrawing(client: ServiceClient, seed: number): Promise<SimilarResult> {
  const bytes = new Blob([new Uint8Array(await drawing(seed, 320, 240).jpeg().toBuffer())]);
  return client.search.similar({ examples: [{ kind: 'bytes', bytes }], k: 5 });
}

async function idAt(client: ServiceClient, path: string): Promise<number> {
  const [id] = await client.pictures.at({ paths: [path] });
  if (id === null || id === undefined) throw new Error(`${path} is not in the library`);
  return id;
}

test.each([
  ['clip.mp4', 'mpeg4', 'mp4'],
  ['clip.mov', 'libx264', 'mov'],
  ['clip.mkv', 'libx264', 'mkv'],
  ['clip.webm', 'libvpx', 'webm'],
  ['clip.avi', 'mpeg4', 'avi'],
  ['clip.ts.mts', 'mpeg2video', 'mpegts'],
])('%s (%s): one picture in the grid, found by each of its scenes, at that moment', async (name, encoder, format) => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await mkdir(photos);
  const path = join(photos, name);
  writeVideo(path.replace('.ts.mts', '.ts'), [BLACK, ...(await scenes())], { encoder, fps: 25 });
  if (path.endsWith('.mts')) await rename(path.replace('.ts.mts', '.ts'), path);
  await writeDrawings(photos, 3, 40);
  const { client } = await openLibrary(join(folder, 'library'));
  expect(await indexFolders(client, photos)).toMatchObject({ found: 4, indexed: 4, failed: 0, failures: {} });
  expect(await client.status()).toMatchObject({ pictures: 4, vectors: 6 });

  const id = await idAt(client, path);
  const video = await client.pictures.get({ id });
  expect(video).toMatchObject({ path, width: 320, height: 240, format, video: { id } });
  expect(video.video?.seconds).toBeCloseTo(8, 0);
  // the poster is the first that is not black
  expect(video.video?.at).toBeGreaterThanOrEqual(1.9);
  expect(video.video?.at).toBeLessThan(4);
  for (const [i, seed] of SEEDS.entries()) {
    const { neighbors } = await searchByDrawing(client, seed);
    expect(neighbors[0]).toMatchObject({ rank: 1, path, related: true, video: { id } });
    const at = neighbors[0]?.video?.at ?? 0;
    expect(at).toBeGreaterThanOrEqual(2 + 2 * i - 0.1);
    expect(at).toBeLessThan(4 + 2 * i);
    // of the video one moment alone is shown
    expect(neighbors.filter((neighbor) => neighbor.path === path)).toHaveLength(1);
    expect(neighbors).toHaveLength(4);
    const kinds = async (kind: 'photo' | 'video'): Promise<string[]> => {
      const found = await client.search.similar({
        examples: [{ kind: 'picture', id: neighbors[0]?.id ?? 0 }],
        filter: { kind },
      });
      return found.neighbors.map((neighbor) => neighbor.path);
    };
    // a moment is not found by itself, nor by another of its video
    expect(await kinds('video')).toEqual([]);
    expect(await kinds('photo')).toHaveLength(3);
  }
  expect(await client.verify({})).toMatchObject({ ok: true, missing: 0, stale: 0 });
});

test('two hours cost what five minutes do; what says nothing of its length is read through', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await mkdir(photos);
  const drawn = await Promise.all(Array.from({ length: 40 }, (_, i) => drawnScene(100 + i, 160, 120)));
  const size = { width: 160, height: 120 };
  // a frame each five seconds, a scene each three minutes
  const long = { size, fps: 1, secondsPerScene: 180, keyEvery: 10 };
  writeVideo(join(photos, 'long.mp4'), drawn, long);
  // as a browser records, and as a camera that is switched off at any time
  const streamed = { encoder: 'libvpx', muxer: { live: '1' } };
  writeVideo(join(photos, 'recorded.webm'), await scenes(), streamed);
  writeVideo(join(photos, 'pieces.mp4'), await scenes(), { muxer: { movflags: 'frag_keyframe+empty_moov' } });
  const { client } = await openLibrary(join(folder, 'library'));
  expect(await indexFolders(client, photos)).toMatchObject({ indexed: 3, failures: {} });
  expect((await client.pictures.get({ id: await idAt(client, join(photos, 'long.mp4')) })).video?.seconds).toBe(7199);
  // 24 moments of one, three of each other
  expect(await client.status()).toMatchObject({ pictures: 3, vectors: 24 + 3 + 3 });
  for (const [i, seed] of SEEDS.entries()) {
    const { neighbors } = await searchByDrawing(client, seed);
    for (const name of ['recorded.webm', 'pieces.mp4']) {
      const found = neighbors.find(({ path }) => path === join(photos, name));
      expect(found?.score, name).toBeGreaterThan(0.9);
      expect(Math.abs((found?.video?.at ?? -9) - 2 * i), name).toBeLessThan(0.6);
    }
  }
});

test('its moments are encoded anew with the library, from where they are in it', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await mkdir(photos);
  writeVideo(join(photos, 'a.mp4'), await scenes(), { keyEvery: 25 });
  const { client } = await openLibrary(join(folder, 'library'));
  await indexFolders(client, photos);
  const before = await Promise.all(SEEDS.map((seed) => searchByDrawing(client, seed)));
  await switchTo(client, await installTwoTowers(client, folder));
  expect(await client.status()).toMatchObject({ pictures: 1, vectors: 3 });
  for (const [i, seed] of SEEDS.entries()) {
    const [found] = (await searchByDrawing(client, seed)).neighbors;
    expect(found).toMatchObject({ id: before[i]?.neighbors[0]?.id });
    expect(found?.score).toBeGreaterThan(0.9);
  }
});

test('is moved, copied and deleted as a whole, and decoded once', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await mkdir(join(photos, 'old'), { recursive: true });
  const [first, second] = [join(photos, 'old', 'a.mp4'), join(photos, 'b.mp4')];
  writeVideo(first, await scenes());
  await writeDrawings(photos, 2, 40);
  const encoder = countingEncoder();
  const { client } = await openLibrary(join(folder, 'library'), { encoder });
  await indexFolders(client, photos);
  const before = encoder.encoded;
  const id = await idAt(client, first);
  const [moment] = (await searchByDrawing(client, SEEDS[2] ?? 0)).neighbors;
  expect(moment?.id).not.toBe(id);
  const { group } = await client.groups.create({ name: 'blue', pictures: [moment?.id ?? 0] });

  await rename(first, second);
  expect(await indexFolders(client)).toMatchObject({ moved: 1, indexed: 0, removed: 0 });
  await copyFile(second, first);
  expect(await indexFolders(client)).toMatchObject({ moved: 0, indexed: 1 });
  expect(encoder.encoded).toBe(before + 1);
  expect((await searchByDrawing(client, SEEDS[2] ?? 0)).neighbors[0]).toMatchObject({
    id: moment?.id,
    path: second,
    copies: [first],
  });
  expect((await client.groups.pictures({ id: group?.id ?? 0 })).members).toEqual([moment?.id]);

  await rm(first);
  await rm(second);
  await indexFolders(client);
  expect(await client.status()).toMatchObject({ pictures: 2, vectors: 2 });
  expect((await searchByDrawing(client, SEEDS[2] ?? 0)).neighbors.map(({ video }) => video)).toEqual([null, null]);
  expect(await client.verify({})).toMatchObject({ ok: true });

  // come back at another place, it is what it was
  writeVideo(first, await scenes());
  await indexFolders(client);
  expect(await idAt(client, first)).toBe(id);
  expect((await searchByDrawing(client, SEEDS[2] ?? 0)).neighbors[0]).toMatchObject({ id: moment?.id, path: first });
  expect(await client.status()).toMatchObject({ pictures: 3, vectors: 5 });
});

test('what is lost of a moment is made again with its video, under the same ids', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await mkdir(photos);
  const path = join(photos, 'a.mp4');
  writeVideo(path, await scenes());
  const library = join(folder, 'library');
  const first = await openLibrary(library);
  await indexFolders(first.client, photos);
  const [moment] = (await searchByDrawing(first.client, SEEDS[1] ?? 0)).neighbors;
  const hash = moment?.hash ?? '';
  const thumb = join(library, 'thumbs', hash.slice(0, 2), `${hash.slice(2)}.webp`);
  await truncate(thumb, 40);
  expect(await first.client.verify({})).toMatchObject({ ok: false, missing: 1 });
  await first.client.verify({ repair: true });
  await indexFolders(first.client);
  expect(await first.client.verify({})).toMatchObject({ ok: true });
  expect((await readFile(thumb)).length).toBeGreaterThan(100);
  expect((await searchByDrawing(first.client, SEEDS[1] ?? 0)).neighbors[0]).toMatchObject({ id: moment?.id });
});

test('is upright as players show it, with its time, in sRGB', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await mkdir(photos);
  const ONE = 65_536;
  // red above blue as it is stored; held upright, red is on the right
  const halves = new Uint8Array(3 * 320 * 240);
  for (let i = 0; i < 320 * 240; i++) halves.set(i < 160 * 240 ? [210, 40, 40] : [40, 40, 210], 3 * i);
  writeVideo(join(photos, 'upright.mp4'), [halves], {
    matrix: [0, ONE, 0, -ONE, 0, 0, 0, 0, 2 ** 30],
    created: '2023-07-01T12:03:11Z',
  });
  // of HDR: white paper is coded as 58 %
  writeVideo(join(photos, 'hdr.mp4'), [plainScene(148, 148, 148)], { encoder: 'libx264', hdr: true });
  const library = join(folder, 'library');
  const { client } = await openLibrary(library);
  expect(await indexFolders(client, photos)).toMatchObject({ indexed: 2, failures: {} });
  const pixels = async (name: string): Promise<{ at: (x: number, y: number) => number[]; width: number }> => {
    const { hash } = await client.pictures.get({ id: await idAt(client, join(photos, name)) });
    const { data, info } = await sharp(join(library, 'thumbs', hash.slice(0, 2), `${hash.slice(2)}.webp`))
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { at: (x, y) => [...data.subarray(3 * (y * info.width + x)).subarray(0, 3)], width: info.width };
  };
  const upright = await pixels('upright.mp4');
  expect(upright.width).toBe(240);
  const [right, left] = [upright.at(220, 160), upright.at(20, 160)];
  expect(right[0]).toBeGreaterThan(150);
  expect(right[2]).toBeLessThan(100);
  expect(left[2]).toBeGreaterThan(150);
  const shown = await client.pictures.get({ id: await idAt(client, join(photos, 'upright.mp4')) });
  expect(shown).toMatchObject({ width: 240, height: 320 });
  expect(new Date(shown.takenAt ?? '').getTime()).toBe(Date.parse('2023-07-01T12:03:11Z'));
  const [red = 0, green = 0, blue = 0] = (await pixels('hdr.mp4')).at(100, 100);
  for (const value of [red, green, blue]) expect(value).toBeGreaterThan(215);
});

test('filmed unevenly, as phones do where it gets dark, its moments are where players show them', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await mkdir(photos);
  // twenty frames a scene: ten a second, two, ten
  const shownAt = (frame: number): number => frame + 4 * Math.min(20, Math.max(0, frame - 20));
  writeVideo(join(photos, 'uneven.mov'), await scenes(), { encoder: 'libx264', shownAt });
  const { client } = await openLibrary(join(folder, 'library'));
  expect(await indexFolders(client, photos)).toMatchObject({ indexed: 1, failed: 0 });
  for (const [i, [from, to]] of [[0, 2] as const, [2, 12] as const, [12, 14] as const].entries()) {
    const { neighbors } = await searchByDrawing(client, SEEDS[i] ?? 0);
    expect(neighbors[0]?.video?.seconds).toBeCloseTo(14, 0);
    expect(neighbors[0]?.video?.at).toBeGreaterThanOrEqual(from);
    expect(neighbors[0]?.video?.at).toBeLessThan(to);
  }
});

test('damaged, cut off, empty, without pictures: each is named', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await mkdir(photos);
  const whole = join(folder, 'whole.mp4');
  writeVideo(whole, await scenes());
  const bytes = await readFile(whole);
  writeVideo(join(folder, 'whole.mkv'), await scenes());
  const matroska = await readFile(join(folder, 'whole.mkv'));
  writeVideo(join(folder, 'whole.avi'), await scenes());
  const avi = await readFile(join(folder, 'whole.avi'));
  const holed = Buffer.from(bytes);
  holed.fill(0, 40, bytes.indexOf('moov') - 8);
  writeVideo(join(folder, 'streamed.mp4'), await scenes(), { muxer: { movflags: 'faststart' } });
  const streamed = await readFile(join(folder, 'streamed.mp4'));
  await writeFile(join(photos, 'empty.mp4'), '');
  // it opens, and plays up to somewhere
  await writeFile(join(photos, 'cut-streamed.mp4'), streamed.subarray(0, streamed.length - 5000));
  await writeFile(join(photos, 'cut.mp4'), bytes.subarray(0, bytes.length / 2));
  await writeFile(join(photos, 'cut.mkv'), matroska.subarray(0, matroska.length / 2));
  await writeFile(join(photos, 'cut.avi'), avi.subarray(0, avi.length / 2));
  await writeFile(join(photos, 'hole.mp4'), holed);
  await writeFile(join(photos, 'head.mov'), bytes.subarray(0, 24));
  await writeFile(join(photos, 'words.mp4'), 'these are words, not a video\n');
  writeSound(join(photos, 'sound.mov'));
  await copyFile(whole, join(photos, 'good.jpg'));
  const { client } = await openLibrary(join(folder, 'library'));
  expect((await indexFolders(client, photos)).failures).toEqual({
    'empty.mp4': 'FILE_EMPTY',
    'cut-streamed.mp4': 'FILE_DAMAGED',
    'cut.mp4': 'FILE_DAMAGED',
    'cut.mkv': 'FILE_DAMAGED',
    'cut.avi': 'FILE_DAMAGED',
    'hole.mp4': 'FILE_DAMAGED',
    'head.mov': 'FILE_DAMAGED',
    'words.mp4': 'FILE_NOT_A_PICTURE',
    'sound.mov': 'VIDEO_SOUND_ONLY',
  });
  // by its content: whatever its name
  const good = await client.pictures.get({ id: await idAt(client, join(photos, 'good.jpg')) });
  expect(good.video?.seconds).toBeCloseTo(6, 0);
});

test('a video is an edit of another at its path, and a query from disk; the command line says where in it a moment is', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  const library = join(folder, 'library');
  await mkdir(photos);
  const path = join(photos, 'a.mp4');
  const [one = BLACK, two = BLACK, three = BLACK] = await scenes();
  writeVideo(path, [one, two], { keyEvery: 1000 });
  await writeDrawings(photos, 2, 40);
  await runCommand('index', photos, '--library', library);
  writeVideo(path, [one, two, three], { keyEvery: 1000 });
  await utimes(path, new Date(), new Date(Date.now() + 5000));
  const summary = jsonLines((await runCommand('index', photos, '--library', library, '--json')).stdout).at(-1);
  expect(summary).toMatchObject({ found: 3, indexed: 1, unchanged: 2 });
  const query = join(folder, 'query.png');
  await drawing(SEEDS[2] ?? 0, 320, 240)
    .png()
    .toFile(query);
  const found = jsonLines(
    (await runCommand('similar', query, '--library', library, '--json', '--kind', 'video')).stdout,
  );
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ rank: 1, path, related: true });
  expect(Number(found[0]?.['at'])).toBeGreaterThan(3.9);
  const told = await runCommand('similar', query, '--library', library, '-k', '1');
  expect(told.stdout).toMatch(/a\.mp4 at 0:0[45]/);

  // by its poster
  const clip = join(folder, 'clip.webm');
  writeVideo(clip, [three], { encoder: 'libvpx' });
  const byVideo = jsonLines((await runCommand('similar', clip, '--library', library, '--json')).stdout);
  expect(byVideo[0]).toMatchObject({ path });
  expect(byVideo).toHaveLength(3);
});
