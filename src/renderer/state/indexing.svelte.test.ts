import { ORPCError } from '@orpc/client';
import { describe, expect, it, vi } from 'vitest';
import { progressOf, summaryOf } from './answers.test-fixture.ts';
import { FakeService } from './fake-service.test-fixture.ts';
import { Indexing } from './indexing.svelte.ts';

function connected() {
  const service = new FakeService();
  const problems: string[] = [];
  const indexing = new Indexing({ problem: (sentence) => problems.push(sentence) });
  void indexing.connect(service.client());
  return { service, indexing, problems };
}

describe('Indexing', () => {
  it('follows a run from its start to its summary', async () => {
    const { service, indexing } = connected();
    service.tell(progressOf({ state: 'indexing', found: 10, indexed: 4 }));
    await vi.waitFor(() => expect(indexing.running).toBe(true));
    service.tell(summaryOf({ found: 10, indexed: 10 }));
    service.tell(progressOf({ state: 'idle' }));
    await vi.waitFor(() => expect(indexing.running).toBe(false));
    expect(indexing.summary?.indexed).toBe(10);
  });

  it('shows pause, resume and cancel at once, before the service has answered', async () => {
    const { service, indexing } = connected();
    service.tell(progressOf({ state: 'indexing', found: 10, secondsLeft: 5 }));
    await vi.waitFor(() => expect(indexing.running).toBe(true));
    const paused = indexing.pause();
    expect(indexing.progress).toMatchObject({ state: 'paused', secondsLeft: null });
    await paused;
    void indexing.resume();
    expect(indexing.progress?.state).toBe('indexing');
    void indexing.cancel();
    expect(indexing.progress?.state).toBe('cancelling');
    expect(service.asked).toEqual(expect.arrayContaining(['pause', 'resume', 'cancel']));
  });

  it('indexes a folder added during a run when the run ends', async () => {
    const { service, indexing, problems } = connected();
    service.tell(progressOf({ state: 'indexing', found: 10 }));
    await vi.waitFor(() => expect(indexing.running).toBe(true));
    await indexing.start([7]);
    expect(service.asked).not.toContain('start 7');
    service.tell(summaryOf({}));
    await vi.waitFor(() => expect(service.asked).toContain('start 7'));
    expect(problems).toEqual([]);
  });

  it('waits as well where the service says that it is busy, and tells any other refusal', async () => {
    const { service, indexing, problems } = connected();
    service.refusals.set('start 3', new ORPCError('INDEXING_BUSY', { data: { detail: '' } }));
    await indexing.start([3]);
    service.refusals.clear();
    service.tell(summaryOf({}));
    await vi.waitFor(() => expect(service.asked.filter((each) => each === 'start 3')).toHaveLength(2));
    expect(problems).toEqual([]);
    service.refusals.set('start 4', new ORPCError('SOURCE_UNKNOWN', { data: { detail: '4' } }));
    await indexing.start([4]);
    expect(problems).toEqual(['There is no source 4 in this library.']);
  });
});
