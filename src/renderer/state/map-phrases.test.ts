import { expect, it } from 'vitest';
import { categoryName, pointSentence, selectedSentence } from './map-phrases.ts';

const POINT = {
  row: 11,
  count: 20_000,
  seconds: 0,
  when: Date.UTC(2021, 4, 3),
  by: 'cluster',
  category: 'Beach',
} as const;

it('says what is at a point', () => {
  expect(pointSentence(POINT)).toBe('Picture 12 of 20,000, cluster Beach, 3 May 2021');
  expect(pointSentence({ ...POINT, category: null })).toBe('Picture 12 of 20,000, 3 May 2021');
  expect(pointSentence({ ...POINT, by: 'date', category: '2021' })).toBe('Picture 12 of 20,000, 3 May 2021');
  expect(pointSentence({ ...POINT, by: 'folder', category: 'Holidays', seconds: 3 })).toBe(
    'Video 12 of 20,000, folder Holidays, 3 May 2021',
  );
  expect(pointSentence({ ...POINT, row: -1 })).toBe('A moment of a video, cluster Beach');
});

it('names what has no name, and says how much was selected', () => {
  expect([categoryName({ key: 'c0', label: '' }), categoryName({ key: 'alone', label: '' })]).toEqual([
    'No name yet',
    'Like nothing else',
  ]);
  expect([selectedSentence(0), selectedSentence(1), selectedSentence(1200)]).toEqual([
    'No picture there.',
    '1 picture selected.',
    '1,200 pictures selected.',
  ]);
});
