import { createHash, type Hash } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { writeError } from './library-folder.ts';

/** What a header says of the content after it: its CRC-32 as eight hex digits; files of before have a SHA-256, which takes twice as long to make. */
export const contentChecksums = { crc32: z.string().optional(), sha256: z.string().optional() };

/** Bytes summed and written at once, with other work between: 2 ms. */
const PART = 2 ** 20;

/**
 * Writes a cache whose first line is a header, JSON, with the CRC-32 of the content that follows it. It is written aside, synced and renamed, so that
 * what has the name is whole.
 *
 * @param folder made where it is not there
 * @throws ServiceError DISK_FULL or LIBRARY_READ_ONLY
 */
export async function writeHeaded(
  folder: string,
  name: string,
  header: Readonly<Record<string, unknown>>,
  content: Uint8Array,
): Promise<void> {
  const aside = join(folder, `${name}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(aside, 'w');
    try {
      let sum = 0;
      // as long as it will be
      await handle.writeFile(headerLine(header, sum));
      for (let at = 0; at < content.length; at += PART) {
        const part = content.subarray(at, at + PART);
        sum = crc32(part, sum);
        await handle.writeFile(part);
      }
      await handle.write(headerLine(header, sum), 0);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, join(folder, name));
  } catch (cause) {
    throw writeError(cause as NodeJS.ErrnoException);
  }
}

function headerLine(header: Readonly<Record<string, unknown>>, sum: number): string {
  return `${JSON.stringify({ ...header, crc32: hexDigits(sum) })}\n`;
}

/** A CRC-32 as eight hex digits. */
function hexDigits(sum: number): string {
  return sum.toString(16).padStart(8, '0');
}

/** Holds content, as it is read, against what its header says of it. */
export class ContentCheck {
  readonly #expected: string | undefined;
  readonly #hash: Hash | null;
  #sum = 0;

  constructor({ crc32: sum, sha256 }: { readonly crc32?: string | undefined; readonly sha256?: string | undefined }) {
    this.#expected = sum ?? sha256;
    this.#hash = sum === undefined ? createHash('sha256') : null;
  }

  update(part: Uint8Array): this {
    if (this.#hash) this.#hash.update(part);
    else this.#sum = crc32(part, this.#sum);
    return this;
  }

  /** Whether all that was read is what was written. Asked once, at the end. */
  passes(): boolean {
    return this.#expected === (this.#hash?.digest('hex') ?? hexDigits(this.#sum));
  }
}
