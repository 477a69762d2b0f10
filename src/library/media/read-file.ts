import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { hashOf } from './decode.ts';
import { FileFailureError } from './decode-protocol.ts';
import { HEAD_BYTES, isVideo } from './video/video-content.ts';

/** A photo file over 1 GB is none; and a file is read whole, once, for hash and pixels. */
const MAX_FILE_BYTES = 2 ** 30;

/** What of a video is in memory at once while it is read for its hash. */
const PIECE_BYTES = 2 ** 22;

/** After so much of a video it is said that it is still being read: a drive that gives 5 MB a second takes half a minute. */
const TOLD_BYTES = 2 ** 27;

/** A file that was read whole, once. A video is too large to be kept. */
export type FileRead =
  | { readonly kind: 'picture'; readonly hash: string; readonly bytes: Uint8Array }
  | { readonly kind: 'video'; readonly hash: string; readonly size: number };

interface Listener {
  /** Before anything is read of the content, with the size of what is kept in memory. */
  readonly onBegin: (kept: number) => void;
  /** A large file is still being read. */
  readonly onReading: () => void;
}

/** Reads a file for its hash and, of a picture, its bytes. @throws FileFailureError FILE_VANISHED, FILE_UNREADABLE, FILE_TOO_LARGE */
export async function readFileOnce(path: string, listener: Listener): Promise<FileRead> {
  try {
    const handle = await open(path, 'r');
    try {
      return await read(handle, listener);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw readFailure(error);
  }
}

/** What an error of the file system says of a file. */
export function readFailure(error: unknown): FileFailureError {
  if (error instanceof FileFailureError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT')
    return new FileFailureError('FILE_VANISHED', 'The file was gone before it could be read.', { cause: error });
  return new FileFailureError('FILE_UNREADABLE', `The file cannot be read (${code ?? 'unknown reason'}).`, {
    cause: error,
  });
}

async function read(handle: FileHandle, { onBegin, onReading }: Listener): Promise<FileRead> {
  const { size } = await handle.stat();
  const head = Buffer.alloc(HEAD_BYTES);
  const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0);
  if (isVideo(head.subarray(0, bytesRead))) return { kind: 'video', hash: await hashInPieces(handle, onReading), size };
  if (size > MAX_FILE_BYTES) throw new FileFailureError('FILE_TOO_LARGE', 'The file is over 1 GB.');
  onBegin(size);
  // from the start: a read at a position does not move where the next begins
  const bytes = await handle.readFile();
  return { kind: 'picture', hash: hashOf(bytes), bytes };
}

async function hashInPieces(handle: FileHandle, onReading: () => void): Promise<string> {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(PIECE_BYTES);
  for (let at = 0; ;) {
    const { bytesRead } = await handle.read(piece, 0, PIECE_BYTES, at);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(piece.subarray(0, bytesRead));
    if (Math.floor((at + bytesRead) / TOLD_BYTES) > Math.floor(at / TOLD_BYTES)) onReading();
    at += bytesRead;
  }
}
