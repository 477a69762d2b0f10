import { readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { layoutCount, layoutRow } from '../../src/contract/picture-layout.ts';
import { ExactIndex } from '../../src/library/vectors/exact-index.ts';
import { HnswIndex } from '../../src/library/vectors/hnsw-index.ts';
import { normalize } from '../../src/library/vectors/vector-index.ts';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { drawing, mulberry32, writeDrawings } from '../fixtures/pictures.ts';

test('the index finds what the exact scan finds, also after vectors were hidden and shown', async () => {
  const random = mulberry32(7);
  const gaussian = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const rows = Array.from({ length: 3_000 }, (_, i) => ({
    mediaId: i + 1,
    vector: normalize(Float32Array.from({ length: 64 }, gaussian)),
  }));
  const hnsw = HnswIndex.empty(64);
  for (const { mediaId, vector } of rows) hnsw.add(mediaId, vector);
  for (let id = 1; id <= 600; id++) hnsw.hide(id);
  for (let id = 1; id <= 300; id++) hnsw.show(id);
  const exact = new ExactIndex(
    () => [rows],
    (id) => id <= 300 || id > 600,
  );
  expect(hnsw.size).toBe(2_700);
  let found = 0;
  for (let q = 0; q < 100; q++) {
    const query = normalize(Float32Array.from({ length: 64 }, gaussian));
    const truth = await exact.search(query, 10);
    const ids = new Set(hnsw.searchNow(query, 10).map(({ id }) => id));
    expect([...ids].every((id) => id <= 300 || id > 600)).toBe(true);
    found += truth.filter(({ id }) => ids.has(id)).length;
  }
  // random vectors have no structure: the hardest case for a graph, and far from what pictures give
  expect(found / 1_000).toBeGreaterThan(0.85);
});

test('copies of a picture find it first: mirrored, resized, recompressed, cropped', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  const paths = await writeDrawings(photos, 60, 1, 480, 360);
  const { client } = await openLibrary(join(folder, 'library'));
  await indexFolders(client, photos);
  const changes: Record<string, (image: Sharp) => Sharp> = {
    mirrored: (image) => image.flop().jpeg(),
    half: (image) => image.resize(240).jpeg(),
    recompressed: (image) => image.jpeg({ quality: 40 }),
    cropped: (image) => image.extract({ left: 14, top: 11, width: 452, height: 338 }).jpeg(),
  };
  const originals = paths.slice(0, 30);
  for (const [name, change] of Object.entries(changes)) {
    let first = 0;
    for (const path of originals) {
      const bytes = await change(sharp(path)).toBuffer();
      const example = { kind: 'bytes' as const, bytes: new Blob([new Uint8Array(bytes)]) };
      const { neighbors } = await client.search.similar({ examples: [example], k: 1 });
      if (neighbors[0]?.path === path) first++;
    }
    expect(first / originals.length, name).toBeGreaterThanOrEqual(0.98);
  }
});

test('a query by picture leaves itself out; by file it finds itself with score 1; exact says the same', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  const [path = ''] = await writeDrawings(photos, 30);
  const { service, client } = await openLibrary(join(folder, 'library'));
  await indexFolders(client, photos);
  await service.settled();
  const byFile = await client.search.similar({ examples: [{ kind: 'file', path }], k: 5 });
  expect(byFile.neighbors[0]).toMatchObject({ rank: 1, path, related: true, score: expect.closeTo(1, 3) as number });
  const id = byFile.neighbors[0]?.id ?? 0;
  const byPicture = await client.search.similar({ examples: [{ kind: 'picture', id }], k: 5 });
  expect(byPicture.neighbors.map((n) => n.id)).not.toContain(id);
  expect(byPicture.neighbors).toHaveLength(5);
  const exact = await client.search.similar({ examples: [{ kind: 'picture', id }], k: 5, exact: true });
  expect(exact.exact).toBe(true);
  // hnswlib adds up in float32 and in another order
  const scores = byPicture.neighbors.map((n) => ({ ...n, score: expect.closeTo(n.score, 5) as number }));
  expect(exact.neighbors).toEqual(scores);
  const all = await client.search.similar({ examples: [{ kind: 'picture', id }], k: 10_000 });
  expect(all.neighbors).toHaveLength(29);
  const thumbnail = byFile.thumbnails[0];
  expect((await sharp(new Uint8Array((await thumbnail?.arrayBuffer()) ?? new ArrayBuffer())).metadata()).format).toBe(
    'webp',
  );
});

