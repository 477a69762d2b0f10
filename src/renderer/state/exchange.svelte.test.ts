import { ORPCError } from '@orpc/client';
import { describe, expect, it, vi } from 'vitest';
import { Exchange } from './exchange.svelte.ts';
import { FakeService } from './fake-service.test-fixture.ts';

function connected() {
  const service = new FakeService();
  const client = service.client();
  const told: { sentence: string; undo: (() => void) | undefined }[] = [];
  const imported = vi.fn();
  const exchange = new Exchange({ told: (sentence, undo) => told.push({ sentence, undo }), imported });
  exchange.connect(client);
  return { client, exchange, told, imported };
}

describe('Exchange', () => {
  it('says what an export holds, and that it is under way until then', async () => {
    const { client, exchange } = connected();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    vi.spyOn(client.library, 'exportTo').mockImplementation(async ({ path }) => {
      await promise;
      return { path, bytes: 10, groups: 2, labels: 1200, clusters: 0, decisions: 3, rules: 0, models: 1, left: 1 };
    });
    const exporting = exchange.exportTo('/out/mine.json');
    expect(exchange.working).toBe('export');
    resolve(undefined);
    await exporting;
    expect(exchange.working).toBeNull();
    expect(exchange.outcome).toBe(
      '2 groups, 1,200 labels, 0 named clusters, 3 decisions about duplicates, 1 taught version: written to mine.json. 1 version could not be read and stayed here.',
    );
  });

  it('takes an import back where it brought labels', async () => {
    const { client, exchange, told, imported } = connected();
    vi.spyOn(client.library, 'importFrom').mockResolvedValue({
      change: 7,
      groups: 1,
      labels: 3,
      missing: 2,
      clusters: 0,
      decisions: 0,
      rules: 1,
      models: 0,
    });
    const undo = vi
      .spyOn(client.groups, 'undo')
      .mockImplementation(() => Promise.resolve({ change: 8, group: null } as never));
    await exchange.importFrom('/in/mine.json');
    expect(exchange.outcome).toContain('0 new named clusters, 1 new rule about what is left out, 0 new versions.');
    expect(exchange.outcome).toContain('2 pictures of the file are not in this library');
    told[0]?.undo?.();
    await vi.waitFor(() => expect(imported).toHaveBeenCalledTimes(2));
    expect(undo).toHaveBeenCalledWith({ change: 7 });
  });

  it('says in a sentence what went wrong', async () => {
    const { client, exchange, told } = connected();
    vi.spyOn(client.library, 'importFrom').mockRejectedValue(
      new ORPCError('LIBRARY_FILE_DAMAGED', { data: { detail: '/in/x' } }),
    );
    await exchange.importFrom('/in/x');
    expect(exchange.outcome).toMatch(/^This file is not an export of a Semblance library, or is damaged: \/in\/x/);
    expect(told).toEqual([]);
  });
});
