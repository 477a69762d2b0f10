import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hashPrefix, readComparedPairs, writeComparedPairs } from './compared-pairs-file.ts';

test('what was found of pairs is read as it was written, and nothing of a file that is not whole', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'semblance-pairs-')), 'pairs.bin');
  expect(await readComparedPairs(path)).toBeNull();
  const compared = {
    hashes: ['0a', 'ff', '37'].map((byte) => hashPrefix(byte.repeat(32))),
    first: Int32Array.of(0, 0, 1),
    second: Int32Array.of(1, 2, 2),
    verdicts: Uint8Array.of(0, 1, 3),
  };
  await writeComparedPairs(path, compared);
  expect(await readComparedPairs(path)).toEqual(compared);

  const whole = await readFile(path);
  await writeFile(path, whole.subarray(0, -1));
  expect(await readComparedPairs(path)).toBeNull();
  const damaged = Buffer.from(whole);
  damaged[damaged.length - 2] = 2;
  await writeFile(path, damaged);
  expect(await readComparedPairs(path)).toBeNull();
});
