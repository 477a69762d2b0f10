import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import sharp, { type Sharp } from 'sharp';
import { THUMBNAIL_SIDE } from '../../contract/thumbnail-path.ts';
import { pixelSteps, type PixelRequest } from '../../compute/encoders/pixels.ts';
import { ALPHA_BACKGROUND, BUILTIN_PIXELS, DECODED_RESIZE } from '../../compute/preprocess.ts';
import { decodeFailure } from './decode-failure.ts';
import type { DecodedPicture } from './decode-protocol.ts';
import { embeddedMetadata } from './embedded-metadata.ts';
import { openPicture, type OpenPicture } from './open-picture.ts';
import { signatureOf } from './signature.ts';

/**
 * WebP at quality 75 and effort 1, measured on 100 photos of 500 × 375, one core: 5.9 ms and 13 kB a thumbnail; effort 4, the
 * default, takes 11.2 ms for 12 kB. Thumbnails are a third of the work of indexing.
 */
const THUMBNAIL_WEBP = { quality: 75, effort: 1 } as const;

/** SHA-256 of a file's bytes, 64 lowercase hex digits: the identity of a picture. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A picture at most 512 pixels a side, upright, RGB: all else is made from it. */
interface Small {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A JPEG of 12 megapixels shrinks while loading: 18 ms instead of 110. */
async function decodeSmall(opened: OpenPicture): Promise<Small> {
  const { data, info } = await upright(await opened.image(DECODED_RESIZE.width))
    .resize(DECODED_RESIZE)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

function fromSmall({ data, width, height }: Small): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

async function pixelsFor(small: Small, request: PixelRequest): Promise<Uint8Array> {
  const { cut, resize } = pixelSteps(request, small);
  const image = cut === undefined ? fromSmall(small) : fromSmall(small).extract(cut);
  return image.resize(resize).raw().toBuffer();
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
    const builtin = requests.findIndex((request) => isDeepStrictEqual(request, BUILTIN_PIXELS));
    const [thumbnail, pixels] = await Promise.all([
      fromSmall(small)
        .resize(THUMBNAIL_SIDE, THUMBNAIL_SIDE, { fit: 'inside', withoutEnlargement: true })
        .webp(THUMBNAIL_WEBP)
        .toBuffer(),
      Promise.all(requests.map((request) => pixelsFor(small, request))),
    ]);
    // signatures are of the same pixels whatever the encoder: those of two pictures are compared
    const signed = pixels[builtin] ?? (await pixelsFor(small, BUILTIN_PIXELS));
    return {
      hash,
      bytes: bytes.byteLength,
      format,
      width,
      height,
      metadata: embeddedMetadata(opened.blocks),
      pixels,
      signature: signatureOf(signed, BUILTIN_PIXELS.width),
      thumbnail,
    };
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
