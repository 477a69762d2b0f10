import { expect, it } from 'vitest';
import { degreeWords, eventDates, eventTitle } from './event-words.ts';

it.each([
  ['2019-08-12T09:00:00Z', '2019-08-12T23:59:59Z', '12 August 2019'],
  ['2019-05-02T09:00:00Z', '2019-05-05T01:00:00Z', '2–5 May 2019'],
  ['2019-04-30T09:00:00Z', '2019-05-02T01:00:00Z', '30 April – 2 May 2019'],
  ['2018-12-31T23:00:00Z', '2019-01-01T01:00:00Z', '31 December 2018 – 1 January 2019'],
])('%s to %s is %s', (from, to, words) => {
  expect(eventDates(Date.parse(from), Date.parse(to))).toBe(words);
});

it('an event is called by what it is about and where it was, else by its dates', () => {
  expect(eventTitle('Beach', 'near Nice, France', '2 May 2019')).toBe('Beach, near Nice, France');
  expect(eventTitle(null, 'Nice, France', '2 May 2019')).toBe('Nice, France');
  expect(eventTitle(null, 'near Nice, France', '2 May 2019')).toBe('Near Nice, France');
  expect(eventTitle(null, null, '2 May 2019')).toBe('2 May 2019');
});

it('degrees are told with their side of the Earth', () => {
  expect(degreeWords({ latitude: -33.8571, longitude: 151.2149 })).toBe('33.86° S, 151.21° E');
  expect(degreeWords({ latitude: 40.7, longitude: -74 })).toBe('40.70° N, 74.00° W');
});
