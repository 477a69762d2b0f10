/**
 * A process that decodes pictures, one at a time: hostile or broken files crash it, not the service. It writes thumbnails
 * itself, so that they never travel.
 */
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import sharp from 'sharp';
import { thumbnailPath } from '../../contract/thumbnail-path.ts';
import { decodePicture, decodePixels, hashOf, renderPicture } from './decode.ts';
import { FileFailureError, type DecodeReply, type DecodeRequest } from './decode-protocol.ts';
import type { PictureMetadata } from './picture-metadata.ts';
import { readMetadata } from './read-metadata.ts';
import { beginWork, endWork, newGuardedWork } from './guarded-work.ts';
import { readFailure, readFileOnce, type FileRead } from './read-file.ts';
import { decodeMoment, decodeVideo } from './video/decode-video.ts';
import { isVideo } from './video/video-content.ts';
import { workerUrl } from '../../compute/worker-url.ts';

// one process a core, so one thread a process; and no picture is seen twice, so a cache only holds memory
sharp.concurrency(1);
sharp.cache(false);

const work = newGuardedWork();
new Worker(workerUrl('./decode-guard', import.meta.url), { workerData: { work } }).unref();

/** The library's own disk is at fault, not the file. */
class DiskError extends Error {
  readonly code: string | undefined;

  constructor(cause: NodeJS.ErrnoException) {
    super(cause.message, { cause });
    this.code = cause.code;
  }
}

async function readFor(request: DecodeRequest, path: string): Promise<FileRead> {
  const file = await readFileOnce(path, {
    onBegin: (kept) => beginWork(work, kept),
    onReading: () => void process.send?.({ id: request.id, type: 'reading' } satisfies DecodeReply),
  });
  // the reading of a video is its drive's time; looking at it is the decoder's
  if (file.kind === 'video') beginWork(work, 0);
  return file;
}

/** The bytes of a picture. @throws FileFailureError where the file is a video */
async function readWhole(request: DecodeRequest, path: string): Promise<Uint8Array> {
  const file = await readFor(request, path);
  if (file.kind === 'video') throw new FileFailureError('FILE_NOT_A_PICTURE', 'This is a video.');
  return file.bytes;
}

/** As {@link readMetadata}. What its decoder says of the content is no failure to read the file. */
async function metadataOf(request: DecodeRequest, path: string): Promise<PictureMetadata> {
  beginWork(work, 0);
  try {
    return await readMetadata(path, (whole) => readWhole(request, whole));
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
    await writeAtomic(request.target, await renderPicture(await readWhole(request, request.path), request.side));
    return { id, type: 'rendered' };
  }
  if (request.type === 'metadata') return { id, type: 'metadata', metadata: await metadataOf(request, request.path) };
  if (request.type === 'pixels') {
    const whole = await readWhole(request, request.path);
    return { id, type: 'pixels', hash: hashOf(whole), pixels: await decodePixels(whole, request.pixels) };
  }
  if (request.type === 'moment') {
    beginWork(work, 0);
    return { id, type: 'moment', pixels: await decodeMoment(request.path, request.at, request.pixels) };
  }
  return decodeWhole(request);
}

async function decodeWhole(request: Extract<DecodeRequest, { type: 'decode' }>): Promise<DecodeReply> {
  const { id, from, thumbsFolder, known, pixels } = request;
  const file = 'path' in from ? await readFor(request, from.path) : pasted(from.bytes);
  const { hash } = file;
  // known content whose thumbnail was lost is decoded once more, to make it
  const whole = thumbsFolder === null || (await exists(join(thumbsFolder, thumbnailPath(hash))));
  if (whole && known.includes(hash)) return { id, type: 'known', hash };
  if (file.kind === 'picture') {
    const picture = await decodePicture(file.bytes, hash, pixels);
    return { id, type: 'decoded', picture: await withThumbnailIn(thumbsFolder, picture) };
  }
  if (!('path' in from)) throw new FileFailureError('VIDEO_UNSUPPORTED', 'A video can only be read from its file.');
  const { video, ...poster } = await decodeVideo(from.path, { hash, bytes: file.size }, pixels);
  const moments = await Promise.all((video?.moments ?? []).map((moment) => withThumbnailIn(thumbsFolder, moment)));
  const picture = { ...(await withThumbnailIn(thumbsFolder, poster)), video: video && { ...video, moments } };
  return { id, type: 'decoded', picture };
}

function pasted(bytes: Uint8Array): FileRead {
  beginWork(work, bytes.byteLength);
  const hash = hashOf(bytes);
  return isVideo(bytes) ? { kind: 'video', hash, size: bytes.byteLength } : { kind: 'picture', hash, bytes };
}

/** What was decoded, without its thumbnail where there is a folder for it. */
async function withThumbnailIn<Made extends { readonly hash: string; readonly thumbnail: Uint8Array | null }>(
  folder: string | null,
  made: Made,
): Promise<Made> {
  if (folder === null || made.thumbnail === null) return made;
  const target = join(folder, thumbnailPath(made.hash));
  if (!(await exists(target))) await writeAtomic(target, made.thumbnail);
  return { ...made, thumbnail: null };
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
// a service that was killed is gone before its end of the channel is: what is written then ends this process without a word
process.on('error', () => process.exit(1));
