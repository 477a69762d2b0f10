import { expect, it } from 'vitest';
import { NO_METADATA } from '../picture-metadata.ts';
import { videoMetadata } from './video-metadata.ts';

it('reads when, with what and where', () => {
  expect(
    videoMetadata({
      'com.apple.quicktime.creationdate': '2023-07-01T14:03:11+0200',
      'com.apple.quicktime.make': 'Apple',
      'com.apple.quicktime.model': 'iPhone 13',
      'com.apple.quicktime.location.ISO6709': '+48.8577+002.2950+035.000/',
      creation_time: '2023-07-01T12:03:11.000000Z',
    }),
  ).toEqual({
    ...NO_METADATA,
    takenAt: '2023-07-01T14:03:11',
    takenOffset: 120,
    takenFrom: 'video',
    camera: 'Apple iPhone 13',
    latitude: 48.8577,
    longitude: 2.295,
  });
  expect(videoMetadata({ location: '-33.8600+151.2000/' })).toMatchObject({ latitude: -33.86, longitude: 151.2 });
});

it('takes a time without zone for one of here', () => {
  const { takenAt, takenOffset } = videoMetadata({ creation_time: '2023-07-01T12:03:11.000000Z' });
  // without a zone a date is local
  expect(new Date(takenAt ?? '').getTime()).toBe(Date.parse('2023-07-01T12:03:11Z'));
  expect(Date.parse(`${takenAt ?? ''}Z`) - 60_000 * (takenOffset ?? 0)).toBe(Date.parse('2023-07-01T12:03:11Z'));
});

it('tells the time far from here by a clock of the place, and the moment is the same', () => {
  const creation_time = '2023-07-01T12:03:11.000000Z';
  const here = 0 - new Date(creation_time).getTimezoneOffset();
  for (let longitude = -179; longitude < 180; longitude++) {
    const location = `+00.5000${longitude < 0 ? '-' : '+'}${String(Math.abs(longitude)).padStart(3, '0')}.0000/`;
    const { takenAt, takenOffset } = videoMetadata({ creation_time, location });
    const ahead = takenOffset ?? Number.NaN;
    expect(Date.parse(`${takenAt ?? ''}Z`) - 60_000 * ahead).toBe(Date.parse(creation_time));
    if (ahead !== here) expect(Math.abs(ahead - 4 * longitude)).toBeLessThanOrEqual(30);
    if (Math.abs(here - 4 * longitude) < 180) expect(ahead).toBe(here);
  }
});

it('takes nonsense for nothing', () => {
  expect(videoMetadata({})).toEqual(NO_METADATA);
  expect(videoMetadata({ creation_time: '1904-01-01T00:00:00.000000Z', location: '+00.0000+000.0000/' })).toEqual(
    NO_METADATA,
  );
  expect(videoMetadata({ creation_time: 'yesterday', location: 'Paris' })).toEqual(NO_METADATA);
  expect(videoMetadata({ location: '+91.0+181.0/' })).toEqual(NO_METADATA);
});
