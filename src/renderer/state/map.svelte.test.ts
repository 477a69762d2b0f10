import { ORPCError } from '@orpc/client';
import { expect, it, vi } from 'vitest';
import { clusterOf } from './answers.test-fixture.ts';
import { FakeService } from './fake-service.test-fixture.ts';
import { LibraryMap } from './map.svelte.ts';

async function connected() {
  const service = new FakeService();
  const { map: answers } = service;
  answers.ids = [4, 7, 9];
  answers.positions = [-1, 0, 1, 0, 1, 1];
  answers.categories = [
    { key: 'n1', label: 'Beach', pictures: 2 },
    { key: 'alone', label: '', pictures: 1 },
  ];
  answers.values = [0, 0, 1];
  service.clusters = { ...service.clusters, clusters: [clusterOf({ typical: [{ id: 7, hash: '' }] })] };
  const told: string[] = [];
  const map = new LibraryMap(() => 0.5, { problem: (sentence) => told.push(sentence) });
  void map.connect(service.client());
  map.open(false);
  await vi.waitFor(() => expect(map.colored).not.toBeNull());
  return { service, answers, map, told };
}

it('takes the map as it is kept, with its colours, and finds pictures on it', async () => {
  const { map, service } = await connected();
  expect(service.asked.filter((name) => name.includes('Map'))).toEqual(['layoutMap kept', 'colorMap cluster 1']);
  // of what would overlap, the typical is shown
  await vi.waitFor(() => expect([...(map.ranks ?? [])]).toEqual([255, 0, 255]));
  expect([...(map.found?.grid.positions ?? [])]).toEqual([-1, 0, 1, 0, 1, 1]);
  expect([map.found?.pointOf(9), map.found?.pointOf(5)]).toEqual([2, -1]);
  // what is like nothing else has the colour of what has no category, and its name is not written
  const [beach, alone] = map.colored?.categories ?? [];
  expect([beach?.color === 0, alone?.color]).toEqual([false, 0]);
  expect(map.colored?.anchors.map(({ category }) => category)).toEqual([0]);
});

it('follows another layout and other names, and asks again where its colours were of an older one', async () => {
  const { map, service, answers } = await connected();
  answers.revision = 2;
  answers.ids = [4, 7, 9, 12];
  answers.positions = [-1, 0, 1, 0, 1, 1, 0, 0];
  answers.values = [0, 0, 1, null];
  service.tellOfExploring({ type: 'map', revision: 2 });
  await vi.waitFor(() => expect(map.colored?.values).toHaveLength(4));
  expect(map.colored?.colors[3]).toBe(0);

  const asked = service.asked.length;
  service.tellOfExploring({ type: 'map', revision: 2 });
  service.tellOfExploring({ type: 'names', revision: 8 });
  await vi.waitFor(() => expect(service.asked.slice(asked)).toContain('colorMap cluster 2'));
  expect(service.asked.slice(asked)).not.toContain('layoutMap kept');

  service.refusals.set('colorMap folder 2', new ORPCError('MAP_CHANGED', { data: { detail: '' } }));
  map.setColoring('folder');
  await vi.waitFor(() => expect(service.asked.at(-1)).toBe('layoutMap kept'));
  expect(map.colored?.by).toBe('cluster');
});

it('says that pictures have come or gone, and lays out anew only where that is asked for', async () => {
  const { map, service, answers } = await connected();
  answers.current = false;
  map.libraryChanged();
  await vi.waitFor(() => expect(map.found?.current).toBe(false));
  expect(map.colored).not.toBeNull();
  answers.current = true;
  await map.load(true);
  expect(service.asked).toContain('layoutMap fresh');
  expect(map.found?.current).toBe(true);
});

it('keeps what there is where a new layout is cancelled, and says so', async () => {
  const { map, service } = await connected();
  service.refusals.set('layoutMap fresh', new ORPCError('MAP_CANCELLED', { data: { detail: '' } }));
  await map.load(true);
  expect(map.phase).toBe('failed');
  expect(map.problem).toMatch(/cancelled/);
  expect(map.found?.grid.count).toBe(3);
});

it('colours by groups anew when they change, and lights one category at a time', async () => {
  const { map, service } = await connected();
  map.light(1);
  map.light(0);
  expect(map.lit).toBe(0);
  map.light(0);
  expect(map.lit).toBeNull();
  map.groupsChanged();
  map.setColoring('group');
  await vi.waitFor(() => expect(map.colored?.by).toBe('group'));
  map.groupsChanged();
  await vi.waitFor(() => expect(service.asked.filter((name) => name === 'colorMap group 1')).toHaveLength(2));
});
