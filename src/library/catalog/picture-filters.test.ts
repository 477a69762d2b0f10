import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import type { PictureFilter } from '../../contract/schemas.ts';
import { NO_METADATA, type PictureMetadata } from '../media/picture-metadata.ts';
import { Catalog } from './catalog.ts';

const folder = mkdtempSync(join(tmpdir(), 'semblance-filters-'));
let count = 0;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As this computer's clock shows it. */
const FILE_TIME = new Date(2021, 5, 15, 23, 30).getTime();

function catalogOf(pictures: readonly Partial<PictureMetadata>[]): Catalog {
  const catalog = new Catalog(join(folder, `${count++}.sqlite`));
  const { id: sourceId } = catalog.sources.add('/photos', []);
  catalog.apply(
    pictures.map((said, i) => {
      const content = {
        id: i + 1,
        hash: (i + 1).toString(16).padStart(64, '0'),
        bytes: 1,
        format: 'jpeg',
        width: 1,
        height: 1,
      };
      const file = {
        sourceId,
        path: `${i % 2 ? 'odd' : 'even'}/${i}.jpg`,
        size: 1,
        mtimeMs: FILE_TIME,
        mediaId: content.id,
      };
      return {
        kind: 'media' as const,
        media: { ...content, ...NO_METADATA, ...said, seconds: null },
        file,
        video: null,
      };
    }),
  );
  return catalog;
}

function idsOf(catalog: Catalog, filter: PictureFilter, inside?: string): number[] {
  return [...catalog.filters.matching(filter, inside === undefined ? null : [{ sourceId: 1, inside }])];
}

test('a day is one of the clock where the picture was taken; without that, of this computer’s when the file was written', () => {
  const catalog = catalogOf([
    { takenAt: '2019-07-04T00:00:00', takenOffset: 720 },
    { takenAt: '2019-07-04T23:59:59', takenOffset: -720 },
    { takenAt: '2019-07-05T00:00:00' },
    {},
  ]);
  expect(idsOf(catalog, { after: '2019-07-04', before: '2019-07-05' })).toEqual([1, 2]);
  expect(idsOf(catalog, { after: '2019-07-04T12:00', before: '2020' })).toEqual([2, 3]);
  expect(idsOf(catalog, { after: '2021-06-15', before: '2021-06-16' })).toEqual([4]);
  catalog.close();
});

test('a camera’s whole name counts before a part of others', () => {
  const catalog = catalogOf([{ camera: 'Canon EOS R5' }, { camera: 'Canon EOS R5 C' }, { camera: 'SONY 100%_A' }, {}]);
  expect(idsOf(catalog, { camera: 'canon eos r5' })).toEqual([1]);
  expect(idsOf(catalog, { camera: 'canon' })).toEqual([1, 2]);
  expect(idsOf(catalog, { camera: '0%_' })).toEqual([3]);
  expect(idsOf(catalog, { camera: '%' })).toEqual([3]);
  catalog.close();
});

test('near is along the surface, over the date line too', () => {
  const paris = { latitude: 48.8566, longitude: 2.3522 };
  const catalog = catalogOf([
    paris,
    { latitude: 51.5074, longitude: -0.1278 },
    { latitude: -17.8, longitude: 179.9 },
    {},
  ]);
  expect(idsOf(catalog, { near: { ...paris, km: 343 } })).toEqual([1]);
  expect(idsOf(catalog, { near: { ...paris, km: 345 } })).toEqual([1, 2]);
  expect(idsOf(catalog, { near: { latitude: -17.8, longitude: -179.9, km: 22 } })).toEqual([3]);
  expect(idsOf(catalog, { near: { ...paris, km: 20_100 } })).toEqual([1, 2, 3]);
  catalog.close();
});

test('folders, and what has no file any more', () => {
  const catalog = catalogOf([{}, {}, {}]);
  expect(idsOf(catalog, {}, 'odd')).toEqual([2]);
  expect(idsOf(catalog, {}, '')).toEqual([1, 2, 3]);
  catalog.removePaths(1, ['even/0.jpg']);
  expect(idsOf(catalog, {})).toEqual([2, 3]);
  catalog.close();
});

test('what there is to filter by, and that it follows changes', () => {
  const catalog = catalogOf([
    { camera: 'A', rating: 3, keywords: ['Sea', 'sun'], takenAt: '2019-07-04T00:00:00', latitude: 1, longitude: 1 },
    { camera: 'B', rating: 0, keywords: ['sea'], takenAt: '2020-01-01T00:00:00' },
    { camera: 'B', lens: 'L', rating: -1 },
  ]);
  expect(catalog.filters.facets()).toEqual({
    cameras: [
      { name: 'B', pictures: 2 },
      { name: 'A', pictures: 1 },
    ],
    lenses: [{ name: 'L', pictures: 1 }],
    keywords: [
      { name: 'Sea', pictures: 2 },
      { name: 'sun', pictures: 1 },
    ],
    taken: { first: '2019-07-04T00:00:00', last: '2020-01-01T00:00:00' },
    rated: 1,
    placed: 1,
  });
  catalog.removePaths(1, ['even/0.jpg']);
  expect(catalog.filters.facets()).toMatchObject({ rated: 0, placed: 0, keywords: [{ name: 'Sea', pictures: 1 }] });
  catalog.close();
});

