import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Catalog } from '../../src/library/catalog/catalog.ts';
import { planTarget } from '../../src/library/indexing/plan-target.ts';
import { countingEncoder } from '../fixtures/counting-encoder.ts';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { writeDrawings } from '../fixtures/pictures.ts';

test('a large source is looked through by a process, which finds what this one would', async () => {
  const folder = await temporaryFolder();
  const [photos, library] = [join(folder, 'photos'), join(folder, 'library')];
  const [a = '', b = ''] = await writeDrawings(photos, 6);
  await writeDrawings(join(photos, 'trip'), 3, 20);
  await writeFile(join(photos, 'notes.txt'), 'no picture');
  const { client, service } = await openLibrary(library, { encoder: countingEncoder() });
  await indexFolders(client, photos);
  await service.close();
  await mkdir(join(photos, 'new'));
  await rename(a, join(photos, 'new', 'a.jpg'));
  await rm(b);
  await writeDrawings(join(photos, 'new'), 2, 40);
  await writeFile(join(photos, '.semblanceignore'), 'trip/\n');

  const file = join(library, 'catalog.sqlite');
  const catalog = new Catalog(file, true);
  const [source] = catalog.sources.all();
  if (!source) throw new Error('there is no source');
  const found: number[] = [];
  const options = {
    signal: new AbortController().signal,
    onFound: (n: number) => void found.push(n),
    except: [library],
  };
  for (const start of ['', 'new', 'trip']) {
    const target = { source, start };
    const here = await planTarget(file, catalog, target, options);
    expect(await planTarget(file, catalog, target, options, 0)).toEqual(here);
    if (start === '') expect(here.plan).toMatchObject({ unchanged: 4, stillFailing: [{ path: 'notes.txt' }] });
  }
  const away = { source: { ...source, path: join(folder, 'away') }, start: '' };
  await expect(planTarget(file, catalog, away, options, 0)).rejects.toMatchObject({ code: 'FOLDER_MISSING' });
  await expect(
    planTarget(file, catalog, { source, start: '' }, { ...options, signal: AbortSignal.abort() }, 0),
  ).rejects.toThrow('aborted');
  catalog.close();
});
