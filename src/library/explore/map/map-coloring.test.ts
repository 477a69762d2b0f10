import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_CATEGORY } from '../../../contract/explore-schemas.ts';
import { datePeriods } from './date-periods.ts';
import { folderParts } from './folder-parts.ts';
import { paint } from './paint-points.ts';

const taken = (...dates: string[]) => dates.map((date, i) => ({ id: i + 1, time: Date.parse(`${date}T12:00:00Z`) }));

describe('datePeriods', () => {
  test('some weeks are told apart by day', () => {
    expect(datePeriods(taken('2024-02-28', '2024-03-01', '2024-02-28'))).toEqual([
      { key: '2024-02-28', label: '28 February 2024', ids: [1, 3] },
      { key: '2024-02-29', label: '29 February 2024', ids: [] },
      { key: '2024-03-01', label: '1 March 2024', ids: [2] },
    ]);
  });

  test('some years by month, many by year, none left out', () => {
    const months = datePeriods(taken('2019-11-05', '2020-03-01'));
    expect(months.map(({ key }) => key)).toEqual(['2019-11', '2019-12', '2020-01', '2020-02', '2020-03']);
    expect(months[1]?.label).toBe('December 2019');
    const years = datePeriods(taken('1998-01-01', '2003-12-31', '1999-06-01'));
    expect(years.map(({ label }) => label)).toEqual(['1998', '1999', '2000', '2001', '2002', '2003']);
    expect(years[1]?.ids).toEqual([3]);
  });

  test('a date that nobody has set makes no thousand periods', () => {
    const far = datePeriods(taken('0001-01-01', ...Array<string>(300).fill('2024-05-01')));
    expect(far.map(({ key }) => key)).toEqual(['0001-01-01', '2024-05-01']);
    expect(datePeriods([{ id: 1, time: Number.NaN }])).toEqual([]);
  });
});

describe('folderParts', () => {
  const pictures = (root: string, ...paths: string[]) => paths.map((path, i) => ({ id: i + 1, root, path }));

  test('folders are split as long as few are left', () => {
    expect(folderParts(pictures('/p', 'a/1.jpg', 'a/b/2.jpg', 'c/3.jpg', '4.jpg'))).toEqual([
      { key: '/p', label: 'p', ids: [4] },
      { key: '/p/a', label: 'a', ids: [1] },
      { key: '/p/a/b', label: 'b', ids: [2] },
      { key: '/p/c', label: 'c', ids: [3] },
    ]);
  });

  test('many sub-folders are one part, and folders of one name are told apart by path', () => {
    const days = Array.from({ length: 100 }, (_, i) => `days/${i}/x.jpg`);
    expect(folderParts(pictures('/p', ...days, 'trip/days/1.jpg')).map(({ key, label }) => [key, label])).toEqual([
      ['/p/days', '/p/days'],
      ['/p/trip/days', '/p/trip/days'],
    ]);
  });

  test('each picture is in one of at most forty parts, whatever the folders', () => {
    const path = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(path, { maxLength: 120 }), (paths) => {
        const all = pictures('/p', ...paths.map((names, i) => [...names, `${i}.jpg`].join('/')));
        const parts = folderParts(all);
        expect(parts.length).toBeLessThanOrEqual(40);
        expect(parts.flatMap(({ ids }) => ids).sort((a, b) => a - b)).toEqual(all.map(({ id }) => id));
        const keyOf = new Map(parts.flatMap(({ key, ids }) => ids.map((id) => [id, key])));
        for (const { id, path: of } of all) expect(`/p/${of}`.startsWith(`${keyOf.get(id) ?? ''}/`)).toBe(true);
      }),
    );
  });
});

test('points are painted by the smallest category; what is in none, and what is not on the map, is left out', () => {
  const { categories, values } = paint(Uint32Array.of(1, 2, 3, 4), [
    { key: 'a', label: 'A', ids: [3, 4] },
    { key: 'b', label: 'B', ids: [1, 4, 99] },
  ]);
  expect([...values]).toEqual([1, NO_CATEGORY, 0, 0]);
  expect(categories).toEqual([
    { key: 'a', label: 'A', pictures: 2 },
    { key: 'b', label: 'B', pictures: 1 },
  ]);
});
