import { expect, test } from 'vitest';
import type { PictureFilter } from '../../contract/schemas.ts';
import { changedFilter, dayAfter, filterChips, lastDay, RATINGS, withKeyword } from './filter-chips.ts';

const FULL: PictureFilter = {
  after: '2019-07-04',
  before: '2020-01-01',
  rating: 3,
  keywords: ['Sea', 'Paris'],
  camera: 'Canon EOS R5',
  near: { latitude: 48.85, longitude: 2.29, km: 10 },
  among: [3, 7],
  placed: true,
  kind: 'video',
};

test('each chip says one thing in words, and takes that alone away', () => {
  const chips = filterChips(FULL);
  expect(chips.map(({ label }) => label)).toEqual([
    'Videos',
    'From 4 July 2019',
    'Until 31 December 2019',
    '3 stars or more',
    'Sea',
    'Paris',
    'Canon EOS R5',
    'Within 10 km of 48.85000° N, 2.29000° E',
    '2 selected pictures',
    'With a place',
  ]);
  for (const { label, without } of chips) {
    expect(filterChips(without).map((chip) => chip.label)).toEqual(
      chips.map((chip) => chip.label).filter((each) => each !== label),
    );
  }
  const labels = RATINGS.map((rating) => filterChips({ rating })[0]?.label);
  expect(labels).toEqual([
    '1 star or more',
    '2 stars or more',
    '3 stars or more',
    '4 stars or more',
    '5 stars',
    'Not rated',
    'Rejected',
  ]);
  expect(filterChips({ keywords: ['Sea'] })[0]?.without).toEqual({});
});

test('days go over the ends of months and years, and back', () => {
  expect(dayAfter('2019-12-31')).toBe('2020-01-01');
  expect(dayAfter('2024-02-28')).toBe('2024-02-29');
  expect(lastDay(dayAfter('2023-03-26'))).toBe('2023-03-26');
});

test('what is taken out is gone, and a keyword is there once', () => {
  expect(
    changedFilter(FULL, {
      keywords: [],
      near: undefined,
      placed: undefined,
      kind: undefined,
      among: undefined,
      rating: 5,
    }),
  ).toEqual({
    after: '2019-07-04',
    before: '2020-01-01',
    rating: 5,
    camera: 'Canon EOS R5',
  });
  expect(withKeyword(FULL, 'sea')).toBe(FULL);
  expect(withKeyword({}, 'Sea')).toEqual({ keywords: ['Sea'] });
});
