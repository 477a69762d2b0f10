import { FileFailureError } from './decode-protocol.ts';
import { evenStrips, tiffAround } from './tiff-file.ts';

const ROWS_PER_STRIP = 64;
const [PLAIN, RLE8, RLE4, BITFIELDS, ALPHA_BITFIELDS] = [0, 1, 2, 3, 6] as const;
const CORE_HEADER = 12;

/** The head of a BMP, checked. */
export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly bottomUp: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Where the pixels begin. */
  readonly pixelsAt: number;
  /** Red, green, blue for each index; empty above 8 bits. */
  readonly palette: Uint8Array;
  /** Which bits of a pixel of 16 or 32 bits are red, green, blue and (not 0) alpha. */
  readonly masks: readonly [number, number, number, number];
}

/**
 * The header of a BMP, or null where the bytes are none.
 *
 * @throws FileFailureError FILE_DAMAGED, FORMAT_UNSUPPORTED
 */
export function bmpHeader(bytes: Uint8Array): BmpHeader | null {
  if (bytes.byteLength < 26 || bytes[0] !== 0x42 || bytes[1] !== 0x4d) return null;
  const view = viewOf(bytes);
  const size = view.getUint32(14, true);
  if (size !== CORE_HEADER && (size < 40 || size > 124)) return null;
  if (bytes.byteLength < 14 + size) throw damaged('its header is cut off');
  const core = size === CORE_HEADER;
  const width = core ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = core ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(core ? 24 : 28, true);
  const compression = core ? PLAIN : view.getUint32(30, true);
  const height = Math.abs(signedHeight);
  if (width <= 0 || height === 0) throw damaged('it has no size');
  if (!fits(bits, compression)) {
    throw new FileFailureError(
      'FORMAT_UNSUPPORTED',
      `This kind of BMP cannot be read (${bits} bits, compression ${compression}). Save it as PNG.`,
    );
  }
  return {
    width,
    height,
    bottomUp: signedHeight > 0,
    bits,
    compression,
    pixelsAt: view.getUint32(10, true),
    palette: bits <= 8 ? paletteOf(view, size, bits) : new Uint8Array(),
    masks: masksOf(view, size, bits, compression),
  };
}

function fits(bits: number, compression: number): boolean {
  if (compression === PLAIN) return [1, 2, 4, 8, 16, 24, 32].includes(bits);
  if (compression === RLE8) return bits === 8;
  if (compression === RLE4) return bits === 4;
  return (compression === BITFIELDS || compression === ALPHA_BITFIELDS) && (bits === 16 || bits === 32);
}

function paletteOf(view: DataView, headerSize: number, bits: number): Uint8Array {
  const core = headerSize === CORE_HEADER;
  const used = core ? 0 : view.getUint32(46, true);
  const entry = core ? 3 : 4;
  const palette = new Uint8Array(3 * 2 ** bits);
  const count = Math.min(used === 0 ? 2 ** bits : used, 2 ** bits);
  for (let i = 0; i < count; i++) {
    const at = 14 + headerSize + entry * i;
    if (at + 3 > view.byteLength) throw damaged('its palette is cut off');
    palette.set([view.getUint8(at + 2), view.getUint8(at + 1), view.getUint8(at)], 3 * i);
  }
  return palette;
}

function masksOf(view: DataView, headerSize: number, bits: number, compression: number): BmpHeader['masks'] {
  if (compression !== BITFIELDS && compression !== ALPHA_BITFIELDS) {
    return bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0];
  }
  // behind a header of 40 bytes as in a longer one they are at the same place
  const hasAlpha = headerSize >= 56 || compression === ALPHA_BITFIELDS;
  if (view.byteLength < 54 + (hasAlpha ? 16 : 12)) throw damaged('its header is cut off');
  const mask = (i: number): number => view.getUint32(54 + 4 * i, true);
  return [mask(0), mask(1), mask(2), hasAlpha ? mask(3) : 0];
}

/** Decodes a BMP into a TIFF of 8 bits a colour. @throws FileFailureError FILE_DAMAGED */
export function bmpToTiff(bytes: Uint8Array, header: BmpHeader): Buffer {
  const { width, height, compression, bits, masks } = header;
  const alpha = bits >= 16 && masks[3] !== 0;
  const samples = alpha ? 4 : 3;
  const { file, pixelsAt } = tiffAround(
    { width, height, bits: 8, samples, photometric: 'rgb', alpha, rowsPerStrip: ROWS_PER_STRIP },
    evenStrips(height, samples * width, ROWS_PER_STRIP),
  );
  const pixels = file.subarray(pixelsAt);
  if (compression === RLE8 || compression === RLE4) unpackRuns(bytes, header, pixels);
  else if (bits <= 8) copyIndexed(bytes, header, pixels);
  else copyColours(bytes, header, samples, pixels);
  return file;
}

