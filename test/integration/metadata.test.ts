/** What pictures and their sidecars say of themselves: read with the one decode, followed without another. */
import Database from 'better-sqlite3';
import { mkdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ServiceClient } from '../../src/contract/contract.ts';
import type { Picture } from '../../src/contract/schemas.ts';
import { CATALOG_MIGRATIONS } from '../../src/library/catalog/catalog-schema.ts';
import { decodePicture } from '../../src/library/media/decode.ts';
import { countingEncoder } from '../fixtures/counting-encoder.ts';
import { jxlContainer, JXL } from '../fixtures/jxl-files.ts';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { exifBlock, jpegWith, xmpPacket, type XmpOptions } from '../fixtures/metadata-blocks.ts';
import { drawing } from '../fixtures/pictures.ts';

const jpeg = (seed: number): Promise<Buffer> => drawing(seed, 64, 48).jpeg().toBuffer();

async function pictureAt(client: ServiceClient, path: string): Promise<Picture> {
  const [id] = await client.pictures.at({ paths: [path] });
  if (typeof id !== 'number') throw new Error(`${path} is not in the library`);
  return client.pictures.get({ id });
}

/** Writes a sidecar that is so many seconds newer than now, so that each is another. */
async function writeSidecar(path: string, options: XmpOptions, seconds: number): Promise<void> {
  await writeFile(path, xmpPacket(options));
  const at = Date.now() / 1000 + seconds;
  await utimes(path, at, at);
}

test.each([
  [
    'JPEG',
    async () =>
      jpegWith(await jpeg(1), { exif: { make: 'Semblance' }, xmp: { rating: 4 }, iptc: { keywords: ['sea'] } }),
  ],
  [
    'PNG',
    () =>
      drawing(1, 64, 48)
        .withExif({ IFD0: { Make: 'Semblance' } })
        .withXmp(xmpPacket({ rating: 4, keywords: ['sea'] }))
        .png()
        .toBuffer(),
  ],
  [
    'WebP',
    () =>
      drawing(1, 64, 48)
        .withExif({ IFD0: { Make: 'Semblance' } })
        .withXmp(xmpPacket({ rating: 4, keywords: ['sea'] }))
        .webp()
        .toBuffer(),
  ],
  [
    'AVIF',
    () =>
      drawing(1, 64, 48)
        .withExif({ IFD0: { Make: 'Semblance' } })
        .withXmp(xmpPacket({ rating: 4, keywords: ['sea'] }))
        .avif()
        .toBuffer(),
  ],
  [
    'TIFF',
    async () =>
      withMake(
        await drawing(1, 64, 48)
          .withXmp(xmpPacket({ rating: 4, keywords: ['sea'] }))
          .tiff()
          .toBuffer(),
      ),
  ],
  [
    'JPEG XL',
    () =>
      Promise.resolve(jxlContainer(JXL, exifBlock({ make: 'Semblance' }), xmpPacket({ rating: 4, keywords: ['sea'] }))),
  ],
] as const)('a %s says what camera, rating and keywords it has', async (_, make) => {
  const { metadata } = await decodePicture(await make(), '', []);
  expect(metadata).toMatchObject({ camera: 'Semblance', rating: 4, keywords: ['sea'] });
});

