/** Searches and the grid, of those pictures for which a filter holds. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ServiceClient } from '../../src/contract/contract.ts';
import type { PictureFilter } from '../../src/contract/schemas.ts';
import { countingEncoder } from '../fixtures/counting-encoder.ts';
import { indexFolders, jsonLines, openLibrary, runCommand, temporaryFolder } from '../fixtures/library.ts';
import { jpegWith } from '../fixtures/metadata-blocks.ts';
import { drawing } from '../fixtures/pictures.ts';

const PICTURES = 24;

/** Every second picture has 4 stars, every third the keyword "sea", every fourth a place; the first half is of one camera. */
async function writeDescribed(folder: string): Promise<void> {
  for (const part of ['a', 'b']) await mkdir(join(folder, part), { recursive: true });
  for (let i = 0; i < PICTURES; i++) {
    const jpeg = await drawing(i + 1, 96, 72)
      .jpeg()
      .toBuffer();
    const described = jpegWith(jpeg, {
      exif: {
        model: i < PICTURES / 2 ? 'Semblance One' : 'Semblance Two',
        original: `20${String(10 + Math.floor(i / 2)).padStart(2, '0')}:07:04 16:20:11`,
        ...(i % 4 === 0 ? { place: [48.86, 2.35] } : {}),
      },
      xmp: { rating: i % 2 === 0 ? 4 : 1, keywords: i % 3 === 0 ? ['Sea'] : ['land'] },
    });
    await writeFile(join(folder, i % 2 === 0 ? 'a' : 'b', `${String(i).padStart(2, '0')}.jpg`), described);
  }
}

/** Numbers of the pictures that are found, in order, with their scores. */
async function found(
  client: ServiceClient,
  filter: PictureFilter | undefined,
  exact = false,
): Promise<Map<number, number>> {
  const { neighbors } = await client.search.similar({
    examples: [{ kind: 'picture', id: 1 }],
    k: PICTURES,
    exact,
    ...(filter ? { filter } : {}),
  });
  return new Map(neighbors.map(({ path, score }) => [Number(path.slice(-6, -4)), score]));
}

test('a search finds those for which all of the filter holds, with the scores that they have in a search of all', async () => {
  const folder = await temporaryFolder();
  const [photos, library] = [join(folder, 'photos'), join(folder, 'library')];
  await writeDescribed(photos);
  const { client, service } = await openLibrary(library, { encoder: countingEncoder() });
  await indexFolders(client, photos);
  await service.settled();
  const all = await found(client, undefined);
  const self = [...Array(PICTURES).keys()].find((i) => !all.has(i));
  const expected = (holds: (i: number) => boolean): number[] =>
    [...all.keys()].filter((i) => i !== self && holds(i)).sort((a, b) => a - b);
  const group = (await client.groups.create({ name: 'Few', pictures: [2, 3] })).group?.id ?? 0;
  const members = await Promise.all(
    [2, 3].map(async (id) => Number((await client.pictures.get({ id })).path.slice(-6, -4))),
  );
  const cases: [PictureFilter, (i: number) => boolean][] = [
    [{ rating: 4 }, (i) => i % 2 === 0],
    [{ keywords: ['sea'] }, (i) => i % 3 === 0],
    [{ keywords: ['sea', 'land'] }, () => false],
    [{ rating: 2, keywords: ['SEA'] }, (i) => i % 6 === 0],
    [{ camera: 'two' }, (i) => i >= PICTURES / 2],
    [{ after: '2012', before: '2015-01-01' }, (i) => i >= 4 && i < 10],
    [{ placed: true }, (i) => i % 4 === 0],
    [{ near: { latitude: 48.9, longitude: 2.3, km: 10 } }, (i) => i % 4 === 0],
    [{ near: { latitude: 40, longitude: 2.3, km: 10 } }, () => false],
    [{ folder: join(photos, 'b') }, (i) => i % 2 === 1],
    [{ group }, (i) => members.includes(i)],
    [{ among: [2, 3] }, (i) => members.includes(i)],
    [{ among: [2, 3, 999], rating: 4 }, (i) => members.includes(i) && i % 2 === 0],
  ];
  for (const [filter, holds] of cases) {
    for (const exact of [false, true]) {
      const part = await found(client, filter, exact);
      expect(
        [...part.keys()].sort((a, b) => a - b),
        JSON.stringify(filter),
      ).toEqual(expected(holds));
      for (const [i, score] of part) expect(score).toBeCloseTo(all.get(i) ?? Number.NaN, 5);
    }
    const ids = new Uint32Array(await (await client.pictures.matching({ filter })).arrayBuffer());
    expect(ids.length).toBe([...Array(PICTURES).keys()].filter(holds).length);
  }
  await expect(client.pictures.matching({ filter: { folder: folder + '/elsewhere' } })).rejects.toMatchObject({
    code: 'FOLDER_NOT_INDEXED',
  });
  await expect(client.pictures.matching({ filter: { group: 99 } })).rejects.toMatchObject({ code: 'GROUP_UNKNOWN' });
  expect(await client.pictures.facets()).toMatchObject({
    cameras: [{ pictures: PICTURES / 2 }, { pictures: PICTURES / 2 }],
    keywords: [
      { name: 'land', pictures: 16 },
      { name: 'Sea', pictures: 8 },
    ],
    taken: { first: '2010-07-04T16:20:11', last: '2021-07-04T16:20:11' },
    rated: PICTURES,
    placed: PICTURES / 4,
  });
  await service.close();

  const similar = (...args: string[]) =>
    runCommand('similar', '--library', library, '--json', join(photos, 'a', '00.jpg'), ...args);
  const shown = await similar(
    '--rating',
    '4',
    '--keyword',
    'sea',
    '--camera',
    'One',
    '--before',
    '2020',
    '--near',
    '48.86,2.35,1',
  );
  expect(shown.code, shown.stderr).toBe(0);
  expect(jsonLines(shown.stdout).map(({ path }) => path)).toEqual([join(photos, 'a', '00.jpg')]);
  const many = await similar('--keyword', 'sea', '--keyword', 'land', '--group', 'few');
  expect(many).toMatchObject({ code: 0, stdout: '' });
  expect(await similar('--group', 'none')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('GROUP_UNKNOWN') as string,
  });
  for (const wrong of [
    ['--rating', '6'],
    ['--near', '91,0,1'],
    ['--near', '1,1'],
    ['--after', 'yesterday'],
  ]) {
    expect(await similar(...wrong)).toMatchObject({ code: 2 });
  }
});
