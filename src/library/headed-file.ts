import { createHash } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { writeError } from './library-folder.ts';

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
      await handle.writeFile(`${JSON.stringify({ ...header, sha256: sha256(content) })}\n`);
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, join(folder, name));
  } catch (cause) {
    throw writeError(cause as NodeJS.ErrnoException);
  }
}

/** As hex digits. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
