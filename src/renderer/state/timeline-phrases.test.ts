import { describe, expect, it } from 'vitest';
import type { PictureEvent } from '../../contract/timeline-schemas.ts';
import { distance, eventName, eventNote, monthWords, placeNote, placeTitle } from './timeline-phrases.ts';

const EVENT: PictureEvent = {
  picture: 1,
  pictures: 12,
  from: '2019-05-03T10:05:00',
  to: '2019-05-03T12:40:00',
  byFileTime: false,
  title: '3 May 2019',
  dates: '3 May 2019',
  place: null,
  typical: [],
};

describe('an event', () => {
  it('says when it was, and of one day at what time', () => {
    expect(eventNote(EVENT)).toBe('10:05–12:40, 12 pictures');
    expect(eventNote({ ...EVENT, title: 'Beach', to: EVENT.from, pictures: 1 })).toBe('3 May 2019, 10:05, 1 picture');
    expect(eventNote({ ...EVENT, to: '2019-05-04T12:40:00', byFileTime: true })).toBe('12 pictures, by file dates');
  });

  it('names a group by its title and dates', () => {
    expect(eventName(EVENT)).toBe('3 May 2019');
    expect(eventName({ ...EVENT, title: 'Beach' })).toBe('Beach, 3 May 2019');
  });
});

it('a month is told by its name', () => {
  expect(monthWords('2019-05')).toBe('May 2019');
});

it('a place says how wide it is', () => {
  const place = {
    picture: 1,
    pictures: 3,
    latitude: 0,
    longitude: 0,
    radiusKm: 2.31,
    name: 'Lyon',
    about: null,
    typical: [],
  };
  expect(placeNote(place)).toBe('3 pictures within 2.4 km');
  expect(placeNote({ ...place, radiusKm: 0 })).toBe('3 pictures');
  expect(placeTitle(place)).toBe('Lyon');
  expect(placeTitle({ ...place, about: 'Zoo' })).toBe('Lyon: Zoo');
  expect([0.001, 0.123, 45.2].map(distance)).toEqual(['10 m', '130 m', '46 km']);
});
