/**
 * A process that decodes pictures, one at a time: hostile or broken files crash it, not the service. It writes thumbnails
 * itself, so that they never travel.
 */
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import sharp from 'sharp';
import { thumbnailPath } from '../../contract/thumbnail-path.ts';
import { decodePicture, decodePixels, hashOf, renderPicture } from './decode.ts';
import { FileFailureError, type DecodeReply, type DecodeRequest } from './decode-protocol.ts';
import type { PictureMetadata } from './picture-metadata.ts';
import { readMetadata } from './read-metadata.ts';
import { beginWork, endWork, newGuardedWork } from './guarded-work.ts';

// one process a core, so one thread a process; and no picture is seen twice, so a cache only holds memory
sharp.concurrency(1);
sharp.cache(false);

const work = newGuardedWork();
const guard = import.meta.url.endsWith('.ts') ? './decode-guard.ts' : './decode-guard.js';
new Worker(new URL(guard, import.meta.url), { workerData: { work } }).unref();

/** A photo file over 1 GB is none; and a file is read whole, once, for hash and pixels. */
const MAX_FILE_BYTES = 2 ** 30;

/** The library's own disk is at fault, not the file. */
class DiskError extends Error {
  readonly code: string | undefined;

  constructor(cause: NodeJS.ErrnoException) {
    super(cause.message, { cause });
    this.code = cause.code;
  }
}

async function readWhole(path: string): Promise<Uint8Array> {
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      if (size > MAX_FILE_BYTES) throw new FileFailureError('FILE_TOO_LARGE', 'The file is over 1 GB.');
      beginWork(work, size);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw readFailure(error);
  }
}

function readFailure(error: unknown): FileFailureError {
  if (error instanceof FileFailureError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT')
    return new FileFailureError('FILE_VANISHED', 'The file was gone before it could be read.', { cause: error });
  return new FileFailureError('FILE_UNREADABLE', `The file cannot be read (${code ?? 'unknown reason'}).`, {
    cause: error,
  });
}

/** As {@link readMetadata}. What its decoder says of the content is no failure to read the file. */
async function metadataOf(path: string): Promise<PictureMetadata> {
  beginWork(work, 0);
  try {
    return await readMetadata(path, readWhole);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === undefined ? error : readFailure(error);
  }
}

/** Writes beside the target and renames, so that a half-written file never carries a good name. */
async function writeAtomic(target: string, bytes: Uint8Array): Promise<void> {
  const aside = `${target}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(aside, bytes);
    await rename(aside, target);
  } catch (error) {
    await rm(aside, { force: true });
    throw new DiskError(error as NodeJS.ErrnoException);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function answer(request: DecodeRequest): Promise<DecodeReply> {
  const { id } = request;
  if (request.type === 'render') {
    await writeAtomic(request.target, await renderPicture(await readWhole(request.path), request.side));
    return { id, type: 'rendered' };
  }
  if (request.type === 'metadata') return { id, type: 'metadata', metadata: await metadataOf(request.path) };
  if (request.type === 'pixels') {
    const whole = await readWhole(request.path);
    return { id, type: 'pixels', hash: hashOf(whole), pixels: await decodePixels(whole, request.pixels) };
  }
  if ('bytes' in request.from) beginWork(work, request.from.bytes.byteLength);
  const bytes = 'path' in request.from ? await readWhole(request.from.path) : request.from.bytes;
  const hash = hashOf(bytes);
  const target = request.thumbsFolder === null ? null : join(request.thumbsFolder, thumbnailPath(hash));
  // known content whose thumbnail was lost is decoded once more, to make it
  const whole = target === null || (await exists(target));
  if (whole && request.known.includes(hash)) return { id, type: 'known', hash };
  const picture = await decodePicture(bytes, hash, request.pixels);
  if (target === null || picture.thumbnail === null) return { id, type: 'decoded', picture };
  if (!whole) await writeAtomic(target, picture.thumbnail);
  return { id, type: 'decoded', picture: { ...picture, thumbnail: null } };
}

function failureReply(id: number, error: unknown): DecodeReply {
  if (error instanceof DiskError) return { id, type: 'disk', code: error.code, message: error.message };
  if (error instanceof FileFailureError) return { id, type: 'failed', code: error.code, message: error.message };
  return { id, type: 'failed', code: 'FILE_DAMAGED', message: error instanceof Error ? error.message : String(error) };
}

/** One at a time: the service takes the oldest request for the one being decoded, to time it and to blame it for a crash. */
let turn: Promise<unknown> = Promise.resolve();

process.on('message', (request: DecodeRequest) => {
  turn = turn
    .then(() => answer(request))
    .catch((error: unknown) => failureReply(request.id, error))
    .then((reply) => process.send?.(endWork(work) ? { ...reply, spent: true } : reply))
    // the service has gone: there is nobody left to answer
    .catch(() => process.exit(1));
});
// Ctrl-C in a terminal reaches the whole group: the service decides when its workers end
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
