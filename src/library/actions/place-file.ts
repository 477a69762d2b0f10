import { createHash } from 'node:crypto';
import { constants, link, lstat, open, rename, stat, unlink, utimes, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { contentHash, isCode, look } from './file-look.ts';

/** Bytes read at once when copying. */
const PIECE = 1 << 20;

/** Another file is in the place where one is to be. */
export class PlaceTakenError extends Error {}

/** The content is not what it was when it was planned. */
export class ContentChangedError extends Error {}

/** What file systems without hard links answer, and those where one may not be made of this file. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EACCES'];

/**
 * Moves a file within one file system, and never replaces another: it gets its second name before it loses the first. Where there are no hard
 * links it is renamed after a look.
 *
 * @throws PlaceTakenError, ContentChangedError; the system's EXDEV where the place is on another file system
 */
export async function moveWithin(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (isCode(error, 'EEXIST')) throw new PlaceTakenError(to);
    if (!isCode(error, ...NO_LINKS)) throw error;
    if ((await look(to)) !== null) throw new PlaceTakenError(to);
    await rename(from, to);
    return;
  }
  try {
    const [old, made] = await Promise.all([look(from), look(to)]);
    // another program has put another file in its place meanwhile: that one stays
    if (old !== null && old.inode !== made?.inode) throw new ContentChangedError(from);
    await unlink(from);
  } catch (error) {
    await unlink(to);
    throw error;
  }
}

/**
 * Copies a file: to `temporary` beside its place, durably, read again and compared, and only then to its place, in which no other is
 * replaced. Time and permissions are kept.
 *
 * @param hash SHA-256 of what the file has to hold; null where it is not known
 * @throws PlaceTakenError, ContentChangedError; the system's ENOSPC and others, after which nothing is left
 */
export async function copyTo(from: string, to: string, temporary: string, hash: string | null): Promise<void> {
  if ((await look(to)) !== null) throw new PlaceTakenError(to);
  try {
    const copied = await copyDurably(from, temporary);
    if (copied !== (hash ?? copied) || (await contentHash(temporary)) !== copied) throw new ContentChangedError(from);
    await moveWithin(temporary, to);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** @returns SHA-256 of what was copied */
export async function copyDurably(from: string, to: string): Promise<string> {
  // a link that was put in its place since the look is not followed; Windows has no such flag, which is 0 here
  const source = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { mode, atime, mtime, size } = await source.stat();
    const target = await open(to, 'wx', mode & 0o777);
    try {
      // a large one for each small file would keep the collector busy
      const hash = await copyPieces(source, target, Buffer.allocUnsafe(Math.min(PIECE, size + 1)));
      await target.utimes(atime, mtime);
      await target.sync();
      return hash;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function copyPieces(source: FileHandle, target: FileHandle, piece: Buffer): Promise<string> {
  const hash = createHash('sha256');
  for (;;) {
    const { bytesRead } = await source.read(piece, 0, piece.length);
    if (bytesRead === 0) return hash.digest('hex');
    const read = piece.subarray(0, bytesRead);
    hash.update(read);
    for (let written = 0; written < bytesRead;) {
      written += (await target.write(read, written)).bytesWritten;
    }
  }
}

/** Sets when a file was written, ms since 1970. */
export async function setTime(path: string, mtimeMs: number): Promise<void> {
  const { atime } = await lstat(path);
  await utimes(path, atime, new Date(mtimeMs));
}

/** What systems answer that do not know how to make a folder durable. */
const NO_FOLDER_SYNC = ['EINVAL', 'EPERM', 'EISDIR'];

/** Makes a file's content, or the names in a folder, durable. @throws the system's EIO and others */
export async function syncPlace(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!isCode(error, ...NO_FOLDER_SYNC)) throw error;
  }
}

/** Makes names in folders durable, where the system knows how. */
export async function syncFolders(paths: Iterable<string>): Promise<void> {
  for (const folder of new Set([...paths].map((path) => dirname(path)))) {
    const handle = await open(folder, 'r').catch(() => null);
    if (!handle) continue;
    // Windows refuses this of a folder
    await handle.sync().catch(() => undefined);
    await handle.close();
  }
}

/** The device that a folder, or the nearest one above it that is there, lies on; null where none is. */
export async function deviceOf(folder: string): Promise<string | null> {
  for (let at = folder; ; at = dirname(at)) {
    const found = await stat(at, { bigint: true }).catch(() => null);
    if (found) return String(found.dev);
    if (dirname(at) === at) return null;
  }
}
