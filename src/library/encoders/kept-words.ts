import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EncoderDefinition } from '../../compute/encoders/definition.ts';

/** Beside the encoder's own files, and gone with them. */
const FILE = 'vocabulary.bin';
const SUM_BYTES = 32;

/** What the rows depend on: another encoder or other words are read anew. */
function sumOf(definition: EncoderDefinition, texts: readonly string[]): Buffer {
  const { id, files, readsWords } = definition;
  return createHash('sha256')
    .update(JSON.stringify([id, files, readsWords, texts]))
    .digest();
}

/** Rows that were kept of these words by {@link keepWords}; null where there are none, or they are of other words. */
export async function keptWords(
  folder: string,
  definition: EncoderDefinition,
  texts: readonly string[],
): Promise<Float32Array[] | null> {
  const bytes = await readFile(join(folder, FILE)).catch(() => null);
  const { size } = definition.output;
  if (bytes?.length !== SUM_BYTES + 4 * size * texts.length) return null;
  if (!bytes.subarray(0, SUM_BYTES).equals(sumOf(definition, texts))) return null;
  const rows = new Float32Array(new Uint8Array(bytes.subarray(SUM_BYTES)).buffer);
  return texts.map((_, i) => rows.slice(i * size, (i + 1) * size));
}

/** Keeps rows of words, so that they are not read again. It is a cache: where it cannot be written, nothing is kept. */
export async function keepWords(
  folder: string,
  definition: EncoderDefinition,
  texts: readonly string[],
  rows: readonly Float32Array[],
): Promise<void> {
  const bytes = Buffer.concat([
    sumOf(definition, texts),
    ...rows.map((row) => Buffer.from(row.buffer, row.byteOffset, row.byteLength)),
  ]);
  const file = join(folder, FILE);
  try {
    await writeFile(`${file}.new`, bytes);
    await rename(`${file}.new`, file);
  } catch {
    // the next time they are read again
  }
}
