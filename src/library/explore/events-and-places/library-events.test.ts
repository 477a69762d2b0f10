import { expect, it } from 'vitest';
import type { DatedPictures } from '../../catalog/dated-store.ts';
import { Cities, parseCities } from './cities.ts';
import { libraryEvents, type FoundEvents } from './library-events.ts';
import { libraryPlaces } from './library-places.ts';

interface Row {
  readonly at: string;
  readonly offset?: number;
  readonly byFile?: boolean;
  readonly place?: readonly [number, number];
  readonly folder?: string;
}

const LYON = [45.76, 4.84] as const;
const cities = new Cities(parseCities('Lyon\tFR\t45.75\t4.85\t472'));

/** Pictures of ids from 1, in the order of their clocks. */
function pictures(rows: readonly Row[]): DatedPictures {
  return {
    ids: Uint32Array.from(rows, (_, i) => i + 1),
    clocks: Float64Array.from(rows, ({ at }) => Date.parse(`${at}Z`)),
    offsets: Float64Array.from(rows, ({ offset }) => offset ?? Number.NaN),
    byFile: Uint8Array.from(rows, ({ byFile }) => (byFile === true ? 1 : 0)),
    latitudes: Float64Array.from(rows, ({ place }) => place?.[0] ?? Number.NaN),
    longitudes: Float64Array.from(rows, ({ place }) => place?.[1] ?? Number.NaN),
    folders: rows.map(({ folder }) => folder ?? null),
  };
}

function found(rows: readonly Row[], names: readonly (readonly [number, string])[] = []): FoundEvents {
  return libraryEvents(pictures(rows), { isSameScene: () => null, clusterOf: new Map(names), cities });
}

function eventsOf({ ids, starts }: FoundEvents): number[][] {
  return Array.from(starts.subarray(0, -1), (start, i) => Array.from(ids.subarray(start, starts[i + 1])));
}

it('events come the newest first, each in the order in which it was taken by one clock', () => {
  const events = found([
    { at: '2019-05-03T10:00:00' },
    { at: '2019-08-10T02:10:00', offset: 120 },
    { at: '2019-08-10T10:00:00', offset: 600 },
  ]);
  expect(eventsOf(events)).toEqual([[3, 2], [1]]);
  expect(new Date(events.from[0] ?? 0).toISOString()).toBe('2019-08-10T02:10:00.000Z');
});

it('pictures that have the time of their file alone are apart from those that say theirs', () => {
  const events = found([
    { at: '2019-05-03T10:00:00' },
    { at: '2019-05-03T10:01:00', byFile: true },
    { at: '2019-05-03T10:02:00' },
  ]);
  expect(eventsOf(events)).toEqual([[2], [1, 3]]);
  expect([...events.byFile]).toEqual([1, 0]);
});

it('an event is about the named cluster that makes most of it, else about its folder', () => {
  const rows = Array.from({ length: 5 }, (_, i) => ({ at: `2019-05-03T10:0${i}:00`, folder: 'Trip' }));
  expect(found(rows).abouts).toEqual(['Trip']);
  const named = (ids: readonly number[]) => ids.map((id) => [id, 'Beach'] as const);
  expect(found(rows, named([1, 2])).abouts).toEqual(['Trip']);
  expect(found(rows, named([1, 2, 4])).abouts).toEqual(['Beach']);
});

it('an event was where most of it was taken, as far as it says so', () => {
  const at = (i: number): string => `2019-05-03T10:0${i}:00`;
  const places = (rows: readonly Row[]) => found(rows).places;
  expect(places([{ at: at(0), place: LYON }, { at: at(1), place: LYON }, { at: at(2) }])).toEqual(['Lyon, France']);
  expect(places([{ at: at(0), place: LYON }, { at: at(1) }, { at: at(2) }])).toEqual([null]);
  expect(
    places([
      { at: at(0), place: LYON },
      { at: at(1), place: [0, 0] },
    ]),
  ).toEqual([null]);
});

it('a place is named by its city, else by what its pictures share, else by degrees', () => {
  const rows: Row[] = [
    { at: '2019-05-03T10:00:00', place: LYON, folder: 'Zoo' },
    { at: '2019-05-03T10:01:00', place: [10, -30], folder: 'Boat' },
    { at: '2019-05-03T10:02:00', place: [-10, -30] },
    { at: '2019-05-03T10:03:00', place: [-40, -30] },
    { at: '2019-05-03T10:03:30', place: [46, 4.84] },
    { at: '2019-05-03T10:04:00' },
  ];
  const { names, abouts, unplaced } = libraryPlaces(pictures(rows), 10, {
    keywords: new Map([[3, ['whales']]]),
    cities,
  });
  expect(names).toEqual(['Lyon, France', 'Boat', 'whales', '40.00° S, 30.00° W', 'Near Lyon, France']);
  expect(abouts).toEqual(['Zoo', null, null, null, null]);
  expect(unplaced).toBe(1);
});
