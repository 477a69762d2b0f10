import { isDeepStrictEqual } from 'node:util';
import sharp, { type Sharp } from 'sharp';
import { THUMBNAIL_SIDE } from '../../contract/thumbnail-path.ts';
import { pixelSteps, type PixelRequest } from '../../compute/encoders/pixels.ts';
import { BUILTIN_PIXELS } from '../../compute/preprocess.ts';
import { signatureOf } from './signature.ts';

/**
 * WebP at quality 75 and effort 1, measured on 100 photos of 500 × 375, one core: 5.9 ms and 13 kB a thumbnail; effort 4, the
 * default, takes 11.2 ms for 12 kB. Thumbnails are a third of the work of indexing.
 */
const THUMBNAIL_WEBP = { quality: 75, effort: 1 } as const;

/** A picture at most 512 pixels a side, upright, RGB: all else is made from it. */
export interface SmallPicture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** What is made of one picture. */
export interface Derived {
  /** Encoder pixels, RGB: for each request, in order. */
  readonly pixels: readonly Uint8Array[];
  /** Brightness on a grid: recognises copies. See `signature.ts`. */
  readonly signature: Uint8Array;
  /** WebP. */
  readonly thumbnail: Uint8Array;
}

/** Thumbnail, signature and the pixels of each encoder. */
export async function deriveFrom(small: SmallPicture, requests: readonly PixelRequest[]): Promise<Derived> {
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
  return { pixels, signature: signatureOf(signed, BUILTIN_PIXELS.width), thumbnail };
}

/** The pixels of one encoder. */
export async function pixelsFor(small: SmallPicture, request: PixelRequest): Promise<Uint8Array> {
  const { cut, resize } = pixelSteps(request, small);
  const image = cut === undefined ? fromSmall(small) : fromSmall(small).extract(cut);
  return image.resize(resize).raw().toBuffer();
}

function fromSmall({ data, width, height }: SmallPicture): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}
