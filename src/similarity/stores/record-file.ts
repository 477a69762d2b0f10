/** A file of records, one behind the other, each after its length (u32, little-endian). */
import { open } from 'node:fs/promises';
import { SimilarityError } from '../errors.ts';
import { damaged, readSaved } from '../files/saved.ts';

export const LENGTH_BYTES = 4;

/** The record with its length before it. */
export function framed(record: Uint8Array): Buffer {
  const frame = Buffer.alloc(LENGTH_BYTES + record.length);
  frame.writeUInt32LE(record.length);
  frame.set(record, LENGTH_BYTES);
  return frame;
}

/**
 * Reads the records of a file in their order.
 *
 * @throws SimilarityError FILE_DAMAGED where the last is not whole
 */
export async function* readRecords(file: string): AsyncGenerator<Buffer> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const length = Buffer.alloc(LENGTH_BYTES);
    for (let at = 0; at < size;) {
      await handle.read(length, 0, LENGTH_BYTES, at);
      const bytes = length.readUInt32LE();
      if (at + LENGTH_BYTES + bytes > size) throw damaged(file, 'its last record is not whole');
      const record = Buffer.alloc(bytes);
      await handle.read(record, 0, bytes, at + LENGTH_BYTES);
      yield record;
      at += LENGTH_BYTES + bytes;
    }
  } finally {
    await handle.close();
  }
}

/**
 * The data file of a store that was saved, checked.
 *
 * @throws SimilarityError FILE_MISSING or FILE_DAMAGED
 */
export async function savedStore(folder: string, kind: string): Promise<{ file: string; size: number }> {
  const { description, file } = await readSaved(folder, 'store');
  if (description['kind'] !== kind || file === undefined) throw damaged(folder, `it holds no ${kind} store`);
  return { file, size: Number(description['size']) };
}

/** @throws SimilarityError OUT_OF_RANGE where there is no such id */
export function checkId(id: number, size: number): number {
  if (Number.isInteger(id) && id >= 0 && id < size) return id;
  throw new SimilarityError('OUT_OF_RANGE', 'id', {
    expected: `${size} examples are stored, and ${id} is none of them`,
  });
}
