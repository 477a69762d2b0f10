import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { ContentCheck, contentChecksums, writeHeaded } from './headed-file.ts';

const content = Uint8Array.from({ length: 3 * 2 ** 20 + 7 }, (_, i) => i % 251);

test('what was written passes the check of its header, in whatever parts it is read, and nothing else does', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'headed-file-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeHeaded(folder, 'cache.bin', { format: 1 }, content);
  const bytes = await readFile(join(folder, 'cache.bin'));
  const end = bytes.indexOf('\n');
  const header = z.object(contentChecksums).parse(JSON.parse(bytes.toString('utf8', 0, end)));
  const read = bytes.subarray(end + 1);
  expect(read.equals(content)).toBe(true);
  expect(new ContentCheck(header).update(read.subarray(0, 5)).update(read.subarray(5)).passes()).toBe(true);
  read[100] = 255 - (read[100] ?? 0);
  expect(new ContentCheck(header).update(read).passes()).toBe(false);
});

test('files of before, with a SHA-256, pass too; without a checksum none does', () => {
  const sha256 = createHash('sha256').update(content).digest('hex');
  expect(new ContentCheck({ sha256 }).update(content).passes()).toBe(true);
  expect(new ContentCheck({ sha256 }).update(content.subarray(1)).passes()).toBe(false);
  expect(new ContentCheck({}).update(content).passes()).toBe(false);
});
