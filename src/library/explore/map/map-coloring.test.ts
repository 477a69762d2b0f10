import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_CATEGORY } from '../../../contract/explore-schemas.ts';
import { datePeriods } from './date-periods.ts';
import { folderParts } from './folder-parts.ts';
import { paint } from './map-coloring.ts';

const times = (...dates: string[]): Map<number, number> =>
  new Map(dates.map((date, i) => [i + 1, Date.parse(`${date}T12:00:00Z`)]));

describe('datePeriods', () => {
  test('some weeks are told apart by day', () => {
    const { categories, categoryOf } = datePeriods(times('2024-02-28', '2024-03-01', '2024-02-28'));
    expect(categories).toEqual([
      { key: '2024-02-28', label: '28 February 2024' },
      { key: '2024-02-29', label: '29 February 2024' },
      { key: '2024-03-01', label: '1 March 2024' },
    ]);
    expect([...categoryOf]).toEqual([
      [1, 0],
      [2, 2],
      [3, 0],
    ]);
  });

  test('some years by month, many by year, none left out', () => {
    const months = datePeriods(times('2019-11-05', '2020-03-01'));
    expect(months.categories.map(({ key }) => key)).toEqual(['2019-11', '2019-12', '2020-01', '2020-02', '2020-03']);
    expect(months.categories[1]?.label).toBe('December 2019');
    const years = datePeriods(times('1998-01-01', '2003-12-31', '1999-06-01'));
    expect(years.categories.map(({ label }) => label)).toEqual(['1998', '1999', '2000', '2001', '2002', '2003']);
    expect(years.categoryOf.get(3)).toBe(1);
  });

  test('a date that nobody has set makes no thousand periods', () => {
    const far = new Map(times('0001-01-01', ...Array<string>(300).fill('2024-05-01')));
    expect(datePeriods(far).categories.map(({ key }) => key)).toEqual(['0001-01-01', '2024-05-01']);
    expect(datePeriods(new Map())).toEqual({ categories: [], categoryOf: new Map() });
  });
});

describe('folderParts', () => {
  const pictures = (root: string, ...paths: string[]) => paths.map((path, i) => ({ id: i + 1, root, path }));

  test('folders are split as long as few are left', () => {
    const { categories, categoryOf } = folderParts(pictures('/p', 'a/1.jpg', 'a/b/2.jpg', 'c/3.jpg', '4.jpg'));
    expect(categories).toEqual([
      { key: '/p', label: 'p' },
      { key: '/p/a', label: 'a' },
      { key: '/p/a/b', label: 'b' },
      { key: '/p/c', label: 'c' },
    ]);
    expect([1, 2, 3, 4].map((id) => categories[categoryOf.get(id) ?? -1]?.key)).toEqual([
      '/p/a',
      '/p/a/b',
      '/p/c',
      '/p',
    ]);
  });

  test('many sub-folders are one part, and folders of one name are told apart by path', () => {
    const days = Array.from({ length: 100 }, (_, i) => `days/${i}/x.jpg`);
    const { categories } = folderParts(pictures('/p', ...days, 'trip/days/1.jpg'));
    expect(categories).toEqual([
      { key: '/p/days', label: '/p/days' },
      { key: '/p/trip/days', label: '/p/trip/days' },
    ]);
  });

  test('each picture is in one of at most forty parts, whatever the folders', () => {
    const path = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(path, { maxLength: 120 }), (paths) => {
        const all = pictures('/p', ...paths.map((names, i) => [...names, `${i}.jpg`].join('/')));
        const { categories, categoryOf } = folderParts(all);
        expect(categories.length).toBeLessThanOrEqual(40);
        for (const { id, path: of } of all) {
          const { key = '' } = categories[categoryOf.get(id) ?? -1] ?? {};
          expect(`/p/${of}`.startsWith(`${key}/`) && key !== '').toBe(true);
        }
      }),
    );
  });
});

test('points are painted by category; what is in none, and what is not on the map, is left out', () => {
  const coloring = {
    categories: [
      { key: 'a', label: 'A' },
      { key: 'b', label: 'B' },
    ],
    categoryOf: new Map([
      [1, 1],
      [3, 0],
      [4, 1],
      [99, 0],
    ]),
  };
  const { categories, values } = paint(Uint32Array.of(1, 2, 3, 4), coloring);
  expect([...values]).toEqual([1, NO_CATEGORY, 0, 1]);
  expect(categories.map(({ pictures }) => pictures)).toEqual([1, 2]);
});