test('the nine orientations of one picture come out upright and alike', async () => {
  const folder = await temporaryFolder();
  const upright = await drawing(5, 600, 400).png().toBuffer();
  // the inverse of what each EXIF orientation asks a viewer to do: turned first, then mirrored
  const stored = [
    { orientation: 1, angle: 0, mirror: false },
    { orientation: 2, angle: 0, mirror: true },
    { orientation: 3, angle: 180, mirror: false },
    { orientation: 4, angle: 180, mirror: true },
    { orientation: 5, angle: 90, mirror: true },
    { orientation: 6, angle: 270, mirror: false },
    { orientation: 7, angle: 270, mirror: true },
    { orientation: 8, angle: 90, mirror: false },
  ];
  await writeDrawings(folder, 1, 70);
  for (const { orientation, angle, mirror } of stored) {
    const turned = sharp(await sharp(upright).rotate(angle).png().toBuffer());
    await (mirror ? turned.flop() : turned)
      .withMetadata({ orientation })
      .jpeg({ quality: 92 })
      .toFile(join(folder, `o${orientation}.jpg`));
  }
  const { client } = await openLibrary(join(folder, '.library'));
  await indexFolders(client, folder);
  const { neighbors } = await client.search.similar({
    examples: [{ kind: 'file', path: join(folder, 'o1.jpg') }],
    k: 9,
  });
  for (const neighbor of neighbors.slice(0, 8)) {
    expect(neighbor.score).toBeGreaterThan(0.98);
    expect([neighbor.width, neighbor.height]).toEqual([600, 400]);
  }
  expect(neighbors[8]?.score).toBeLessThan(0.9);
});

test('pictures that cannot be read or do not exist are refused with a code', async () => {
  const folder = await temporaryFolder();
  const { client } = await openLibrary(join(folder, 'library'));
  const refused = (
    example: Parameters<typeof client.search.similar>[0]['examples'][number],
    code: string,
  ): Promise<void> => expect(client.search.similar({ examples: [example] })).rejects.toMatchObject({ code });
  await refused({ kind: 'file', path: join(folder, 'none.jpg') }, 'PICTURE_UNREADABLE');
  await refused({ kind: 'bytes', bytes: new Blob(['no picture']) }, 'PICTURE_UNREADABLE');
  await refused({ kind: 'picture', id: 12345 }, 'PICTURE_UNKNOWN');
  await expect(client.search.similar({ examples: [] })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  await expect(client.pictures.get({ id: -1 })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});

test('the layout is newest first, and an original is given out only from inside its source', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  const paths = await writeDrawings(photos, 5);
  await drawing(9).withMetadata().tiff().toFile(join(photos, 'film.tiff'));
  const { client } = await openLibrary(join(folder, 'library'));
  await indexFolders(client, photos);
  const bytes = new Uint8Array(await (await client.pictures.layout({})).rows.arrayBuffer());
  const rows = Array.from({ length: layoutCount(bytes) }, (_, i) => layoutRow(bytes, i));
  expect(rows).toHaveLength(6);
  expect(rows.map(({ when }) => when)).toEqual(rows.map(({ when }) => when).sort((a, b) => b - a));
  const since = await client.pictures.layout({ since: Math.max(...rows.map(({ id }) => id)) });
  expect(since.rows.size).toBe(0);

  for (const { id } of rows) {
    const picture = await client.pictures.get({ id });
    const display = await client.pictures.display({ id });
    if (picture.format === 'tiff')
      expect(await sharp(display.path).metadata()).toMatchObject({ format: 'webp', width: 320 });
    else expect(display.path).toBe(picture.path);
  }
  // someone swaps a picture for a link to a file that is none of Semblance's business
  const victim = paths[0] ?? '';
  await rm(victim);
  await symlink('/etc/passwd', victim);
  const id = rows.find(({ hash }) => hash !== '')?.id ?? 0;
  const located = await Promise.allSettled(rows.map((row) => client.pictures.locate({ id: row.id })));
  expect(id).toBeGreaterThan(0);
  expect(located.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  expect(located.find((result) => result.status === 'rejected')).toMatchObject({ reason: { code: 'PICTURE_MISSING' } });
  await expect(readFile(victim, 'utf8')).resolves.toBeDefined();
});
