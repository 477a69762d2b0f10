import { utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import type { ServiceClient } from '../../src/contract/contract.ts';
import { LYON, SYDNEY, writeDatedPictures, type DatedPicture } from '../fixtures/dated-pictures.ts';
import { indexFolders, jsonLines, openLibrary, runCommand, temporaryFolder } from '../fixtures/library.ts';

const PICTURES: DatedPicture[] = [
  // a morning in Lyon, and its evening
  ...[0, 5, 9, 12].map((minute, i) => ({
    name: `Walk/${i}.jpg`,
    at: `2019:05:03 10:${String(minute).padStart(2, '0')}:00`,
    zone: '+02:00',
    place: LYON,
  })),
  ...[0, 4, 8].map((minute, i) => ({ name: `e${i}.jpg`, at: `2019:05:03 22:0${minute}:00`, zone: '+02:00' })),
  // the same hour by two clocks
  { name: 'Flight/a.jpg', at: '2019:08:10 10:00:00', zone: '+10:00', place: SYDNEY },
  { name: 'Flight/b.jpg', at: '2019:08:10 02:10:00', zone: '+02:00' },
  { name: 'Flight/c.jpg', at: '2019:08:10 10:20:00', zone: '+10:00', place: SYDNEY },
  // these say nothing
  { name: 'scan1.jpg' },
  { name: 'scan2.jpg' },
];

async function datedLibrary() {
  const root = await temporaryFolder();
  const [photos, folder] = [join(root, 'photos'), join(root, 'library')];
  await writeDatedPictures(photos, PICTURES);
  for (const name of ['scan1.jpg', 'scan2.jpg']) {
    const time = new Date('2020-01-05T12:00:00');
    await utimes(join(photos, name), time, time);
  }
  const opened = await openLibrary(folder);
  await indexFolders(opened.client, photos);
  await opened.service.settled();
  return { photos, folder, ...opened };
}

async function namesOf(client: ServiceClient, ids: readonly number[]): Promise<string[]> {
  return Promise.all(ids.map(async (id) => basename((await client.pictures.get({ id })).path, '.jpg')));
}

test('pictures are in events by time and in places by coordinates', async () => {
  const { client, photos, folder, service } = await datedLibrary();
  const timeline = await client.explore.timeline({ fresh: true });
  expect(timeline).toMatchObject({
    pictures: 12,
    byFileTime: 2,
    events: 4,
    months: [
      { month: '2020-01', events: 1, pictures: 2 },
      { month: '2019-08', events: 1, pictures: 3 },
      { month: '2019-05', events: 2, pictures: 7 },
    ],
  });
  const { version } = timeline;
  const events = await client.explore.events({ version, first: 0 });
  expect(events).toMatchObject([
    { title: '5 January 2020', byFileTime: true, pictures: 2 },
    { title: 'Flight, Sydney, Australia', byFileTime: false, from: '2019-08-10T02:10:00', to: '2019-08-10T10:20:00' },
    { title: '3 May 2019', pictures: 3, place: null },
    { title: 'Walk, Lyon, France', dates: '3 May 2019', pictures: 4, place: 'Lyon, France' },
  ]);
  const walk = events[3];
  expect(
    await namesOf(
      client,
      (walk?.typical ?? []).map(({ id }) => id),
    ),
  ).toEqual(['0', '1', '2', '3']);
  // by one clock: the picture of the other zone lies between
  const flight = await client.explore.eventOf({ picture: events[1]?.picture ?? 0 });
  expect(await namesOf(client, flight.pictures)).toEqual(['a', 'b', 'c']);
  expect(await client.explore.events({ version, first: 3, count: 5 })).toEqual([walk]);
  await expect(client.explore.events({ version: version + 99, first: 0 })).rejects.toMatchObject({
    code: 'EXPLORED_CHANGED',
  });
  await expect(client.explore.eventOf({ picture: 999 })).rejects.toMatchObject({ code: 'PICTURE_UNKNOWN' });

  // kept whatever is said of groups, and found anew where a name is another
  const versionNow = async (): Promise<number> => (await client.explore.timeline({ fresh: true })).version;
  await client.groups.create({ name: 'Walks', pictures: (walk?.typical ?? []).map(({ id }) => id) });
  expect(await versionNow()).toBe(version);
  const clusters = await client.explore.clusters({ granularity: 0.5 });
  const [some] = clusters.clusters;
  await client.explore.name({ ...clusters, key: some?.key ?? '', name: 'Of one kind' });
  expect(await versionNow()).not.toBe(version);

  const places = await client.explore.places({ km: 8 });
  expect(places).toMatchObject({ km: 10, placed: 6, unplaced: 6, found: 2 });
  expect(places.places).toMatchObject([
    { name: 'Lyon, France', about: 'Walk', pictures: 4 },
    { name: 'Sydney, Australia', about: 'Flight', pictures: 2 },
  ]);
  expect(places.bounds?.west).toBeCloseTo(4.836);
  expect(places.bounds?.south).toBeCloseTo(-33.857);
  const south = await client.explore.places({ km: 8, bounds: { south: -90, west: 100, north: 0, east: -100 } });
  expect(south).toMatchObject({ found: 1, places: [{ name: 'Sydney, Australia' }] });
  const lyon = await client.explore.placeOf({ picture: walk?.picture ?? 0, km: 8 });
  expect((await namesOf(client, lyon.pictures)).sort()).toEqual(['0', '1', '2', '3']);
  const unplaced = events[2]?.picture ?? 0;
  await expect(client.explore.placeOf({ picture: unplaced, km: 8 })).rejects.toMatchObject({ code: 'PICTURE_UNKNOWN' });

  await service.close();
  const listed = jsonLines((await runCommand('events', '--json', '--library', folder)).stdout);
  expect(listed).toHaveLength(4);
  expect(listed[3]).toMatchObject({
    dates: '3 May 2019',
    size: 4,
    pictures: [0, 1, 2, 3].map((i) => join(photos, `Walk/${i}.jpg`)),
  });
  const found = await runCommand('places', '--km', '300', '--library', folder);
  expect(found.stdout).toContain('Lyon, France (Walk)  4 pictures');
  expect(found.stderr).toContain('6 pictures without a place.');
});

test('a library of no pictures has no events and no places', async () => {
  const { client } = await openLibrary(join(await temporaryFolder(), 'library'));
  expect(await client.explore.timeline()).toMatchObject({ pictures: 0, events: 0, months: [] });
  expect(await client.explore.places({ km: 10 })).toMatchObject({ placed: 0, bounds: null, places: [] });
});
