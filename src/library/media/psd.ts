import { FileFailureError } from './decode-protocol.ts';
import { listed, type MetadataBlocks } from './embedded-metadata.ts';
import { evenStrips, tiffAround, type TiffLayout } from './tiff-file.ts';

const ROWS_PER_STRIP = 64;
const [STORED, PACKBITS] = [0, 1] as const;
const [ICC, EXIF, VERSION_INFO, IPTC, XMP] = [1039, 1058, 1057, 1028, 1060] as const;

/** Colour modes that are read, by their number in the file, and how many planes they take. */
const MODES: Readonly<Record<number, { readonly photometric: TiffLayout['photometric']; readonly planes: number }>> = {
  0: { photometric: 'white is 0', planes: 1 },
  1: { photometric: 'grey', planes: 1 },
  2: { photometric: 'palette', planes: 1 },
  3: { photometric: 'rgb', planes: 3 },
  4: { photometric: 'cmyk', planes: 4 },
  // duotone: its inks are not documented, its picture is a grey one
  8: { photometric: 'grey', planes: 1 },
};

/** The head of a Photoshop file, checked, and where its flattened picture lies. */
export interface PsdHeader {
  readonly width: number;
  readonly height: number;
  readonly layout: TiffLayout;
  readonly compression: typeof STORED | typeof PACKBITS;
  /** Planes in the file; the first ones are the colours. */
  readonly channels: number;
  /** Where the flattened picture begins, behind its compression. */
  readonly pixelsAt: number;
  /** PSB: lengths take more bytes. */
  readonly big: boolean;
  readonly blocks: MetadataBlocks;
}

/**
 * The header of a PSD or PSB, or null where the bytes are none.
 *
 * @throws FileFailureError FILE_DAMAGED; FORMAT_UNSUPPORTED where it has no flattened picture, or one in a rare kind of colour
 */
export function psdHeader(bytes: Uint8Array): PsdHeader | null {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.toString('latin1', 0, 4) !== '8BPS') return null;
  try {
    return readHeader(file);
  } catch (error) {
    // reading beyond the end: lengths that lie, or a file that is cut off
    if (error instanceof RangeError) throw damaged(error);
    throw error;
  }
}

function readHeader(file: Buffer): PsdHeader {
  const version = file.readUInt16BE(4);
  const big = version === 2;
  const channels = file.readUInt16BE(12);
  const [height, width] = [file.readUInt32BE(14), file.readUInt32BE(18)];
  const [bits, mode] = [file.readUInt16BE(22), file.readUInt16BE(24)];
  const known = version >= 1 && version <= 2 && mode <= 9 && [1, 8, 16, 32].includes(bits);
  if (width === 0 || height === 0 || !known) throw damaged();
  const kind = MODES[mode];
  if (!kind || (bits !== 1 && bits !== 8 && bits !== 16)) {
    throw new FileFailureError(
      'FORMAT_UNSUPPORTED',
      `Photoshop files in colour mode ${mode} with ${bits} bits cannot be read. Save it in RGB with 8 or 16 bits.`,
    );
  }
  if (channels < kind.planes) throw damaged();
  const colours = section(file, 26);
  const resources = section(file, colours.end);
  const layersLength = big ? Number(file.readBigUInt64BE(resources.end)) : file.readUInt32BE(resources.end);
  const merged = resources.end + (big ? 8 : 4) + layersLength;
  const compression = file.readUInt16BE(merged);
  const found = resourcesOf(resources.bytes);
  if (found.get(VERSION_INFO)?.[4] === 0) {
    throw new FileFailureError(
      'NO_PREVIEW',
      'This Photoshop file was saved without its flattened picture. Save it again with "Maximize Compatibility".',
    );
  }
  if (compression !== STORED && compression !== PACKBITS) throw damaged();
  return {
    width,
    height,
    channels,
    compression,
    big,
    pixelsAt: merged + 2,
    blocks: { exif: listed(found.get(EXIF)), iptc: listed(found.get(IPTC)), xmp: listed(found.get(XMP)) },
    layout: {
      width,
      height,
      bits,
      samples: kind.planes,
      photometric: kind.photometric,
      planar: kind.planes > 1,
      compression: compression === PACKBITS ? 'packbits' : 'none',
      rowsPerStrip: compression === PACKBITS ? 1 : ROWS_PER_STRIP,
      ...(kind.photometric === 'palette' ? { palette: paletteOf(colours.bytes) } : {}),
      icc: found.get(ICC),
    },
  };
}

