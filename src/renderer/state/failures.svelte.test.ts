import { describe, expect, it } from 'vitest';
import { FILE_FAILURES } from '../../contract/errors.ts';
import type { FileFailure } from '../../contract/schemas.ts';
import { FakeService } from './fake-service.test-fixture.ts';
import { Failures, groupFailures } from './failures.svelte.ts';

const failure = (path: string, code: FileFailure['code']): FileFailure => ({ path, code, message: '', since: '' });

describe('Failures', () => {
  it('groups by code, the most frequent first, in the order of paths', () => {
    const list = [failure('/b', 'FILE_EMPTY'), failure('/z', 'FILE_DAMAGED'), failure('/a', 'FILE_EMPTY')];
    const groups = groupFailures(list, FILE_FAILURES);
    expect(groups.map(({ code, failures }) => [code, failures.map(({ path }) => path)])).toEqual([
      ['FILE_EMPTY', ['/a', '/b']],
      ['FILE_DAMAGED', ['/z']],
    ]);
    expect(groups[0]?.sentence).toBe('The file is empty (0 bytes).');
  });

  it('takes in failures as they happen, each path once', async () => {
    const service = new FakeService();
    service.failures = [failure('/a', 'FILE_EMPTY')];
    const failures = new Failures();
    await failures.connect(service.client());
    failures.note({ path: '/a', code: 'FILE_DAMAGED', message: 'm' }, new Date(0));
    failures.note({ path: '/b', code: 'FILE_EMPTY', message: 'm' }, new Date(0));
    await failures.retry({ code: 'FILE_EMPTY' });
    await failures.retry({ paths: ['/a'] });
    expect(service.asked).toEqual(expect.arrayContaining(['retry FILE_EMPTY', 'retry /a']));
    expect(failures.count).toBe(2);
    expect(failures.list.find(({ path }) => path === '/a')).toMatchObject({
      code: 'FILE_DAMAGED',
      since: '1970-01-01T00:00:00.000Z',
    });
  });
});
