import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Pairs } from './pair-verdicts.ts';

/** Another one compares in another way: what an earlier one found is found anew. */
const COMPARISON = 2;

/** "SMBPAIRS": what the file is; then the comparison, the pictures, the pairs and the checksum of all that follows. */
const MAGIC = Buffer.from('SMBPAIRS');
const HEADER = MAGIC.length + 4 * Uint32Array.BYTES_PER_ELEMENT;

/** Bytes of a content hash that tell pictures apart. */
const PREFIX = 16;

/** What was found of pairs of pictures, by content. */
export interface ComparedPairs extends Pairs {
  /** Hexadecimal, of {@link hashPrefix}; pairs are of places among these. */
  readonly hashes: readonly string[];
}

/** What a picture's content is known by among those that were compared. */
export function hashPrefix(hash: string): string {
  return hash.slice(0, 2 * PREFIX);
}

/** What was found of pairs of pictures before, from a file that is a cache: null where there is none, or none that is whole and of this version. */
export async function readComparedPairs(path: string): Promise<ComparedPairs | null> {
  const file = await readFile(path).catch(() => null);
  if (file === null || file.length < HEADER || !file.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  const [comparison, pictures, pairs, checksum] = [0, 1, 2, 3].map((i) => file.readUInt32LE(MAGIC.length + 4 * i)) as [
    number,
    number,
    number,
    number,
  ];
  const body = file.subarray(HEADER);
  if (comparison !== COMPARISON || body.length !== PREFIX * pictures + 9 * pairs || crc32(body) !== checksum)
    return null;
  const hashes = Array.from({ length: pictures }, (_, i) => body.toString('hex', PREFIX * i, PREFIX * (i + 1)));
  const words = (at: number): Int32Array => {
    const from = PREFIX * pictures + 4 * at;
    return new Int32Array(Uint8Array.from(body.subarray(from, from + 4 * pairs)).buffer);
  };
  const verdicts = Uint8Array.from(body.subarray(PREFIX * pictures + 8 * pairs));
  return { hashes, first: words(0), second: words(pairs), verdicts };
}

/** Writes it aside and puts it in its place, so that there always is one that is whole. */
export async function writeComparedPairs(
  path: string,
  { hashes, first, second, verdicts }: ComparedPairs,
): Promise<void> {
  const body = Buffer.concat([Buffer.from(hashes.join(''), 'hex'), bytesOf(first), bytesOf(second), verdicts]);
  const header = Buffer.alloc(HEADER);
  MAGIC.copy(header);
  for (const [i, value] of [COMPARISON, hashes.length, first.length, crc32(body)].entries())
    header.writeUInt32LE(value, MAGIC.length + 4 * i);
  const aside = `${path}.new`;
  try {
    await writeFile(aside, Buffer.concat([header, body]));
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
