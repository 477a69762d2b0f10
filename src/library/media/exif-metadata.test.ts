import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exifBlock } from '../../../test/fixtures/metadata-blocks.ts';
import { exifMetadata } from './exif-metadata.ts';
import { NO_METADATA } from './picture-metadata.ts';

test('the time on the camera’s clock, with its zone where that is told', () => {
  const at = (exif: Parameters<typeof exifBlock>[0]) => {
    const { takenAt, takenOffset, takenFrom } = exifMetadata(exifBlock(exif));
    return [takenAt, takenOffset, takenFrom];
  };
  expect(at({ original: '2019:07:04 16:20:11' })).toEqual(['2019-07-04T16:20:11', null, 'exif']);
  expect(at({ original: '2019:07:04 16:20:11', offsetOriginal: '+05:45' })).toEqual([
    '2019-07-04T16:20:11',
    345,
    'exif',
  ]);
  expect(at({ original: '2019:07:04 16:20:11', offset: '-03:30' })).toEqual(['2019-07-04T16:20:11', -210, 'exif']);
  expect(at({ original: '0000:00:00 00:00:00', digitized: '2020:01:02 03:04:05' })[0]).toBe('2020-01-02T03:04:05');
  for (const nonsense of [
    '2019:13:45 16:20:11',
    '2019:02:30 10:00:00',
    '    :  :     :  :  ',
    '0000:00:00 00:00:00',
    '1601:01:01 00:00:00',
  ])
    expect(at({ original: nonsense })).toEqual([null, null, null]);
});

test('satellites tell the zone of a clock that has none; an old fix tells nothing', () => {
  const offset = (time: readonly [number, number, number], date = '2019:07:04') =>
    exifMetadata(exifBlock({ original: '2019:07:04 00:20:11', gpsTime: time, gpsDate: date })).takenOffset;
  expect(offset([22, 20, 3], '2019:07:03')).toBe(120);
  expect(offset([4, 20, 11])).toBe(-240);
  expect(offset([22, 13, 3], '2019:07:03')).toBeNull();
  expect(offset([22, 20, 3], '2018:07:03')).toBeNull();
  expect(offset([Number.NaN, 20, 3], '2019:07:03')).toBeNull();
});

test('the maker is named once; the lens; names of other alphabets', () => {
  expect(exifMetadata(exifBlock({ make: 'Canon', model: 'Canon EOS R5', lens: 'RF24-105mm F4 L' }))).toMatchObject({
    camera: 'Canon EOS R5',
    lens: 'RF24-105mm F4 L',
  });
  expect(exifMetadata(exifBlock({ make: 'SONY', model: 'ILCE-7M4\u0000\u0000' })).camera).toBe('SONY ILCE-7M4');
  expect(exifMetadata(exifBlock({ make: '  ' })).camera).toBeNull();
  expect(exifMetadata(exifBlock({ make: 'Камера' })).camera).toBe('Камера');
});

test('a place needs both coordinates, in range, and not 0, 0', () => {
  const place = (...at: readonly number[]) => {
    const { latitude, longitude } = exifMetadata(exifBlock({ place: at }));
    return [latitude, longitude];
  };
  expect(place(-33.8568, 151.2153)).toEqual([expect.closeTo(-33.8568, 4), expect.closeTo(151.2153, 4)]);
  expect(place(0, 0)).toEqual([null, null]);
  expect(place(91, 10)).toEqual([null, null]);
  expect(place(10, 181)).toEqual([null, null]);
  expect(place(10)).toEqual([null, null]);
  expect(place(Number.NaN, 10)).toEqual([null, null]);
});

test('Windows’ stars and keywords', () => {
  expect(exifMetadata(exifBlock({ rating: 4, xpKeywords: 'Meer;Straße;meer' }))).toMatchObject({
    rating: 4,
    keywords: ['Meer', 'Straße'],
  });
  expect([1, 25, 50, 75, 99].map((percent) => exifMetadata(exifBlock({ percent })).rating)).toEqual([1, 2, 3, 4, 5]);
  expect(exifMetadata(exifBlock({ rating: 900 })).rating).toBeNull();
});

test('a block that is none says nothing', () => {
  expect(exifMetadata(Buffer.from('Exif\u0000\u0000 not a TIFF header at all'))).toEqual(NO_METADATA);
  expect(exifMetadata(Buffer.alloc(0))).toEqual(NO_METADATA);
});

test('whatever the bytes, reading them ends, and what comes of it is in range', () => {
  const whole = exifBlock({
    make: 'Semblance',
    model: 'Test',
    original: '2019:07:04 16:20:11',
    offset: '+02:00',
    place: [48.85, 2.29],
    gpsTime: [14, 20, 11],
    gpsDate: '2019:07:04',
    rating: 3,
    xpKeywords: 'a;b',
  });
  const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 12 });
  fc.assert(
    fc.property(damage, fc.nat(whole.length), (changes, length) => {
      const bytes = Buffer.from(whole);
      for (const [at, value] of changes) bytes[at] = value;
      const read = exifMetadata(bytes.subarray(0, length));
      if (read.latitude !== null) expect(Math.abs(read.latitude)).toBeLessThanOrEqual(90);
      if (read.longitude !== null) expect(Math.abs(read.longitude)).toBeLessThanOrEqual(180);
      expect(read.rating === null || (read.rating >= -1 && read.rating <= 5)).toBe(true);
      expect(read.takenAt === null || /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(read.takenAt)).toBe(true);
      expect(read.keywords.length).toBeLessThanOrEqual(200);
    }),
    { numRuns: 500 },
  );
});
