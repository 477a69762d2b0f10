/** Files of encoders on disk: copied and hashed in one pass, written aside, and errors of the disk told as what they are. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ServiceError } from '../../contract/errors.ts';

/** What a file turned out to be. */
export interface FileSum {
  /** SHA-256, 64 hex digits. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Room that is left free for the catalog beside the encoders. */
const SPARE_BYTES = 50_000_000;

/** An error of the disk under `where` in the project's terms; anything else as it was. */
export function storageError(error: unknown, where: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const options = { cause: error };
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new ServiceError('DISK_FULL', where, options);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new ServiceError('LIBRARY_READ_ONLY', where, options);
    default:
      return error;
  }
}

/** Bytes that can be written to the drive of a folder. */
async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Asks before a large write. ServiceError DISK_FULL, with what is needed and what there is. */
export async function requireSpace(
  folder: string,
  needed: number,
  freeBytes: (folder: string) => Promise<number> = freeBytesOf,
): Promise<void> {
  const free = await freeBytes(folder);
  if (free >= needed + SPARE_BYTES) return;
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
  throw new ServiceError(
    'DISK_FULL',
    `${megabytes(needed + SPARE_BYTES)} are needed in ${folder}, ${megabytes(free)} are free`,
  );
}

/** SHA-256 and size of a file. ServiceError ENCODER_FILE_MISSING where it is not there. */
export async function sumOf(file: string, signal?: AbortSignal): Promise<FileSum> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(file, signal === undefined ? {} : { signal }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    throw missing(error, file);
  }
  return { sha256: hash.digest('hex'), bytes };
}

/**
 * Copies a file, over what is there, and gives the sum of what was copied.
 * @throws ServiceError ENCODER_FILE_MISSING, DISK_FULL
 */
export async function copyFile(
  source: string,
  target: string,
  options: { readonly signal?: AbortSignal | undefined; readonly onBytes?: (bytes: number) => void } = {},
): Promise<FileSum> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    await mkdir(path.dirname(target), { recursive: true });
    const output = await open(target, 'w');
    try {
      const input = createReadStream(source, options.signal === undefined ? {} : { signal: options.signal });
      for await (const chunk of input as AsyncIterable<Buffer>) {
        await output.writeFile(chunk);
        hash.update(chunk);
        bytes += chunk.length;
        options.onBytes?.(chunk.length);
      }
      await output.sync();
    } finally {
      await output.close();
    }
  } catch (error) {
    throw storageError(missing(error, source), target);
  }
  return { sha256: hash.digest('hex'), bytes };
}

function missing(error: unknown, file: string): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) return error;
  return new ServiceError('ENCODER_FILE_MISSING', file, { cause: error });
}

/** Writes parts one after another, without joining them in memory. ServiceError DISK_FULL. */
export async function writeParts(target: string, parts: readonly Uint8Array[]): Promise<void> {
  try {
    const output = await open(target, 'w');
    try {
      for (const part of parts) await output.writeFile(part);
      await output.sync();
    } finally {
      await output.close();
    }
  } catch (error) {
    throw storageError(error, target);
  }
}

/** Writes beside the target and renames, so that no reader sees half a file. */
export async function writeJson(target: string, value: unknown): Promise<void> {
  try {
    const aside = `${target}.${process.pid}.tmp`;
    await writeFile(aside, `${JSON.stringify(value, null, 2)}\n`, { flush: true });
    await rename(aside, target);
  } catch (error) {
    throw storageError(error, target);
  }
}
