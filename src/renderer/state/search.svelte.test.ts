import { ORPCError } from '@orpc/client';
import { describe, expect, it } from 'vitest';
import type { Neighbor, SimilarResult } from '../../contract/schemas.ts';
import { FakeService } from './fake-service.test-fixture.ts';
import { exampleOf, Search } from './search.svelte.ts';

const neighbor = (id: number): Neighbor => ({
  rank: 1,
  id,
  hash: id.toString(16).padStart(64, '0'),
  video: null,
  path: `/photos/${id}.jpg`,
  copies: [],
  width: 3,
  height: 2,
  score: 0.9,
  related: true,
});
const result = (id: number, thumbnails: Blob[] = []): SimilarResult => ({
  neighbors: [neighbor(id)],
  exact: false,
  seconds: 0.1,
  thumbnails,
});
const file = (path: string) => exampleOf({ kind: 'file', path, name: path });

async function searching() {
  const service = new FakeService();
  const search = new Search();
  await search.connect(service.client());
  return { service, search };
}

describe('Search', () => {
  it('is empty, busy, then done, with the thumbnails that the service made', async () => {
    const { service, search } = await searching();
    expect(search.phase).toBe('empty');
    const thumbnail = new Blob(['webp']);
    service.similar = (input) => {
      expect(input).toMatchObject({ examples: [{ kind: 'file', path: '/a.jpg', wanted: true }] });
      return Promise.resolve(result(5, [thumbnail]));
    };
    const shown = search.show([file('/a.jpg')]);
    expect(search.phase).toBe('busy');
    await shown;
    expect(search.phase).toBe('done');
    expect(search.neighbors.map(({ id }) => id)).toEqual([5]);
    expect(search.examples[0]?.preview).toBe(thumbnail);
  });

  it('drops the answer to a query that another has replaced, and aborts it', async () => {
    const { service, search } = await searching();
    const first = Promise.withResolvers<SimilarResult>();
    let aborted: AbortSignal | undefined;
    service.similar = (_input, options) => {
      aborted = options?.signal;
      return first.promise;
    };
    const slow = search.show([file('/slow.jpg')]);
    service.similar = () => Promise.resolve(result(2));
    await search.show([file('/fast.jpg')]);
    expect(aborted?.aborted).toBe(true);
    first.resolve(result(1));
    await slow;
    expect(search.neighbors.map(({ id }) => id)).toEqual([2]);
    expect(search.examples[0]?.name).toBe('/fast.jpg');
  });

  it('fails with a sentence and can be tried again', async () => {
    const { service, search } = await searching();
    service.similar = () => Promise.reject(new ORPCError('PICTURE_UNREADABLE', { data: { detail: '/a.txt' } }));
    await search.show([file('/a.txt')]);
    expect(search.phase).toBe('failed');
    expect(search.problem?.sentence).toBe('This picture cannot be read: /a.txt');
    service.similar = () => Promise.resolve(result(3));
    await search.run();
    expect(search.phase).toBe('done');
    expect(search.problem).toBeNull();
  });

  it('asks nothing where nothing is wanted', async () => {
    const { service, search } = await searching();
    await search.show([{ ...file('/a.jpg'), wanted: false }]);
    expect(search.phase).toBe('empty');
    expect(service.asked).not.toContain('similar');
  });

  it('looks for words, alone and beside examples', async () => {
    const { service, search } = await searching();
    const queries: unknown[] = [];
    service.similar = (input) => {
      queries.push(input);
      return Promise.resolve(result(4));
    };
    await search.show([], 'a red car');
    expect(search.phase).toBe('done');
    await search.show([{ ...file('/a.jpg'), wanted: false }], 'a red car');
    expect(queries).toMatchObject([
      { examples: [], text: 'a red car' },
      { examples: [{ path: '/a.jpg', wanted: false }], text: 'a red car' },
    ]);
    await search.show([file('/a.jpg')]);
    expect(queries[2]).not.toHaveProperty('text');
    expect(search.begun).toBe(true);
    await search.show([]);
    expect([search.phase, search.begun]).toEqual(['empty', false]);
  });

  it('asks as soon as a service is there', async () => {
    const service = new FakeService();
    const search = new Search();
    await search.show([file('/a.jpg')]);
    expect(search.phase).toBe('busy');
    await search.connect(service.client());
    expect(search.phase).toBe('done');
  });

  it('follows labels with a preview while what was found stays, and says why there is none', async () => {
    const { service, search } = await searching();
    const asked: unknown[] = [];
    service.similar = (input) => {
      asked.push(input.preview);
      return Promise.resolve(result(asked.length));
    };
    await search.show([file('/a.jpg')]);
    search.labelsChanged();
    expect(asked).toEqual([false]);
    const shown = search.setPreview(true);
    expect(search.phase).toBe('done');
    await shown;
    search.labelsChanged();
    await Promise.resolve();
    expect(asked).toEqual([false, true, true]);
    await search.show([file('/a.jpg')], 'a red boat');
    expect(asked.at(-1)).toBe(false);
    service.similar = (input) =>
      input.preview === true
        ? Promise.reject(new ORPCError('TEACHING_IMPOSSIBLE', { data: { detail: 'One group alone.' } }))
        : Promise.resolve(result(7));
    await search.show([file('/a.jpg')]);
    expect(search.preview).toBe(false);
    expect(search.previewProblem).toContain('One group alone.');
    expect(search.neighbors.map(({ id }) => id)).toEqual([7]);
  });
});
