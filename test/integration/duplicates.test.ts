/** Duplicates over the real index, neighbor graph, thread, thumbnails and catalog. */
import { copyFile, mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { ServiceClient } from '../../src/contract/contract.ts';
import type { DuplicateSet } from '../../src/contract/explore-schemas.ts';
import { drawing } from '../fixtures/pictures.ts';
import { indexFolders, jsonLines, openLibrary, runCommand, temporaryFolder } from '../fixtures/library.ts';

const WIDTH = 640;
const HEIGHT = 480;

const NONE: DuplicateSet = { kind: 'near', reason: 'same', pictures: [] };

/** Twelve different pictures; the first two of them in other sizes, formats and edits as well. */
async function writeCopies(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = (name: string): string => join(folder, name);
  for (let seed = 0; seed < 12; seed++)
    await drawing(seed, WIDTH, HEIGHT)
      .png()
      .toFile(path(`p${seed}.png`));
  for (const seed of [0, 1]) {
    const pixels = await drawing(seed, WIDTH, HEIGHT).png().toBuffer();
    await copyFile(path(`p${seed}.png`), path(`p${seed}-same.png`));
    await sharp(pixels)
      .resize(320, 240)
      .jpeg({ quality: 80 })
      .toFile(path(`p${seed}-small.jpg`));
    await sharp(pixels)
      .webp({ quality: 80 })
      .toFile(path(`p${seed}-webp.webp`));
    await sharp(pixels)
      .rotate(90)
      .jpeg()
      .toFile(path(`p${seed}-turned.jpg`));
    await sharp(pixels)
      .flop()
      .jpeg()
      .toFile(path(`p${seed}-mirrored.jpg`));
    await sharp(pixels)
      .extract({ left: 60, top: 30, width: 544, height: 408 })
      .jpeg()
      .toFile(path(`p${seed}-crop.jpg`));
    await sharp(pixels)
      .greyscale()
      .jpeg()
      .toFile(path(`p${seed}-grey.jpg`));
  }
  // the originals are the oldest
  for (let seed = 0; seed < 12; seed++) await utimes(path(`p${seed}.png`), 1e9, 1e9);
}

function namesOf({ pictures }: DuplicateSet): string[] {
  return pictures.flatMap(({ paths }) => paths.map((path) => basename(path))).sort();
}

async function setOf(client: ServiceClient, name: string): Promise<DuplicateSet | undefined> {
  const { sets } = await client.explore.duplicates({ fresh: true });
  return sets.find((set) => namesOf(set).includes(name));
}

test('another one can be chosen to be kept, which holds wherever it goes, and what is sharper is proposed with the reason', async () => {
  const root = await temporaryFolder();
  const [photos, library] = [join(root, 'photos'), join(root, 'library')];
  await mkdir(photos);
  const path = (name: string): string => join(photos, name);
  for (const seed of [0, 1]) {
    const whole = await drawing(seed, WIDTH, HEIGHT).png().toBuffer();
    await sharp(whole)
      .blur(6)
      .png({ compressionLevel: 0 })
      .toFile(path(`p${seed}-soft.png`));
    await sharp(whole).toFile(path(`p${seed}.png`));
    const mirrored = sharp(whole).flop();
    await mirrored.extract({ left: 64, top: 48, width: 544, height: 408 }).toFile(path(`p${seed}-crop.png`));
  }
  let { service, client } = await openLibrary(library);
  await indexFolders(client, photos);
  await service.settled();
  const proposed = (await setOf(client, 'p0.png')) ?? NONE;
  expect(proposed.reason).toBe('sharper');
  expect(proposed.pictures[0]?.paths).toEqual([path('p0.png')]);
  const shares = new Map(proposed.pictures.map(({ paths, sharpness }) => [basename(paths[0] ?? ''), sharpness]));
  expect(shares.get('p0.png')).toBe(1);
  expect(shares.get('p0-soft.png') ?? 1).toBeLessThan(0.5);
  expect(shares.get('p0-crop.png')).toBeNull();

  // where the crop is in the picture, and that nothing else was done to it
  const [whole, crop] = ['p0.png', 'p0-crop.png'].map(
    (name) => proposed.pictures.find(({ paths }) => paths[0] === path(name))?.id ?? 0,
  ) as [number, number];
  const matrix = (await client.explore.alignment({ a: whole, b: crop })) ?? [];
  // sharp cuts first and mirrors then
  for (const [i, value] of [-0.85, 0, 0, 0.85, 0.95, 0.1].entries())
    expect(Math.abs((matrix[i] ?? 9) - value)).toBeLessThan(0.02);
  const difference = await client.explore.difference({ a: whole, b: crop });
  expect(difference.share).toBeLessThan(0.02);
  expect(await sharp(difference.path).metadata()).toMatchObject({ format: 'png', channels: 4 });
  const [other] = (await client.pictures.at({ paths: [path('p1.png')] })).map((id) => id ?? 0);
  await expect(client.explore.difference({ a: whole, b: other ?? 0 })).rejects.toMatchObject({
    code: 'PICTURES_DIFFER',
  });

  const chosen = await client.explore.keepPicture({ id: crop });
  expect(chosen.description).toBe('Chose to keep p0-crop.png');
  expect(await setOf(client, 'p0.png')).toMatchObject({ reason: 'chosen', pictures: [{ id: crop }, {}, {}] });
  await rename(path('p0-crop.png'), path('moved.png'));
  await indexFolders(client, photos);
  await service.close();
  ({ service, client } = await openLibrary(library));
  await service.settled();
  expect(await setOf(client, 'moved.png')).toMatchObject({ reason: 'chosen', pictures: [{ id: crop }, {}, {}] });
  await client.explore.undoDecision({ decision: chosen.decision });
  expect(await setOf(client, 'p0.png')).toMatchObject({ reason: 'sharper', pictures: [{ id: whole }, {}, {}] });
  await expect(client.explore.keepPicture({ id: 99_999 })).rejects.toMatchObject({ code: 'PICTURE_UNKNOWN' });
});

test('copies are found in sets of one picture each, and what was decided about them holds wherever the files go', async () => {
  const root = await temporaryFolder();
  const photos = join(root, 'photos');
  const library = join(root, 'library');
  await writeCopies(photos);
  let { service, client } = await openLibrary(library);
  await indexFolders(client, photos);
  await service.settled();

  const found = await client.explore.duplicates({});
  expect(found.current).toBe(true);
  for (const set of found.sets) {
    expect(new Set(namesOf(set).map((name) => /^p\d+/.exec(name)?.[0])).size).toBe(1);
  }
  const set = await setOf(client, 'p0.png');
  expect(set?.kind).toBe('edited');
  const kinds = new Map(set?.pictures.flatMap(({ paths, kind }) => paths.map((path) => [basename(path), kind])));
  expect(Object.fromEntries(kinds)).toMatchObject({
    'p0-small.jpg': 'resized',
    'p0-webp.webp': 'resized',
    'p0-turned.jpg': 'edited',
    'p0-mirrored.jpg': 'edited',
    'p0-crop.jpg': 'edited',
    'p0-grey.jpg': 'edited',
  });
  // the original and its identical copy are one picture with two files, and the one to keep
  expect(set?.pictures[0]?.paths.map((path) => basename(path))).toEqual(['p0-same.png', 'p0.png']);

  const [kept, other] = [set?.pictures[0], set?.pictures.find(({ paths }) => paths[0]?.endsWith('small.jpg'))];
  const pictures = [kept?.id ?? 0, other?.id ?? 0];
  const { decision } = await client.explore.decideDuplicates({ pictures, decision: 'not-duplicates' });
  expect(namesOf((await setOf(client, 'p0.png')) ?? NONE)).not.toContain('p0-small.jpg');

  // moved, indexed again, and found anew by another process: it is still apart
  await rename(join(photos, 'p0-small.jpg'), join(photos, 'renamed.jpg'));
  await indexFolders(client, photos);
  await service.close();
  ({ service, client } = await openLibrary(library));
  await service.settled();
  expect(namesOf((await setOf(client, 'p0.png')) ?? NONE)).not.toContain('renamed.jpg');

  const held = await client.explore.decisions({ count: 1 });
  expect(held).toMatchObject({ total: 1, decisions: [{ id: decision, decision: 'not-duplicates' }] });
  expect(held.decisions[0]?.pictures.map(({ path }) => path)).toContain(join(photos, 'renamed.jpg'));
  await client.explore.undoDecision({ decision });
  expect(await client.explore.decisions({ count: 1 })).toEqual({ total: 0, decisions: [] });
  expect(namesOf((await setOf(client, 'p0.png')) ?? NONE)).toContain('renamed.jpg');
  await expect(client.explore.undoDecision({ decision })).rejects.toMatchObject({ code: 'NOTHING_TO_UNDO' });
  await expect(client.explore.decideDuplicates({ pictures: [1, 99_999], decision: 'keep-both' })).rejects.toMatchObject(
    { code: 'PICTURE_UNKNOWN' },
  );
  await service.close();

  const { stdout, code } = await runCommand('duplicates', '--json', '--library', library);
  expect(code).toBe(0);
  const lines = jsonLines(stdout);
  expect(lines.map(({ set: number }) => number)).toEqual(lines.map((_, i) => i + 1));
  for (const line of lines) {
    const files = line['pictures'] as { path: string; keep: boolean }[];
    expect(files.filter(({ keep }) => keep)).toHaveLength(1);
  }
});

/** Resolves when duplicates are told to have changed. */
async function untilTold(client: ServiceClient, work: () => Promise<unknown>): Promise<void> {
  const listening = new AbortController();
  const events = await client.explore.watch(undefined, { signal: listening.signal });
  await work();
  for await (const event of events) if (event.type === 'duplicates') break;
  listening.abort();
}

test('after a first look, what comes is compared by itself; the sets are those that a look from nothing finds', async () => {
  const root = await temporaryFolder();
  const [photos, library] = [join(root, 'photos'), join(root, 'library')];
  await mkdir(photos);
  const draw = async (seed: number, name: string, width: number): Promise<void> => {
    const pixels = await drawing(seed, WIDTH, HEIGHT).resize(width).jpeg({ quality: 90 }).toBuffer();
    await writeFile(join(photos, name), pixels);
  };
  for (const seed of [0, 1, 2, 3]) await draw(seed, `p${seed}.jpg`, WIDTH);
  await draw(0, 'p0-small.jpg', 400);
  let { service, client } = await openLibrary(library);
  await indexFolders(client, photos);
  await service.settled();
  expect((await client.explore.duplicates({})).sets.map(namesOf)).toEqual([['p0-small.jpg', 'p0.jpg']]);

  await draw(1, 'p1-small.jpg', 400);
  await draw(2, 'p2-small.jpg', 300);
  await untilTold(client, () => indexFolders(client, photos));
  const grown = await client.explore.duplicates({});
  expect(grown.current).toBe(true);
  expect(grown.sets.map(namesOf).sort()).toEqual([0, 1, 2].map((seed) => [`p${seed}-small.jpg`, `p${seed}.jpg`]));

  await rm(join(photos, 'p0-small.jpg'));
  await untilTold(client, () => indexFolders(client, photos));
  const left = await client.explore.duplicates({});
  expect(left.sets.map(namesOf).sort()).toEqual([1, 2].map((seed) => [`p${seed}-small.jpg`, `p${seed}.jpg`]));
  await service.close();

  await rm(join(library, 'compared-pairs.bin'));
  ({ service, client } = await openLibrary(library));
  await service.settled();
  expect((await client.explore.duplicates({})).sets).toEqual(left.sets);
  await service.close();
});
