import { expect, test } from 'vitest';
import { exifFields, NO_EXIF, readExif } from './exif-fields.ts';

test('dates lose their colons, nonsense dates are none', () => {
  expect(exifFields({ DateTimeOriginal: '2019:07:04 16:20:11' }).takenAt).toBe('2019-07-04T16:20:11');
  expect(exifFields({ DateTimeOriginal: '0000:00:00 00:00:00', CreateDate: '2020:01:02 03:04:05' }).takenAt).toBe(
    '2020-01-02T03:04:05',
  );
  expect(exifFields({ DateTimeOriginal: '2019:13:45 16:20:11' }).takenAt).toBeNull();
});

test('the maker is named once', () => {
  expect(exifFields({ Make: 'Canon', Model: 'Canon EOS R5' }).camera).toBe('Canon EOS R5');
  expect(exifFields({ Make: 'SONY', Model: 'ILCE-7M4\u0000\u0000' }).camera).toBe('SONY ILCE-7M4');
  expect(exifFields({ Make: '  ' }).camera).toBeNull();
});

test('a place needs both coordinates, in range, and not 0, 0', () => {
  expect(exifFields({ latitude: 52.5, longitude: 13.4 })).toMatchObject({ latitude: 52.5, longitude: 13.4 });
  expect(exifFields({ latitude: 52.5 })).toMatchObject({ latitude: null, longitude: null });
  expect(exifFields({ latitude: 0, longitude: 0 })).toMatchObject({ latitude: null, longitude: null });
  expect(exifFields({ latitude: 91, longitude: 0 })).toMatchObject({ latitude: null, longitude: null });
});

test('a broken block costs the fields only', async () => {
  expect(await readExif(Buffer.from('Exif\u0000\u0000 not a TIFF header at all'))).toEqual(NO_EXIF);
  expect(await readExif(undefined)).toEqual(NO_EXIF);
});
