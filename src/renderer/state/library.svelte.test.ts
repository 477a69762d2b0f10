import { ORPCError } from '@orpc/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rowOf } from './answers.test-fixture.ts';
import { FakeService } from './fake-service.test-fixture.ts';
import { Library } from './library.svelte.ts';

describe('Library', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('reads everything at first, and only what is new from then on, at most once a second', async () => {
    const service = new FakeService();
    service.rows = [rowOf(2, 20), rowOf(1, 10)];
    const library = new Library();
    expect(library.loaded).toBe(false);
    await library.connect(service.client());
    expect(library.loaded).toBe(true);
    expect([...library.pictures.ids]).toEqual([2, 1]);

    service.rows = [rowOf(2, 20), rowOf(3, 15), rowOf(1, 10)];
    for (service.revision = 2; service.revision < 9; service.revision++) library.noteRevision(service.revision);
    await vi.advanceTimersByTimeAsync(1100);
    expect([...library.pictures.ids]).toEqual([2, 3, 1]);
    expect(service.asked.filter((each) => each.startsWith('layout'))).toEqual(['layout 0', 'layout 2']);

    library.noteRevision(5);
    await vi.advanceTimersByTimeAsync(3000);
    expect(service.asked.filter((each) => each.startsWith('layout'))).toHaveLength(2);
  });

  it('reads everything anew where pictures went, or came back under their old ids', async () => {
    const service = new FakeService();
    service.rows = [rowOf(2, 20), rowOf(1, 10)];
    const library = new Library();
    await library.connect(service.client());
    service.rows = [rowOf(2, 20)];
    service.revision = 2;
    library.noteRevision(2);
    await vi.advanceTimersByTimeAsync(1100);
    expect([...library.pictures.ids]).toEqual([2]);
  });

  it('knows which pictures are away, and asks only where the sources that are away have changed', async () => {
    const service = new FakeService();
    service.rows = [rowOf(2, 20), rowOf(1, 10)];
    const source = { id: 1, path: '/drive', state: 'offline', watching: 'none', pictures: 2 } as const;
    service.sources = [source];
    service.offline = [1, 2];
    const library = new Library();
    await library.connect(service.client());
    expect([...library.offline]).toEqual([1, 2]);
    await library.refresh('all');
    expect(service.asked.filter((each) => each === 'offline')).toHaveLength(1);
    service.sources = [{ ...source, state: 'online' }];
    await library.refresh('new');
    expect(library.offline.size).toBe(0);
    expect(service.asked.filter((each) => each === 'offline')).toHaveLength(1);
  });

  it('says in a sentence why the library could not be read, and recovers', async () => {
    const service = new FakeService();
    service.refusals.set('status', new ORPCError('DISK_FULL', { data: { detail: '/library' } }));
    const library = new Library();
    await library.connect(service.client());
    expect(library.problem).toMatch(/^The disk is full\. .*\(\/library\)\.$/);
    service.refusals.clear();
    await library.refresh('all');
    expect(library.problem).toBeNull();
    expect(library.loaded).toBe(true);
  });
});