test('a sidecar comes, changes, moves and goes, and its picture follows without being read', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  const at = (name: string): string => join(photos, name);
  await mkdir(photos);
  await writeFile(
    at('a.JPG'),
    jpegWith(await jpeg(1), { exif: { original: '2019:07:04 16:20:11' }, xmp: { rating: 1, keywords: ['own'] } }),
  );
  await writeFile(at('b.jpg'), await jpeg(2));
  await writeSidecar(at('b.jpg.xmp'), { rating: 2, keywords: ['there first'] }, 0);
  const encoder = countingEncoder();
  const { client } = await openLibrary(join(folder, 'library'), { encoder });
  await indexFolders(client, photos);
  expect(await pictureAt(client, at('a.JPG'))).toMatchObject({ rating: 1, keywords: ['own'], takenFrom: 'exif' });
  // one that was there before its picture was known
  expect(await pictureAt(client, at('b.jpg'))).toMatchObject({
    rating: 2,
    keywords: ['there first'],
    takenFrom: 'file',
  });
  const encoded = encoder.encoded;

  await writeSidecar(at('a.xmp'), { rating: 5, created: '2019-07-04T16:20:11+02:00' }, 1);
  expect(await indexFolders(client, photos)).toMatchObject({ found: 2, indexed: 0, unchanged: 2, failed: 0 });
  expect(await pictureAt(client, at('a.JPG'))).toMatchObject({
    rating: 5,
    keywords: ['own'],
    takenAt: '2019-07-04T16:20:11',
    takenOffset: 120,
    takenFrom: 'sidecar',
  });
  await writeSidecar(at('a.xmp'), { rating: -1, keywords: ['changed', 'twice'] }, 2);
  await indexFolders(client, photos);
  expect(await pictureAt(client, at('a.JPG'))).toMatchObject({
    rating: -1,
    keywords: ['changed', 'twice'],
    takenFrom: 'exif',
    takenOffset: null,
  });

  // its name leads to another picture now
  await rename(at('a.xmp'), at('B.xmp'));
  await indexFolders(client, photos);
  expect(await pictureAt(client, at('a.JPG'))).toMatchObject({ rating: 1, keywords: ['own'] });
  expect(await pictureAt(client, at('b.jpg'))).toMatchObject({ rating: -1, keywords: ['changed', 'twice'] });
  // a picture that is moved away from its sidecar
  await mkdir(at('away'));
  await rename(at('b.jpg'), at('away/b.jpg'));
  await indexFolders(client, photos);
  expect(await pictureAt(client, at('away/b.jpg'))).toMatchObject({ rating: null, keywords: [] });
  await rename(at('B.xmp'), at('away/b.xmp'));
  await indexFolders(client, photos);
  expect(await pictureAt(client, at('away/b.jpg'))).toMatchObject({ rating: -1 });
  await rm(at('away/b.xmp'));
  await indexFolders(client, photos);
  expect(await pictureAt(client, at('away/b.jpg'))).toMatchObject({ rating: null, keywords: [] });
  expect(encoder.encoded).toBe(encoded);
});

test('a picture that was written after its sidecar counts before it; what is no XMP says nothing', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await mkdir(photos);
  const picture = join(photos, 'a.jpg');
  await writeFile(picture, jpegWith(await jpeg(1), { xmp: { rating: 1 } }));
  await writeSidecar(join(photos, 'a.xmp'), { rating: 5, title: 'Old' }, -3600);
  await writeFile(join(photos, 'b.jpg'), await jpeg(2));
  await writeFile(join(photos, 'b.xmp'), Buffer.alloc(5000, 0xff));
  const { client } = await openLibrary(join(folder, 'library'), { encoder: countingEncoder() });
  expect(await indexFolders(client, photos)).toMatchObject({ indexed: 2, failed: 0 });
  expect(await pictureAt(client, picture)).toMatchObject({ rating: 1, title: 'Old' });
  expect(await pictureAt(client, join(photos, 'b.jpg'))).toMatchObject({ rating: null, keywords: [] });
});

test('the watcher sees a sidecar that comes and goes', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await mkdir(photos);
  const picture = join(photos, 'a.jpg');
  await writeFile(picture, await jpeg(1));
  const { client } = await openLibrary(join(folder, 'library'), { encoder: countingEncoder(), watch: true });
  await indexFolders(client, photos);
  await expect.poll(async () => (await client.status()).sources[0]?.watching, { timeout: 10_000 }).not.toBe('none');
  const rating = async () => (await pictureAt(client, picture)).rating;
  await writeFile(join(photos, 'a.xmp'), xmpPacket({ rating: 3 }));
  await expect.poll(rating, { timeout: 10_000 }).toBe(3);
  await rm(join(photos, 'a.xmp'));
  await expect.poll(rating, { timeout: 10_000 }).toBeNull();
});

