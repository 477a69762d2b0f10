import type { LibHeif } from 'libheif-js/libheif-wasm/libheif-bundle.mjs';
import { FileFailureError } from './decode-protocol.ts';
import { evenStrips, tiffAround } from './tiff-file.ts';

const ROWS_PER_STRIP = 64;

let loaded: Promise<LibHeif> | null = null;

/** Loads libheif at the first HEIC: 2 MB that most libraries' workers never need. */
async function libheif(): Promise<LibHeif> {
  loaded ??= import('libheif-js/libheif-wasm/libheif-bundle.mjs').then(({ default: load }) => load());
  return loaded;
}

/**
 * Decodes the primary picture of a HEIF file into a TIFF of 8 bits. libheif turns it upright by itself (`irot`, `imir`, `clap`), so the
 * EXIF orientation means nothing any more, and the TIFF carries none.
 *
 * @param icc the colour profile of the picture
 * @throws FileFailureError FILE_DAMAGED, with libheif's own words
 */
export async function heicToTiff(bytes: Uint8Array, icc: Uint8Array | undefined): Promise<Buffer> {
  try {
    return await decodeWith(await libheif(), bytes, icc);
  } catch (error) {
    // after a trap or a full memory nothing in the instance can be trusted
    if (!(error instanceof FileFailureError)) loaded = null;
    throw error;
  }
}

async function decodeWith(heif: LibHeif, bytes: Uint8Array, icc: Uint8Array | undefined): Promise<Buffer> {
  const context = heif.heif_context_alloc();
  if (!context) throw new Error('libheif has no memory left');
  try {
    const read = heif.heif_context_read_from_memory(context, bytes);
    if (read.code !== heif.heif_error_code.heif_error_Ok) throw damaged(read);
    const handle = heif.heif_js_context_get_primary_image_handle(context);
    if (!handle || isError(handle)) throw damaged(handle);
    try {
      return await pixelsOf(heif, handle, icc);
    } finally {
      heif.heif_image_handle_release(handle);
    }
  } finally {
    heif.heif_context_free(context);
  }
}

async function pixelsOf(
  heif: LibHeif,
  handle: Readonly<Record<string, unknown>>,
  icc: Uint8Array | undefined,
): Promise<Buffer> {
  const alpha = heif.heif_image_handle_has_alpha_channel(handle) !== 0;
  const { heif_chroma_interleaved_RGB: opaque, heif_chroma_interleaved_RGBA: transparent } = heif.heif_chroma;
  const space = heif.heif_colorspace.heif_colorspace_RGB;
  const decoded = await heif.heif_js_decode_image2(handle, space, alpha ? transparent : opaque);
  if (!decoded || isError(decoded)) throw damaged(decoded);
  try {
    const channel = decoded.channels.find(({ id }) => id === heif.heif_channel.heif_channel_interleaved);
    if (!channel) throw damaged(null);
    const { width, height, stride, data } = channel;
    const samples = alpha ? 4 : 3;
    const rowBytes = samples * width;
    const { file, pixelsAt } = tiffAround(
      { width, height, bits: 8, samples, photometric: 'rgb', alpha, rowsPerStrip: ROWS_PER_STRIP, icc },
      evenStrips(height, rowBytes, ROWS_PER_STRIP),
    );
    for (let y = 0; y < height; y++) {
      file.set(data.subarray(y * stride, y * stride + rowBytes), pixelsAt + y * rowBytes);
    }
    return file;
  } finally {
    heif.heif_image_release(decoded.image);
  }
}

function isError(value: object): value is { readonly message: string } {
  return 'code' in value;
}

function damaged(error: { readonly message: string } | null): FileFailureError {
  const reason = error?.message ?? 'no picture in it';
  if (/unsupported|not supported/i.test(reason)) {
    return new FileFailureError(
      'FORMAT_UNSUPPORTED',
      `This kind of HEIF cannot be read (${reason}). Export it as JPEG.`,
    );
  }
  return new FileFailureError('FILE_DAMAGED', `The picture is damaged or incomplete (${reason}).`);
}