test('all that is asked holds of what is found, and of nothing else', () => {
  const words = ['sea', 'Sun', 'SEA', 'Été'];
  const picture = fc.record({
    rating: fc.constantFrom(null, -1, 0, 1, 3, 5),
    camera: fc.constantFrom(null, 'A', 'B'),
    lens: fc.constantFrom(null, 'L'),
    takenAt: fc.constantFrom(null, '2018-01-01T00:00:00', '2019-07-04T12:00:00'),
    keywords: fc.uniqueArray(fc.constantFrom(...words), { selector: (word) => word.toLowerCase() }),
    latitude: fc.constantFrom(null, 10),
  });
  const filter = fc.record(
    {
      rating: fc.constantFrom(1, 3, 5, 'rejected' as const, 'unrated' as const),
      camera: fc.constantFrom('a', 'B'),
      lens: fc.constant('L'),
      after: fc.constantFrom('2018', '2019-01', '2019-07-05'),
      before: fc.constantFrom('2019', '2022'),
      keywords: fc.array(fc.constantFrom(...words), { maxLength: 2 }),
      placed: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  type Picture = typeof picture extends fc.Arbitrary<infer P> ? P : never;
  const isRated = (stars: number, asked: PictureFilter['rating'] = -1): boolean =>
    asked === 'rejected' ? stars === -1 : asked === 'unrated' ? stars === 0 : stars >= asked;
  const holds = (said: Picture, asked: PictureFilter): boolean => {
    const time = said.takenAt ?? '2021-06-15T23:30:00';
    const has = new Set(said.keywords.map((word) => word.toLowerCase()));
    return (
      isRated(said.rating ?? 0, asked.rating) &&
      (asked.camera === undefined || said.camera?.toLowerCase() === asked.camera.toLowerCase()) &&
      (asked.lens === undefined || said.lens === asked.lens) &&
      (asked.after === undefined || time >= asked.after) &&
      (asked.before === undefined || time < asked.before) &&
      (asked.keywords ?? []).every((word) => has.has(word.toLowerCase())) &&
      (asked.placed === undefined || (said.latitude !== null) === asked.placed)
    );
  };
  fc.assert(
    fc.property(
      fc.array(picture, { maxLength: 12 }),
      fc.array(filter, { minLength: 1, maxLength: 6 }),
      (pictures, asked) => {
        const catalog = catalogOf(pictures.map((said) => ({ ...said, longitude: said.latitude })));
        // twice, so that what is kept is asked too
        for (const each of [...asked, ...asked]) {
          const expected = pictures.flatMap((said, i) => (holds(said, each) ? [i + 1] : []));
          expect(idsOf(catalog, each)).toEqual(expected);
        }
        catalog.close();
      },
    ),
    { numRuns: 40 },
  );
});

test('a filter takes a video with all its moments, by itself, and by a group that one of them is in', () => {
  const catalog = catalogOf([{}, { rating: 3 }]);
  const content = { bytes: 1, format: 'mp4', width: 1, height: 1, ...NO_METADATA };
  const video = { ...content, id: 3, hash: 'a'.repeat(64), rating: 4, seconds: 9 };
  const moment = { ...content, id: 4, hash: 'b'.repeat(64), bytes: 0, seconds: null };
  const file = { sourceId: 1, path: 'clip.mp4', size: 1, mtimeMs: FILE_TIME, mediaId: 3 };
  catalog.apply([{ kind: 'media', media: video, file, video: { at: 1, moments: [{ media: moment, at: 5 }] } }]);
  expect(idsOf(catalog, { kind: 'video' })).toEqual([3, 4]);
  expect(idsOf(catalog, { kind: 'photo' })).toEqual([1, 2]);
  expect(idsOf(catalog, { rating: 3 })).toEqual([2, 3, 4]);
  catalog.labels.insertGroup({ id: 1, name: 'sea', createdAt: '' });
  catalog.labels.setLabels(1, [4], { belongs: true, seq: 1 });
  expect(idsOf(catalog, { group: 1 })).toEqual([3, 4]);
  expect(catalog.moments.of(4)).toEqual({ videoId: 3, at: 5, seconds: 9 });
  expect([...catalog.presentMediaIds()]).toEqual([1, 2, 3, 4]);
  catalog.removePaths(1, ['clip.mp4']);
  expect([...catalog.presentMediaIds()]).toEqual([1, 2]);
  expect(catalog.filelessAmong([3])).toEqual([3, 4]);
  // with its video, after its 30 days; the newest row stays
  expect(catalog.presence.missingSince('9999', 9).map(({ id }) => id)).toEqual([3]);
});
