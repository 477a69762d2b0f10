import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp';
import { THUMBNAIL_SIDE } from '../../contract/thumbnail-path.ts';
import { pixelSteps, type PixelRequest } from '../../compute/encoders/pixels.ts';
import { ALPHA_BACKGROUND, BUILTIN_PIXELS, DECODED_RESIZE } from '../../compute/preprocess.ts';
import { FileFailureError, type DecodedPicture } from './decode-protocol.ts';
import { readExif } from './exif-fields.ts';
import { signatureOf } from './signature.ts';

/** libvips' own default, 16,383²: a bomb of 30,000 × 30,000 pixels is refused by its header, before a byte is decoded. */
const MAX_PIXELS = 0x3fff * 0x3fff;

/**
 * WebP at quality 75 and effort 1, measured on 100 photos of 500 × 375, one core: 5.9 ms and 13 kB a thumbnail; effort 4, the
 * default, takes 11.2 ms for 12 kB. Thumbnails are a third of the work of indexing.
 */
const THUMBNAIL_WEBP = { quality: 75, effort: 1 } as const;

const OPTIONS: SharpOptions = {
  // a truncated or damaged file is named as such, not indexed by its grey half
  failOn: 'error',
  limitInputPixels: MAX_PIXELS,
  sequentialRead: true,
};

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
async function decodeSmall(bytes: Uint8Array): Promise<Small> {
  const { data, info } = await upright(sharp(bytes, OPTIONS))
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
  await readMetadata(bytes);
  try {
    return await pixelsFor(await decodeSmall(bytes), request);
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
  const metadata = await readMetadata(bytes);
  const { width, height } = metadata.autoOrient;
  try {
    const small = await decodeSmall(bytes);
    const builtin = requests.findIndex((request) => isDeepStrictEqual(request, BUILTIN_PIXELS));
    const [thumbnail, pixels, exif] = await Promise.all([
      fromSmall(small)
        .resize(THUMBNAIL_SIDE, THUMBNAIL_SIDE, { fit: 'inside', withoutEnlargement: true })
        .webp(THUMBNAIL_WEBP)
        .toBuffer(),
      Promise.all(requests.map((request) => pixelsFor(small, request))),
      readExif(metadata.exif),
    ]);
    // signatures are of the same pixels whatever the encoder: those of two pictures are compared
    const signed = pixels[builtin] ?? (await pixelsFor(small, BUILTIN_PIXELS));
    return {
      hash,
      bytes: bytes.byteLength,
      format: metadata.format,
      width,
      height,
      exif,
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
  try {
    return await upright(sharp(bytes, OPTIONS))
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

async function readMetadata(bytes: Uint8Array): Promise<Metadata> {
  if (bytes.byteLength === 0) throw new FileFailureError('FILE_EMPTY', 'The file is empty (0 bytes).');
  try {
    // read without the pixel limit, so that a picture that is too large is told from one that is damaged
    const metadata = await sharp(bytes, { ...OPTIONS, limitInputPixels: false }).metadata();
    if (metadata.format === 'svg') throw new FileFailureError('FORMAT_UNSUPPORTED', 'This is an SVG drawing.');
    if (metadata.width * metadata.height > MAX_PIXELS) {
      const megapixels = Math.round((metadata.width * metadata.height) / 1e6);
      throw new FileFailureError(
        'FILE_TOO_LARGE',
        `The picture has ${megapixels} megapixels; up to ${Math.floor(MAX_PIXELS / 1e6)} can be decoded safely.`,
      );
    }
    return metadata;
  } catch (error) {
    throw decodeFailure(error);
  }
}

/** libvips has one kind of error, a text; what it says of the file decides the code. */
function decodeFailure(error: unknown): FileFailureError {
  if (error instanceof FileFailureError) return error;
  const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  if (/unsupported image format|contains unsupported/i.test(reason)) {
    return new FileFailureError('FILE_NOT_A_PICTURE', 'The content is no picture, whatever its name says.', {
      cause: error,
    });
  }
  if (/compression format|support for this|no decoding plugin|bad seek|unsupported codec/i.test(reason)) {
    return new FileFailureError('FORMAT_UNSUPPORTED', `This kind of picture cannot be read yet (${reason}).`, {
      cause: error,
    });
  }
  if (/pixel limit/i.test(reason)) {
    return new FileFailureError('FILE_TOO_LARGE', 'The picture has too many pixels to be decoded safely.', {
      cause: error,
    });
  }
  return new FileFailureError('FILE_DAMAGED', `The picture is damaged or incomplete (${reason}).`, { cause: error });
}
