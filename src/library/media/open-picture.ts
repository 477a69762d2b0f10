import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp';
import { decodeFailure } from './decode-failure.ts';
import { FileFailureError } from './decode-protocol.ts';
import { heicToTiff } from './heic.ts';

/** libvips' own default, 16,383²: a bomb of 30,000 × 30,000 pixels is refused by its header, before a byte is decoded. */
const MAX_PIXELS = 0x3fff * 0x3fff;

/** The same for what has to be in memory whole, some eight bytes a pixel, while it is decoded. */
const MAX_WHOLE_PIXELS = 64e6;

const OPTIONS: SharpOptions = {
  // a truncated or damaged file is named as such, not indexed by its grey half
  failOn: 'error',
  limitInputPixels: MAX_PIXELS,
  sequentialRead: true,
};

/** A picture file that was recognised by its content; nothing of it is decoded yet. */
export interface OpenPicture {
  /** Lower case: `jpeg`, `heic`, … */
  readonly format: string;
  /** Upright. */
  readonly width: number;
  readonly height: number;
  /** The EXIF block, as sharp hands it out. */
  readonly exif: Buffer | undefined;
  /** What sharp decodes it from. Its orientation is still to be applied, its colours are still its own. */
  readonly image: () => Promise<Sharp>;
}

/**
 * Recognises a picture by its content; names count for nothing.
 *
 * @throws FileFailureError FILE_EMPTY, FILE_NOT_A_PICTURE, FILE_TOO_LARGE, FORMAT_UNSUPPORTED, FILE_DAMAGED
 */
export async function openPicture(bytes: Uint8Array): Promise<OpenPicture> {
  if (bytes.byteLength === 0) throw new FileFailureError('FILE_EMPTY', 'The file is empty (0 bytes).');
  const metadata = await readMetadata(bytes);
  const { autoOrient, exif, icc } = metadata;
  const format = formatOf(metadata);
  if (format === 'svg') throw new FileFailureError('FORMAT_UNSUPPORTED', 'This is an SVG drawing.');
  const heic = format === 'heic';
  checkPixels(autoOrient, heic ? MAX_WHOLE_PIXELS : MAX_PIXELS);
  const image = async (): Promise<Sharp> => sharp(heic ? await heicToTiff(bytes, icc) : bytes, OPTIONS);
  return { format, ...autoOrient, exif, image };
}

/** sharp calls both HEIC and AVIF `heif`. */
function formatOf({ format, compression }: Metadata): string {
  if (format !== 'heif') return format;
  return compression === 'av1' ? 'avif' : 'heic';
}

async function readMetadata(bytes: Uint8Array): Promise<Metadata> {
  try {
    // read without the pixel limit, so that a picture that is too large is told from one that is damaged
    return await sharp(bytes, { ...OPTIONS, limitInputPixels: false }).metadata();
  } catch (error) {
    throw decodeFailure(error);
  }
}

function checkPixels({ width, height }: { readonly width: number; readonly height: number }, most: number): void {
  if (width * height <= most) return;
  const megapixels = Math.round((width * height) / 1e6);
  throw new FileFailureError(
    'FILE_TOO_LARGE',
    `The picture has ${megapixels} megapixels; up to ${Math.floor(most / 1e6)} can be decoded safely.`,
  );
}
