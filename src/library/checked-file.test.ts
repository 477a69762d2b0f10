import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { readChecked, writeChecked } from './checked-file.ts';

const FORMAT = { format: 'semblance-test', version: 2, mostBytes: 10_000 } as const;
const schema = z.object({
  name: z.string(),
  items: z.array(z.json()),
  added: z.number().default(7),
  sha256: z.string(),
});

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'checked-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** Any JSON but fields named `__proto__`, which zod leaves out of what it reads. */
const json = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('"__proto__"'));

test('what is written is read again, whatever is in it, and a field that came later is filled in', async () => {
  const path = join(await temporary(), 'file');
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.array(json, { maxLength: 20 }), async (name, items) => {
      const plain = JSON.parse(JSON.stringify({ name, items })) as { name: string; items: unknown[] };
      const bytes = await writeChecked(path, FORMAT, plain);
      expect(bytes).toBe((await readFile(path)).length);
      expect(await readChecked(path, FORMAT, schema)).toMatchObject({ ...plain, added: 7 });
    }),
    { numRuns: 50 },
  );
});

test('what does not fit is not begun, and leaves the file of before', async () => {
  const folder = await temporary();
  const path = join(folder, 'file');
  await writeChecked(path, FORMAT, { name: 'before', items: [] });
  const items = Array.from({ length: 3000 }, () => 'four');
  await expect(writeChecked(path, FORMAT, { name: 'large', items })).rejects.toMatchObject({
    code: 'EXPORT_TOO_LARGE',
  });
  expect(await readdir(folder)).toEqual(['file']);
  expect(await readChecked(path, FORMAT, schema)).toMatchObject({ name: 'before' });
});

test('what another program wrote is told apart: newer, of another kind, changed', async () => {
  const path = join(await temporary(), 'file');
  await writeChecked(path, { ...FORMAT, version: 3 }, { name: 'a', items: [] });
  await expect(readChecked(path, FORMAT, schema)).rejects.toMatchObject({ code: 'EXPORT_NEWER' });
  await writeChecked(path, { ...FORMAT, format: 'other' }, { name: 'a', items: [] });
  await expect(readChecked(path, FORMAT, schema)).rejects.toThrow(/format other/);
  await writeChecked(path, { ...FORMAT, version: 1 }, { name: 'a', items: [], added: 1 });
  expect(await readChecked(path, FORMAT, schema)).toMatchObject({ added: 1 });
});
