import { describe, expect, it, vi } from 'vitest';
import { endedJobOf, jobOf, jobsStateOf } from './answers.test-fixture.ts';
import { FakeService } from './fake-service.test-fixture.ts';
import { Jobs } from './jobs.svelte.ts';

function connected() {
  const service = new FakeService();
  const jobs = new Jobs({});
  void jobs.connect(service.client());
  return { service, jobs };
}

describe('Jobs', () => {
  it('follows what runs, and reads what has ended when there is more of it', async () => {
    const { service, jobs } = connected();
    service.tellOfJobs(jobsStateOf({ jobs: [jobOf({ done: 3, total: 9 })], hold: 'battery' }));
    await vi.waitFor(() => expect(jobs.list).toMatchObject([{ done: 3, total: 9 }]));
    expect(jobs.hold).toBe('battery');
    expect(service.asked.filter((each) => each === 'ended')).toHaveLength(1);
    service.ended = [endedJobOf({ counts: { indexed: 9 } })];
    service.tellOfJobs(jobsStateOf({ revision: 2 }));
    await vi.waitFor(() => expect(jobs.ended).toMatchObject([{ counts: { indexed: 9 } }]));
    expect(jobs.list).toEqual([]);
  });

  it('shows what was asked for at once, and asks for it', async () => {
    const { service, jobs } = connected();
    const job = jobOf({ id: 'encode', kind: 'encode', secondsLeft: 4 });
    service.tellOfJobs(jobsStateOf({ jobs: [jobOf(), job] }));
    await vi.waitFor(() => expect(jobs.list).toHaveLength(2));
    void jobs.pause(job);
    expect(jobs.list).toMatchObject([{ state: 'running' }, { state: 'paused', secondsLeft: null }]);
    void jobs.resume(job);
    void jobs.cancel(job);
    expect(jobs.list[1]?.state).toBe('ending');
    void jobs.setMode('only-when-idle');
    expect(jobs.mode).toBe('only-when-idle');
    await jobs.goOnAnyway();
    expect(service.asked).toEqual(
      expect.arrayContaining([
        'pauseJob encode',
        'resumeJob encode',
        'cancelJob encode',
        'background only-when-idle',
        'goOnAnyway',
      ]),
    );
  });

  it('shows nothing of a service that is gone', async () => {
    const { service, jobs } = connected();
    service.tellOfJobs(jobsStateOf({ jobs: [jobOf()] }));
    await vi.waitFor(() => expect(jobs.list).toHaveLength(1));
    jobs.disconnect();
    expect(jobs.list).toEqual([]);
  });
});
