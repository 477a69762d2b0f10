import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';

/** What tells one file from another without reading it. */
export interface FileLook {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  /** As text: it may have more digits than a number. */
  readonly inode: string;
  readonly device: string;
  /** Names that it has. */
  readonly links: number;
  readonly isFile: boolean;
}

/** How a file, or the link that is in its place, looks; null where there is none. @throws what the system says where it cannot be asked */
export async function look(path: string): Promise<FileLook | null> {
  try {
    const [stats, whole] = await Promise.all([lstat(path), lstat(path, { bigint: true })]);
    return {
      size: stats.size,
      // as the catalog has it
      mtimeMs: stats.mtimeMs,
      ctimeMs: stats.ctimeMs,
      inode: String(whole.ino),
      device: String(whole.dev),
      links: stats.nlink,
      isFile: stats.isFile(),
    };
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return null;
    throw error;
  }
}

/** SHA-256 of a file's content, as hex digits, read in pieces. */
export async function contentHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 16 })) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/** Whether an error of the system is one of these. */
export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
