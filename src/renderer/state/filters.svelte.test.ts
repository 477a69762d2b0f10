import { ORPCError } from '@orpc/client';
import { expect, it, onTestFinished, vi } from 'vitest';
import { FakeService } from './fake-service.test-fixture.ts';
import { Filters } from './filters.svelte.ts';

async function openFilters() {
  const service = new FakeService();
  const heard: string[] = [];
  const filters = new Filters({ changed: () => heard.push('changed'), problem: (sentence) => heard.push(sentence) });
  await filters.connect(service.client());
  return { service, filters, heard };
}

it('asks which pictures are meant, and keeps what is shown until it knows', async () => {
  const { service, filters, heard } = await openFilters();
  expect(service.asked).toEqual([]);
  service.matching = [1, 3];
  const asked = filters.set({ rating: 3 });
  expect(filters.active).toBe(true);
  expect(filters.matching).toBeNull();
  expect(heard).toEqual(['changed']);
  await asked;
  expect([...(filters.matching ?? [])]).toEqual([1, 3]);
  service.matching = [3];
  await filters.refresh();
  expect([...(filters.matching ?? [])]).toEqual([3]);
  await filters.set({});
  expect(filters.matching).toBeNull();
  expect(filters.active).toBe(false);
});

it('takes no answer to a filter that was changed meanwhile', async () => {
  const { service, filters } = await openFilters();
  service.matching = [1];
  const first = filters.set({ rating: 1 });
  service.matching = [2];
  const second = filters.set({ rating: 2 });
  await Promise.all([first, second]);
  expect([...(filters.matching ?? [])]).toEqual([2]);
  const third = filters.set({ rating: 3 });
  await Promise.all([third, filters.set({})]);
  expect(filters.matching).toBeNull();
});

it('says what went wrong, and shows what it showed', async () => {
  const { service, filters, heard } = await openFilters();
  service.matching = [1];
  await filters.set({ rating: 1 });
  const filter = { keywords: ['x'] };
  service.refusals.set(`matching ${JSON.stringify(filter)}`, new ORPCError('CATALOG_BUSY', { message: 'It is busy.' }));
  await filters.set(filter);
  expect(heard.at(-1)).toContain('It is busy.');
  expect([...(filters.matching ?? [])]).toEqual([1]);
});

it('asks again while pictures come, now and then, and not without a filter', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { service, filters } = await openFilters();
  filters.noteRevision(1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(service.asked).toEqual([]);
  await filters.set({ rating: 1 });
  service.matching = [7];
  for (let revision = 2; revision < 9; revision++) filters.noteRevision(revision);
  await vi.advanceTimersByTimeAsync(10_000);
  filters.noteRevision(8);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(service.asked).toHaveLength(2);
  expect([...(filters.matching ?? [])]).toEqual([7]);
});

it('reads what there is to filter by when it is asked, and again when the library has changed', async () => {
  const { service, filters } = await openFilters();
  expect(filters.facets).toBeNull();
  service.facets = { ...service.facets, rated: 2 };
  await filters.readFacets();
  expect(filters.facets?.rated).toBe(2);
  service.facets = { ...service.facets, rated: 3 };
  await filters.refresh();
  expect(filters.facets?.rated).toBe(3);
});