function section(file: Buffer, at: number): { readonly bytes: Buffer; readonly end: number } {
  const end = at + 4 + file.readUInt32BE(at);
  if (end > file.length) throw damaged();
  return { bytes: file.subarray(at + 4, end), end };
}

function resourcesOf(bytes: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  let at = 0;
  while (at + 12 <= bytes.length && bytes.toString('latin1', at, at + 4) === '8BIM') {
    const name = bytes.readUInt8(at + 6);
    const lengthAt = at + 7 + name + ((name + 1) % 2);
    const length = bytes.readUInt32BE(lengthAt);
    found.set(bytes.readUInt16BE(at + 4), bytes.subarray(lengthAt + 4, lengthAt + 4 + length));
    at = lengthAt + 4 + length + (length % 2);
  }
  return found;
}

function paletteOf(colours: Buffer): Uint16Array {
  if (colours.length < 768) throw damaged();
  return Uint16Array.from(colours.subarray(0, 768), (value) => 257 * value);
}

/**
 * The flattened picture of a Photoshop file as a TIFF. Its planes are stored or packed as a TIFF's may be, so that they are copied as they
 * are, and libtiff unpacks them.
 *
 * @throws FileFailureError FILE_DAMAGED
 */
export function psdToTiff(bytes: Uint8Array, header: PsdHeader): Buffer {
  const { layout, channels, height, width, compression, pixelsAt, big } = header;
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rowBytes = Math.ceil((width * layout.bits) / 8);
  const rows = height * layout.samples;
  // before anything as large as the header says is made
  if (compression === STORED && pixelsAt + rows * rowBytes > file.length) throw damaged();
  const [strips, begin] =
    compression === PACKBITS
      ? [packedLengths(file, pixelsAt, rows, big), pixelsAt + (big ? 4 : 2) * height * channels]
      : [planesOf(evenStrips(height, rowBytes, ROWS_PER_STRIP), layout.samples), pixelsAt];
  const length = strips.reduce((sum, strip) => sum + strip, 0);
  if (begin + length > file.length) throw damaged();
  const pixels = file.subarray(begin, begin + length);
  if (layout.photometric === 'cmyk') return inkToTiff(layout, pixels, strips, rowBytes);
  const tiff = tiffAround(layout, strips);
  tiff.file.set(pixels, tiff.pixelsAt);
  return tiff.file;
}

function packedLengths(file: Buffer, at: number, rows: number, big: boolean): number[] {
  if (at + (big ? 4 : 2) * rows > file.length) throw damaged();
  return Array.from({ length: rows }, (_, i) => (big ? file.readUInt32BE(at + 4 * i) : file.readUInt16BE(at + 2 * i)));
}

function planesOf(strips: readonly number[], planes: number): number[] {
  return Array.from({ length: planes }, () => strips).flat();
}

/** Photoshop stores ink the other way round than a TIFF, so it has to be unpacked. */
function inkToTiff(layout: TiffLayout, pixels: Buffer, strips: readonly number[], rowBytes: number): Buffer {
  const even = planesOf(evenStrips(layout.height, rowBytes, ROWS_PER_STRIP), layout.samples);
  const { file, pixelsAt } = tiffAround({ ...layout, compression: 'none', rowsPerStrip: ROWS_PER_STRIP }, even);
  const to = file.subarray(pixelsAt);
  if (layout.compression !== 'packbits') to.set(pixels);
  else {
    let from = 0;
    for (const [row, length] of strips.entries()) {
      unpackBits(pixels.subarray(from, from + length), to.subarray(row * rowBytes, (row + 1) * rowBytes));
      from += length;
    }
  }
  for (let i = 0; i < to.length; i++) to[i] = 255 - (to[i] ?? 0);
  return file;
}

function unpackBits(packed: Uint8Array, to: Uint8Array): void {
  let [from, at] = [0, 0];
  while (at < to.length) {
    const code = packed[from++];
    if (code === undefined) throw damaged();
    if (code < 128) {
      const stored = packed.subarray(from, Math.min(from + code + 1, from + to.length - at));
      if (stored.length === 0) throw damaged();
      to.set(stored, at);
      from += code + 1;
      at += code + 1;
    } else if (code > 128) {
      to.fill(packed[from++] ?? 0, at, at + 257 - code);
      at += 257 - code;
    }
  }
}

function damaged(cause?: Error): FileFailureError {
  return new FileFailureError('FILE_DAMAGED', 'The Photoshop file is damaged or incomplete.', { cause });
}
