/** RAW and JPEG, Live Photos: one picture, with all of its files known. */
import { mkdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ServiceClient } from '../../src/contract/contract.ts';
import { scanFolder, scanPaths } from '../../src/library/indexing/scan.ts';
import { HEIC } from '../fixtures/heic.ts';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { quarterJpeg } from '../fixtures/picture-files.ts';
import { drawing } from '../fixtures/pictures.ts';
import { rawFiles } from '../fixtures/raw-files.ts';

async function companionsAt(client: ServiceClient, path: string): Promise<string[] | null> {
  const [id] = await client.pictures.at({ paths: [path] });
  return id === null || id === undefined ? null : (await client.pictures.get({ id })).companions;
}

test('a raw file and its JPEG, and a Live Photo, are one picture each, and come apart when the one that is shown goes', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  const at = (name: string): string => join(photos, name);
  await mkdir(photos);
  const { 'a.cr2': raw = Buffer.alloc(0) } = rawFiles(await quarterJpeg(320, 240), await quarterJpeg(), 1);
  await writeFile(at('IMG_1.JPG'), await drawing(1).jpeg().toBuffer());
  await writeFile(at('IMG_1.CR2'), raw);
  await writeFile(at('IMG_2.HEIC'), HEIC);
  await writeFile(at('IMG_2.MOV'), Buffer.alloc(500));
  await writeFile(at('alone.mov'), Buffer.alloc(600));
  const { client } = await openLibrary(join(folder, 'library'));
  expect(await indexFolders(client, photos)).toMatchObject({
    found: 3,
    indexed: 2,
    failures: { 'alone.mov': 'FILE_NOT_A_PICTURE' },
  });
  expect(await companionsAt(client, at('IMG_1.JPG'))).toEqual([at('IMG_1.CR2')]);
  expect(await companionsAt(client, at('IMG_2.HEIC'))).toEqual([at('IMG_2.MOV')]);
  expect(await companionsAt(client, at('IMG_1.CR2'))).toBeNull();

  // a pair that is renamed stays one, and nothing is encoded
  await rename(at('IMG_1.JPG'), at('sea.JPG'));
  await rename(at('IMG_1.CR2'), at('sea.CR2'));
  expect(await indexFolders(client, photos)).toMatchObject({ found: 3, indexed: 0, moved: 1, removed: 0 });
  expect(await companionsAt(client, at('sea.JPG'))).toEqual([at('sea.CR2')]);

  await rm(at('sea.JPG'));
  // told of the JPEG alone, as the watcher is
  const scan = await scanPaths(photos, ['sea.JPG'], {
    signal: new AbortController().signal,
    onFound: () => undefined,
    except: [],
  });
  expect(scan).toMatchObject({ files: [{ path: 'sea.CR2', shownBy: null }], besides: ['sea.CR2'] });
  expect(await indexFolders(client, photos)).toMatchObject({ indexed: 1, removed: 1 });
  expect(await companionsAt(client, at('sea.CR2'))).toEqual([]);

  // it was a picture of its own before, and stays one
  await writeFile(at('sea.jpg'), await drawing(2).jpeg().toBuffer());
  expect(await indexFolders(client, photos)).toMatchObject({ indexed: 1, unchanged: 2, removed: 0 });
  expect(await companionsAt(client, at('sea.jpg'))).toEqual([]);

  // a film that is longer than those of Live Photos: nobody may miss it because somebody made a picture for it
  await writeFile(at('film.jpg'), await drawing(3).jpeg().toBuffer());
  for (const [bytes, shownBy] of [
    [40_000_000, 'film.jpg'],
    [40_000_001, null],
  ] as const) {
    await writeFile(at('film.MOV'), '');
    await truncate(at('film.MOV'), bytes);
    const options = { signal: new AbortController().signal, onFound: () => undefined, except: [] };
    const film = expect.objectContaining({ path: 'film.MOV', shownBy }) as unknown;
    expect((await scanFolder(photos, '', options)).files).toContainEqual(film);
    expect((await scanPaths(photos, ['film.MOV'], options)).files).toEqual([film]);
  }
});
