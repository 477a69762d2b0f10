import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { FileFailureError } from './decode-protocol.ts';
import { listed, type MetadataBlocks } from './embedded-metadata.ts';
import { evenStrips, tiffAround } from './tiff-file.ts';

const ROWS_PER_STRIP = 64;
const [CODESTREAM, CONTAINER] = ['ff0a', '0000000c4a584c200d0a870a'] as const;

/** Boxes that are looked at: a picture needs a handful. */
const MOST_BOXES = 200;

/** The head of a JPEG XL. */
export interface JxlHeader {
  /** Upright. */
  readonly width: number;
  readonly height: number;
  /** Of its container. */
  readonly blocks: MetadataBlocks;
}

/** The size of a JPEG XL, or null where the bytes are none. @throws FileFailureError FILE_DAMAGED */
export function jxlHeader(bytes: Uint8Array): JxlHeader | null {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.toString('hex', 0, 2) === CODESTREAM) return { ...sizeOf(file), blocks: {} };
  if (file.toString('hex', 0, 12) !== CONTAINER) return null;
  let size: ReturnType<typeof sizeOf> | null = null;
  let exif: Buffer | undefined;
  let xmp: Buffer | undefined;
  for (const { name, body } of boxes(file)) {
    if (name === 'jxlc') size ??= sizeOf(body);
    // a part of the picture, behind its number
    else if (name === 'jxlp') size ??= sizeOf(body.subarray(4));
    else if (name === 'Exif' && body.length > 4) exif ??= body.subarray(4 + body.readUInt32BE(0));
    else if (name === 'xml ') xmp ??= body;
  }
  if (!size) throw damaged();
  return { ...size, blocks: { exif: listed(exif), xmp: listed(xmp) } };
}

function* boxes(file: Buffer): Generator<{ readonly name: string; readonly body: Buffer }> {
  let at = 0;
  for (let seen = 0; seen < MOST_BOXES && at + 8 <= file.length; seen++) {
    const short = file.readUInt32BE(at);
    if (short === 1 && at + 16 > file.length) return;
    const head = short === 1 ? 16 : 8;
    // 0: to the end of the file
    const length = short === 1 ? Number(file.readBigUInt64BE(at + 8)) : short === 0 ? file.length - at : short;
    if (length < head) return;
    yield { name: file.toString('latin1', at + 4, at + 8), body: file.subarray(at + head, at + length) };
    at += length;
  }
}

const RATIOS = [1, 1.2, 4 / 3, 1.5, 16 / 9, 1.25, 2] as const;

/** The size header and the orientation behind it: bits, the lowest of a byte first (ISO/IEC 18181-1, annex D). */
function sizeOf(stream: Buffer): { readonly width: number; readonly height: number } {
  let at = 16;
  const bits = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++, at++) {
      const byte = stream[at >> 3];
      if (byte === undefined) throw damaged();
      value += ((byte >> (at & 7)) & 1) * 2 ** i;
    }
    return value;
  };
  const small = bits(1) === 1;
  const side = (): number => (small ? 8 * (bits(5) + 1) : bits([9, 13, 18, 30][bits(2)] ?? 9) + 1);
  const height = side();
  const ratio = bits(3);
  const width = ratio === 0 ? side() : Math.floor(height * (RATIOS[ratio - 1] ?? 1));
  const plain = bits(1) === 1 || bits(1) === 0;
  const lies = !plain && bits(3) >= 4;
  return lies ? { width: height, height: width } : { width, height };
}

type Decode = (
  bytes: Uint8Array,
) => { readonly data: Uint8ClampedArray; readonly width: number; readonly height: number } | null;

let loaded: Promise<Decode> | null = null;

/** Loads libjxl at the first JPEG XL. */
async function libjxl(): Promise<Decode> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Decode> {
  const { init } = await import('@jsquash/jxl/decode.js');
  const wasm = createRequire(import.meta.url).resolve('@jsquash/jxl/codec/dec/jxl_dec.wasm');
  const decoder = await init(new WebAssembly.Module(await readFile(wasm)));
  // what the decoder gives its pixels as in a browser
  if (!('ImageData' in globalThis)) Object.assign(globalThis, { ImageData: PlainImageData });
  return (bytes) => decoder.decode(new Uint8Array(bytes));
}

class PlainImageData {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;

  constructor(data: Uint8ClampedArray, width: number, height: number) {
    this.data = data;
    this.width = width;
    this.height = height;
  }
}

/** Decodes a JPEG XL, upright and in sRGB, into a TIFF with transparency. @throws FileFailureError FILE_DAMAGED */
export async function jxlToTiff(bytes: Uint8Array): Promise<Buffer> {
  const decode = await libjxl();
  let image: ReturnType<Decode>;
  try {
    image = decode(bytes);
  } catch (error) {
    // after a trap nothing in the instance can be trusted
    loaded = null;
    throw error;
  }
  if (!image) throw damaged();
  const { data, width, height } = image;
  const { file, pixelsAt } = tiffAround(
    { width, height, bits: 8, samples: 4, photometric: 'rgb', alpha: true, rowsPerStrip: ROWS_PER_STRIP },
    evenStrips(height, 4 * width, ROWS_PER_STRIP),
  );
  file.set(data, pixelsAt);
  return file;
}

function damaged(): FileFailureError {
  return new FileFailureError('FILE_DAMAGED', 'The JPEG XL is damaged or incomplete.');
}
