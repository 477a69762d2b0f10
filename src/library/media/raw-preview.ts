import { listed, type MetadataBlocks } from './embedded-metadata.ts';
import { firstDirectory, tiffBytes } from './tiff-fields.ts';

/** What a camera raw file gives: the pictures that the camera made of it, and what it says of itself. */
export interface RawFile {
  readonly blocks: MetadataBlocks;
  /** How the preview is to be turned, where it does not say so itself: EXIF's 1–8. */
  readonly orientation: number;
}

const [NEW_SUBFILE_TYPE, COMPRESSION, ORIENTATION, DNG_VERSION] = [254, 259, 274, 50_706] as const;

/** Compressions that only cameras write: Sony, Nikon, Samsung, Pentax, Kodak. */
const CAMERA_COMPRESSIONS = new Set([32_767, 34_713, 32_769, 32_770, 65_535, 65_000]);

/** The fields of a first directory that say where those of EXIF and GPS begin. */
const [EXIF_DIRECTORY, GPS_DIRECTORY] = [0x8769, 0x8825] as const;

/** The fields of a first directory that hold other kinds of metadata. */
const [XMP, IPTC] = [700, 33_723] as const;

const CANON_BOX = Buffer.from('85c0b687820f11e08111f4ce462b6a48', 'hex');

/** Whether the bytes are a camera raw file, by their content, and what was found in it; null where they are not. */
export function rawFile(bytes: Uint8Array): RawFile | null {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // its preview is a whole JPEG with EXIF and orientation of its own
  if (file.toString('latin1', 0, 15) === 'FUJIFILMCCD-RAW') return { blocks: {}, orientation: 1 };
  if (file.toString('latin1', 4, 12) === 'ftypcrx ') return canonBoxes(file);
  const kind = file.toString('latin1', 0, 4);
  const fields = firstDirectory(file);
  if (!fields) return null;
  const first = (tag: number): number => {
    const value = fields.get(tag);
    return typeof value === 'object' ? (value[0] ?? 0) : 0;
  };
  const blocks = { exif: [file], xmp: listed(tiffBytes(file, XMP)), iptc: listed(tiffBytes(file, IPTC)) };
  const raw = { blocks, orientation: first(ORIENTATION) || 1 };
  // Panasonic and Olympus
  if (['IIU\0', 'IIRO', 'IIRS', 'MMOR'].includes(kind)) return raw;
  if (kind !== 'II*\0' && kind !== 'MM\0*') return null;
  const canon = file.toString('latin1', 8, 10) === 'CR';
  // of a raw file the first picture is a small one, of a scan or a drawing it is the picture
  const small = (first(NEW_SUBFILE_TYPE) & 1) === 1;
  return canon || small || fields.has(DNG_VERSION) || CAMERA_COMPRESSIONS.has(first(COMPRESSION)) ? raw : null;
}

/** CR3: TIFF blocks in boxes `CMT1` (camera), `CMT2` (EXIF) and `CMT4` (GPS), in Canon's own box in `moov`. */
function canonBoxes(file: Buffer): RawFile {
  const begin = file.subarray(0, 2 ** 20).indexOf(CANON_BOX);
  const exif: Buffer[] = [];
  let orientation = 1;
  let at = begin < 0 ? file.length : begin + CANON_BOX.length;
  for (let boxes = 0; boxes < 16 && at + 8 <= file.length; boxes++) {
    const length = file.readUInt32BE(at);
    const name = file.toString('latin1', at + 4, at + 8);
    if (length < 8 || at + length > file.length) break;
    const block = file.subarray(at + 8, at + length);
    if (name === 'CMT1') {
      const value = firstDirectory(block)?.get(ORIENTATION);
      orientation = typeof value === 'object' ? (value[0] ?? 1) : 1;
    }
    if (name === 'CMT1') exif.push(block);
    if (name === 'CMT2') exif.push(pointedAt(block, EXIF_DIRECTORY));
    if (name === 'CMT4') exif.push(pointedAt(block, GPS_DIRECTORY));
    at += length;
  }
  return { blocks: { exif }, orientation };
}

/** A block whose first directory is of EXIF or GPS, with a first directory that points at it: as in every other file. */
function pointedAt(block: Buffer, tag: number): Buffer {
  const little = block.toString('latin1', 0, 2) === 'II';
  const directory = Buffer.alloc(18);
  const tiff = Buffer.concat([block, directory]);
  const at = block.length;
  const [u16, u32] = little
    ? [tiff.writeUInt16LE.bind(tiff), tiff.writeUInt32LE.bind(tiff)]
    : [tiff.writeUInt16BE.bind(tiff), tiff.writeUInt32BE.bind(tiff)];
  if (block.length < 8) return block;
  const first = little ? block.readUInt32LE(4) : block.readUInt32BE(4);
  u16(1, at);
  u16(tag, at + 2);
  u16(4, at + 4);
  u32(1, at + 6);
  u32(first, at + 10);
  u32(at, 4);
  return tiff;
}

/** Headers that are looked into, and segments of each: a file made of nothing but beginnings ends the search. */
const MOST_JPEGS = 2000;
const MOST_SEGMENTS = 400;

/**
 * The JPEG with the most pixels inside a file, from where it begins to the end of the file; null where there is none.
 *
 * Where a camera keeps its preview is told by tags of each maker, many undocumented. All of them are whole JPEGs, so they are looked for
 * by how they begin: SOI, then segments up to a frame header. Raw data compressed as lossless JPEG has another frame header.
 */
export function largestJpeg(bytes: Uint8Array): Uint8Array | null {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const soi = Buffer.from([0xff, 0xd8, 0xff]);
  let best: { readonly at: number; readonly pixels: number } | null = null;
  let at = file.indexOf(soi);
  for (let seen = 0; at >= 0 && seen < MOST_JPEGS; seen++) {
    const pixels = pixelsOfFrame(file, at + 2);
    if (pixels > (best?.pixels ?? 0)) best = { at, pixels };
    at = file.indexOf(soi, at + 2);
  }
  return best && file.subarray(best.at);
}

/** The JPEG with an EXIF orientation (1–8) in front: for one that has none and has to be turned. */
export function withOrientation(jpeg: Uint8Array, orientation: number): Uint8Array {
  if (orientation < 2 || orientation > 8) return jpeg;
  // a segment with a TIFF of one field
  const exif = Buffer.from(
    'ffe1 0022 457869660000 4d4d002a 00000008 0001 0112 0003 00000001 00000000 00000000'.replaceAll(' ', ''),
    'hex',
  );
  exif.writeUInt16BE(orientation, 28);
  return Buffer.concat([jpeg.subarray(0, 2), exif, jpeg.subarray(2)]);
}

/** Pixels that the frame header promises; 0 where none that can be decoded follows. */
function pixelsOfFrame(file: Buffer, from: number): number {
  let at = from;
  for (let segments = 0; segments < MOST_SEGMENTS && at + 9 <= file.length; segments++) {
    if (file[at] !== 0xff) return 0;
    const marker = file[at + 1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    // baseline, extended, progressive
    if (marker >= 0xc0 && marker <= 0xc2) {
      return file[at + 4] === 8 ? file.readUInt16BE(at + 5) * file.readUInt16BE(at + 7) : 0;
    }
    // a scan, an end or another kind of frame before it
    if ((marker > 0xc2 && marker <= 0xda && marker !== 0xc4 && marker !== 0xcc) || marker < 0xc0) return 0;
    at += 2 + file.readUInt16BE(at + 2);
  }
  return 0;
}