/** Calls `row` with where each row of the picture begins, from the top. */
function eachRow(bytes: Uint8Array, header: BmpHeader, row: (from: number, y: number) => void): void {
  const { width, height, bits, bottomUp, pixelsAt } = header;
  const stride = 4 * Math.ceil((width * bits) / 32);
  if (pixelsAt + stride * height > bytes.byteLength) throw damaged('its last rows are missing');
  for (let y = 0; y < height; y++) row(pixelsAt + stride * (bottomUp ? height - 1 - y : y), y);
}

function copyIndexed(bytes: Uint8Array, header: BmpHeader, to: Uint8Array): void {
  const { width, bits, palette } = header;
  const perByte = 8 / bits;
  const mask = 2 ** bits - 1;
  eachRow(bytes, header, (from, y) => {
    for (let x = 0; x < width; x++) {
      const byte = bytes[from + Math.floor(x / perByte)] ?? 0;
      const index = (byte >> (bits * (perByte - 1 - (x % perByte)))) & mask;
      putColour(palette, index, to, y * width + x);
    }
  });
}

function putColour(palette: Uint8Array, index: number, to: Uint8Array, pixel: number): void {
  to[3 * pixel] = palette[3 * index] ?? 0;
  to[3 * pixel + 1] = palette[3 * index + 1] ?? 0;
  to[3 * pixel + 2] = palette[3 * index + 2] ?? 0;
}

function copyColours(bytes: Uint8Array, header: BmpHeader, samples: number, to: Uint8Array): void {
  const { width, bits, compression, masks } = header;
  const view = viewOf(bytes);
  const reads = masks.slice(0, samples).map(maskReader);
  const straight = bits === 24 || (bits === 32 && compression === PLAIN);
  eachRow(bytes, header, (from, y) => {
    for (let x = 0; x < width; x++) {
      const target = samples * (y * width + x);
      const at = from + (bits / 8) * x;
      if (straight) {
        for (let c = 0; c < 3; c++) to[target + c] = bytes[at + 2 - c] ?? 0;
        continue;
      }
      const value = bits === 16 ? view.getUint16(at, true) : view.getUint32(at, true);
      for (const [c, read] of reads.entries()) to[target + c] = read(value);
    }
  });
}

/** Takes the bits of a mask and spreads them over 0–255. */
function maskReader(mask: number): (value: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return (value) => Math.round((((value & mask) >>> shift) * 255) / most);
}

/** Run-length codes: what they skip keeps the first colour of the palette. */
function unpackRuns(bytes: Uint8Array, header: BmpHeader, to: Uint8Array): void {
  const { width, height, bottomUp, palette, compression } = header;
  Buffer.from(to.buffer, to.byteOffset, to.byteLength).fill(palette.subarray(0, 3));
  let [x, y, at] = [0, 0, header.pixelsAt];
  const put = (index: number): void => {
    if (x < width && y < height) putColour(palette, index, to, (bottomUp ? height - 1 - y : y) * width + x);
    x++;
  };
  const perByte = compression === RLE8 ? 1 : 2;
  const indexIn = (byte: number, i: number): number => (perByte === 1 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15);
  while (y < height) {
    const [count, value] = [bytes[at], bytes[at + 1]];
    if (count === undefined || value === undefined) throw damaged('its last rows are missing');
    at += 2;
    if (count > 0) for (let i = 0; i < count; i++) put(indexIn(value, i));
    else if (value === 0) [x, y] = [0, y + 1];
    else if (value === 1) return;
    else if (value === 2) {
      x += bytes[at] ?? 0;
      y += bytes[at + 1] ?? 0;
      at += 2;
    } else {
      for (let i = 0; i < value; i++) put(indexIn(bytes[at + Math.floor(i / perByte)] ?? 0, i));
      at += 2 * Math.ceil(value / perByte / 2);
    }
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function damaged(reason: string): FileFailureError {
  return new FileFailureError('FILE_DAMAGED', `The BMP is damaged or incomplete: ${reason}.`);
}