test('a library of before has its pictures’ metadata read at the next run, without encoding one', async () => {
  const folder = await temporaryFolder();
  const [photos, library] = [join(folder, 'photos'), join(folder, 'library')];
  await mkdir(photos);
  const picture = join(photos, 'a.jpg');
  await writeFile(
    picture,
    jpegWith(await jpeg(1), {
      exif: { original: '2019:07:04 16:20:11', offset: '+02:00' },
      xmp: { rating: 4, keywords: ['sea'] },
    }),
  );
  await writeFile(join(photos, 'b.jxl'), jxlContainer(JXL, exifBlock({}), xmpPacket({ rating: 2 })));
  await writeSidecar(join(photos, 'a.xmp'), { title: 'Beside' }, 1);
  const first = await openLibrary(library, { encoder: countingEncoder() });
  await indexFolders(first.client, photos);
  const before = await pictureAt(first.client, picture);
  expect(before).toMatchObject({ title: 'Beside', rating: 4, keywords: ['sea'], takenOffset: 120 });
  await first.service.close();

  await toSchemaBefore(join(library, 'catalog.sqlite'));
  const encoder = countingEncoder();
  const { client } = await openLibrary(library, { encoder });
  expect(await pictureAt(client, picture)).toMatchObject({
    takenAt: before.takenAt,
    takenFrom: 'exif',
    rating: null,
    keywords: [],
  });
  expect(await indexFolders(client)).toMatchObject({ unchanged: 2, indexed: 0 });
  expect(await pictureAt(client, picture)).toEqual(before);
  expect(await pictureAt(client, join(photos, 'b.jxl'))).toMatchObject({ rating: 2 });
  expect(encoder.encoded).toBe(0);
  // the original of a picture is never written to
  expect((await stat(picture)).size).toBe(before.bytes);
});

/** A TIFF (little-endian) that names its camera: its directory again at the end, with a field more. */
function withMake(tiff: Buffer): Buffer {
  const at = tiff.readUInt32LE(4);
  const count = tiff.readUInt16LE(at);
  const make = Buffer.from('Semblance\0');
  const entry = Buffer.alloc(12);
  entry.writeUInt16LE(0x010f, 0);
  entry.writeUInt16LE(2, 2);
  entry.writeUInt32LE(make.length, 4);
  entry.writeUInt32LE(tiff.length, 8);
  const entries = Array.from({ length: count }, (_, i) => tiff.subarray(at + 2 + 12 * i, at + 14 + 12 * i));
  const sorted = [...entries, entry].sort((a, b) => a.readUInt16LE(0) - b.readUInt16LE(0));
  const head = Buffer.from(tiff);
  head.writeUInt32LE(tiff.length + make.length, 4);
  const size = Buffer.alloc(2);
  size.writeUInt16LE(count + 1, 0);
  return Buffer.concat([head, make, size, ...sorted, Buffer.alloc(4)]);
}

/** Puts the rows of a catalog into one of the schema before metadata had a version: as a library of before has them. */
async function toSchemaBefore(file: string): Promise<void> {
  const version = CATALOG_MIGRATIONS.find(({ sql }) => sql.includes('CREATE TABLE own_metadata'))?.version ?? 0;
  const old = new Database(`${file}.old`);
  for (const { sql } of CATALOG_MIGRATIONS.filter((migration) => migration.version < version)) old.exec(sql);
  old.prepare('ATTACH ? AS now').run(file);
  const tables = old.prepare<[], string>(`SELECT name FROM main.sqlite_schema WHERE type = 'table'`).pluck().all();
  for (const table of tables) {
    const columns = old
      .prepare<[string], string>('SELECT name FROM pragma_table_info(?)')
      .pluck()
      .all(table)
      .join(', ');
    old.exec(`DELETE FROM main.${table}; INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM now.${table}`);
  }
  old.exec('DETACH now');
  old.pragma(`user_version = ${version - 1}`);
  old.close();
  for (const part of ['', '-wal', '-shm']) await rm(file + part, { force: true });
  await rename(`${file}.old`, file);
}
