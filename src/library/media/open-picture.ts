import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp';
import { bmpHeader, bmpToTiff } from './bmp.ts';
import { decodeFailure } from './decode-failure.ts';
import { FileFailureError } from './decode-protocol.ts';
import { foreignContent } from './foreign-content.ts';
import { heicToTiff } from './heic.ts';
import { jxlHeader, jxlToTiff } from './jxl.ts';
import { psdHeader, psdToTiff } from './psd.ts';
import { joinBlocks, type MetadataBlocks } from './embedded-metadata.ts';
import { largestJpeg, rawFile, withOrientation, type RawFile } from './raw-preview.ts';

/** libvips' own default, 16,383²: a bomb of 30,000 × 30,000 pixels is refused by its header, before a byte is decoded. */
const MAX_PIXELS = 0x3fff * 0x3fff;

/** The same for what has to be in memory whole, some eight bytes a pixel in all, while it is decoded. */
const MAX_WHOLE_PIXELS = 64e6;

/** libjxl works in floating point: sixteen bytes a pixel and more. */
const MAX_JXL_PIXELS = 32e6;

/** Formats that libvips and libheif unpack as one piece; of the others only some rows are in memory. */
const WHOLE = new Set(['webp', 'gif', 'avif', 'heic']);

/** Dots per inch at which the sizes of an SVG are pixels, and the most that sharp takes. */
const SVG_DENSITY = 72;
const MAX_DENSITY = 100_000;

const OPTIONS: SharpOptions = {
  // a truncated or damaged file is named as such, not indexed by its grey half
  failOn: 'error',
  limitInputPixels: MAX_PIXELS,
  sequentialRead: true,
};

/** A picture file that was recognised by its content; nothing of it is decoded yet. */
export interface OpenPicture {
  /** Lower case: `jpeg`, `heic`, `raw`, … */
  readonly format: string;
  /** Upright. */
  readonly width: number;
  readonly height: number;
  /** What it says of itself, unread. */
  readonly blocks: MetadataBlocks;
  /**
   * What sharp decodes it from, for a rendering of at most `side` pixels. Its orientation is still to be applied, its colours are still
   * its own.
   */
  readonly image: (side: number) => Promise<Sharp>;
}

/**
 * Recognises a picture by its content; names count for nothing.
 *
 * @throws FileFailureError FILE_EMPTY, FILE_NOT_A_PICTURE, FILE_TOO_LARGE, FORMAT_UNSUPPORTED, FILE_DAMAGED
 */
export async function openPicture(bytes: Uint8Array): Promise<OpenPicture> {
  if (bytes.byteLength === 0) throw new FileFailureError('FILE_EMPTY', 'The file is empty (0 bytes).');
  return openRaw(bytes) ?? openBmp(bytes) ?? openPsd(bytes) ?? openJxl(bytes) ?? openWithSharp(bytes);
}

function openBmp(bytes: Uint8Array): OpenPicture | null {
  const header = bmpHeader(bytes);
  if (!header) return null;
  checkPixels(header, MAX_WHOLE_PIXELS);
  const { width, height } = header;
  const image = (): Promise<Sharp> => Promise.resolve(sharp(bmpToTiff(bytes, header), OPTIONS));
  return { format: 'bmp', width, height, blocks: {}, image };
}

function openPsd(bytes: Uint8Array): OpenPicture | null {
  const header = psdHeader(bytes);
  if (!header) return null;
  const { width, height, blocks } = header;
  checkPixels(header, MAX_WHOLE_PIXELS);
  const image = (): Promise<Sharp> => Promise.resolve(sharp(psdToTiff(bytes, header), OPTIONS));
  return { format: 'psd', width, height, blocks, image };
}

function openJxl(bytes: Uint8Array): OpenPicture | null {
  const header = jxlHeader(bytes);
  if (!header) return null;
  checkPixels(header, MAX_JXL_PIXELS);
  const { width, height, blocks } = header;
  const image = async (): Promise<Sharp> => sharp(await jxlToTiff(bytes), OPTIONS);
  return { format: 'jxl', width, height, blocks, image };
}

/** Camera raw: the largest of the pictures that the camera made of it. */
function openRaw(bytes: Uint8Array): Promise<OpenPicture> | null {
  const raw = rawFile(bytes);
  return raw && openPreview(bytes, raw);
}

async function openPreview(bytes: Uint8Array, raw: RawFile): Promise<OpenPicture> {
  const largest = largestJpeg(bytes);
  if (!largest) {
    // its first picture may be a small one without compression, which is a TIFF's
    const small = await openWithSharp(bytes).catch(() => null);
    if (small) return { ...small, format: 'raw', blocks: raw.blocks };
    throw new FileFailureError(
      'NO_PREVIEW',
      'This camera raw file holds no preview. Export it as JPEG beside it, or let the camera write previews.',
    );
  }
  const metadata = await readMetadata(largest);
  checkPixels(metadata, MAX_PIXELS);
  const preview = metadata.orientation === undefined ? withOrientation(largest, raw.orientation) : largest;
  const { autoOrient } = preview === largest ? metadata : await readMetadata(preview);
  return {
    format: 'raw',
    ...autoOrient,
    blocks: joinBlocks(blocksOf(metadata), raw.blocks),
    image: () => Promise.resolve(sharp(preview, OPTIONS)),
  };
}

/** As sharp hands them out. */
export function blocksOf({ exif, xmp, iptc }: Metadata): MetadataBlocks {
  return { exif: exif && [exif], xmp: xmp && [xmp], iptc: iptc && [iptc] };
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
    const failure = decodeFailure(error);
    throw (failure.code === 'FILE_NOT_A_PICTURE' && foreignContent(bytes)) || failure;
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

/** An SVG has no pixels of its own: whatever size it names, as many are drawn as are wanted. */
function drawn(bytes: Uint8Array, size: { readonly width: number; readonly height: number }, side: number): Sharp {
  const density = (SVG_DENSITY * side) / Math.max(size.width, size.height);
  return sharp(bytes, { ...OPTIONS, density: Math.min(MAX_DENSITY, Math.max(1, density)) });
}

async function openWithSharp(bytes: Uint8Array): Promise<OpenPicture> {
  const metadata = await readMetadata(bytes);
  const { autoOrient, icc } = metadata;
  const format = formatOf(metadata);
  // sharp reads no EXIF of a TIFF, which is in its own directories
  const own = format === 'tiff' ? { exif: [Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)] } : {};
  const common = { format, ...autoOrient, blocks: { ...blocksOf(metadata), ...own } };
  if (format === 'svg') return { ...common, image: (side) => Promise.resolve(drawn(bytes, autoOrient, side)) };
  checkPixels(autoOrient, WHOLE.has(format) ? MAX_WHOLE_PIXELS : MAX_PIXELS);
  const image = async (): Promise<Sharp> => sharp(format === 'heic' ? await heicToTiff(bytes, icc) : bytes, OPTIONS);
  return { ...common, image };
}
