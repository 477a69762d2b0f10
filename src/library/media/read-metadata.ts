import { open, type FileHandle } from 'node:fs/promises';
import { extname } from 'node:path';
import sharp from 'sharp';
import { embeddedMetadata } from './embedded-metadata.ts';
import { blocksOf, openPicture } from './open-picture.ts';
import { NO_METADATA, type PictureMetadata } from './picture-metadata.ts';
import { MAX_XMP_BYTES, xmpMetadata } from './xmp-metadata.ts';

/** Enough of a file to know its format by. */
const MAGIC_BYTES = 12;

/**
 * What a sidecar or a picture's own file says, without decoding a pixel. Of formats that sharp opens from disk only the head is read.
 *
 * @param readWhole reads all of the file, within the limits of pictures
 * @throws FileFailureError; Node's errors where the file cannot be opened
 */
export async function readMetadata(
  path: string,
  readWhole: (path: string) => Promise<Uint8Array>,
): Promise<PictureMetadata> {
  const isSidecar = extname(path).toLowerCase() === '.xmp';
  const handle = await open(path, 'r');
  try {
    if (isSidecar) return await readSidecar(handle);
    if (await hasHead(handle))
      return embeddedMetadata(blocksOf(await sharp(path, { limitInputPixels: false }).metadata()));
  } finally {
    await handle.close();
  }
  return embeddedMetadata((await openPicture(await readWhole(path))).blocks);
}

async function readSidecar(handle: FileHandle): Promise<PictureMetadata> {
  // one byte more than is read of any, so that what is too large is known to be
  const bytes = Buffer.alloc(Math.min((await handle.stat()).size, MAX_XMP_BYTES + 1));
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
  return bytesRead > MAX_XMP_BYTES ? NO_METADATA : xmpMetadata(bytes.subarray(0, bytesRead));
}

/** JPEG, PNG, WebP, AVIF and HEIC: what lies in front, or where their head says. */
async function hasHead(handle: FileHandle): Promise<boolean> {
  const bytes = Buffer.alloc(MAGIC_BYTES);
  await handle.read(bytes, 0, MAGIC_BYTES, 0);
  const text = bytes.toString('latin1');
  if (text.startsWith('\xff\xd8\xff') || text.startsWith('\x89PNG')) return true;
  if (text.startsWith('RIFF')) return text.endsWith('WEBP');
  return /^....ftyp(?:avi[fs]|hei[cfmsx]|mif1|msf1)$/s.test(text);
}
