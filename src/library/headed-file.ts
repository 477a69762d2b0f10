import { createHash } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { writeError } from './library-folder.ts';

const SHA256_DIGITS = 64;

/** Bytes hashed and written at once, with other work between: 2 ms. */
const PART = 2 ** 20;

/**
 * Writes a cache whose first line is a header, JSON, with the SHA-256 of the content that follows it. It is written aside, synced and renamed, so that
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
      const hash = createHash('sha256');
      // as long as it will be
      await handle.writeFile(headerLine(header, '0'.repeat(SHA256_DIGITS)));
      for (let at = 0; at < content.length; at += PART) {
        const part = content.subarray(at, at + PART);
        hash.update(part);
        await handle.writeFile(part);
      }
      await handle.write(headerLine(header, hash.digest('hex')), 0);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, join(folder, name));
  } catch (cause) {
    throw writeError(cause as NodeJS.ErrnoException);
  }
}

function headerLine(header: Readonly<Record<string, unknown>>, digest: string): string {
  return `${JSON.stringify({ ...header, sha256: digest })}\n`;
}

/** As hex digits. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
