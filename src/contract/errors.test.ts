import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { FILE_FAILURES, SERVICE_ERRORS, ServiceError } from './errors.ts';

test('every code has its entry in docs/errors.md, and the page names no other', async () => {
  const page = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const [ours = ''] = page.split('## Errors of the similarity module');
  const documented = [...ours.matchAll(/^\| `([A-Z_]+)` *\|/gm)].map(([, code]) => code).sort();
  expect(documented).toEqual([...Object.keys(SERVICE_ERRORS), ...Object.keys(FILE_FAILURES)].sort());
});

test('the sentence names what it is about, whatever characters that has', () => {
  expect(new ServiceError('FOLDER_MISSING', '/photos/$& {detail}').message).toContain('/photos/$& {detail}');
});
