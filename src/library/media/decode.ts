import { createHash } from 'node:crypto';
import type { Sharp } from 'sharp';
import type { PixelRequest } from '../../compute/encoders/pixels.ts';
import { ALPHA_BACKGROUND, DECODED_RESIZE } from '../../compute/preprocess.ts';
import { decodeFailure } from './decode-failure.ts';
import type { DecodedPicture } from './decode-protocol.ts';
import { embeddedMetadata } from './embedded-metadata.ts';
import { openPicture, type OpenPicture } from './open-picture.ts';
import { deriveFrom, pixelsFor, type SmallPicture } from './small-picture.ts';

/** SHA-256 of a file's bytes, 64 lowercase hex digits: the identity of a picture. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A JPEG of 12 megapixels shrinks while loading: 18 ms instead of 110. */
async function decodeSmall(opened: OpenPicture): Promise<SmallPicture> {
  const { data, info } = await upright(await opened.image(DECODED_RESIZE.width))
    .resize(DECODED_RESIZE)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** Only the pixels of one encoder. @throws FileFailureError as {@link decodePicture} */
export async function decodePixels(bytes: Uint8Array, request: PixelRequest): Promise<Uint8Array> {
  const opened = await openPicture(bytes);
  try {
    return await pixelsFor(await decodeSmall(opened), request);
  } catch (error) {
    throw decodeFailure(error);
  }
}

/**
 * Decodes a picture once, to at most 512 pixels a side, and makes thumbnail, signature and the pixels of each encoder from that.
 *
 * @throws FileFailureError with the code that the failures list shows
 */
export async function decodePicture(
  bytes: Uint8Array,
  hash: string,
  requests: readonly PixelRequest[],
): Promise<DecodedPicture> {
  const opened = await openPicture(bytes);
  const { format, width, height } = opened;
  try {
    const small = await decodeSmall(opened);
    const made = await deriveFrom(small, requests);
    const metadata = embeddedMetadata(opened.blocks);
    return { hash, bytes: bytes.byteLength, format, width, height, metadata, ...made, video: null };
  } catch (error) {
    throw decodeFailure(error);
  }
}

/** A WebP of at most `side` pixels for formats that browsers cannot show. */
export async function renderPicture(bytes: Uint8Array, side: number): Promise<Buffer> {
  const opened = await openPicture(bytes);
  try {
    return await upright(await opened.image(side))
      .resize(side, side, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 90, effort: 1 })
      .toBuffer();
  } catch (error) {
    throw decodeFailure(error);
  }
}

/** EXIF orientation applied, three channels of sRGB, transparency on white: as a viewer would show it. */
function upright(image: Sharp): Sharp {
  return image.autoOrient().flatten({ background: ALPHA_BACKGROUND }).toColourspace('srgb');
}
