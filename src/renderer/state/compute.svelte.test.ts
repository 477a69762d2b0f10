import { ORPCError } from '@orpc/client';
import { describe, expect, it, vi } from 'vitest';
import { Compute } from './compute.svelte.ts';
import { FakeService } from './fake-service.test-fixture.ts';

function connected() {
  const service = new FakeService();
  const refused: string[] = [];
  const compute = new Compute((sentence) => refused.push(sentence));
  compute.connect(service.client());
  return { service, compute, refused };
}

describe('Compute', () => {
  it('asks nothing until somebody looks, then at once and after the trial', async () => {
    const { service, compute } = connected();
    compute.changed();
    expect(service.asked).toEqual([]);
    service.compute = { ...service.compute, settled: false };
    await compute.read();
    expect(service.asked).toEqual(['devices', 'devices, waiting']);
    service.compute = { ...service.compute, settled: true };
    compute.changed();
    await vi.waitFor(() => expect(compute.report?.settled).toBe(true));
  });

  it('shows a choice at once, and takes it back where it is refused', async () => {
    const { service, compute, refused } = connected();
    await compute.read();
    const chosen = compute.choose('cuda:0');
    expect(compute.report?.choice).toBe('cuda:0');
    await chosen;
    expect(compute.report?.choice).toBe('cuda:0');
    service.refusals.set('choose gone', new ORPCError('DEVICE_UNKNOWN', { data: { detail: 'gone' } }));
    await compute.choose('gone');
    expect(compute.report?.choice).toBe('cuda:0');
    expect(refused).toEqual([expect.stringContaining('There is no device gone')]);
  });

  it('says why the devices could not be read, and reads them from the next service', async () => {
    const { service, compute } = connected();
    service.refusals.set('devices', new Error('It has stopped.'));
    await compute.read();
    expect(compute.problem).toBe('It has stopped.');
    service.refusals.clear();
    await compute.read();
    expect(compute.problem).toBeNull();
    compute.connect(new FakeService().client());
    expect(compute.report).toBeNull();
    await vi.waitFor(() => expect(compute.report).not.toBeNull());
  });
});
