import { open, type FileHandle } from 'node:fs/promises';

/** Brands of ISO base media files that are pictures: HEIC, AVIF and their sequences, Canon's raw format. */
const PICTURE_BRANDS = new Set([
  'crx ',
  'jxl ',
  ...'heic heix heim heis hevc hevx hevm hevs mif1 msf1 avif avis'.split(' '),
]);

/** Bytes that {@link isVideo} looks at. */
export const HEAD_BYTES = 400;

/** Boxes that a QuickTime file without `ftyp` begins with. */
const QUICKTIME_BOXES = new Set(['moov', 'mdat', 'wide', 'free', 'skip', 'pnot']);

/** Whether content is that of a video container, by how it begins; names count for nothing. */
export function isVideo(head: Uint8Array): boolean {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const text = (at: number): string => bytes.toString('latin1', at, at + 4);
  if (text(4) === 'ftyp') return !PICTURE_BRANDS.has(text(8));
  if (QUICKTIME_BOXES.has(text(4))) return true;
  const start = bytes.toString('hex', 0, 8);
  // Matroska and WebM; ASF (WMV); an MPEG program stream
  if (start.startsWith('1a45dfa3') || start === '3026b2758e66cf11' || start.startsWith('000001ba')) return true;
  if (text(0) === 'RIFF' && text(8) === 'AVI ') return true;
  // every GIF begins with the byte that packets of a transport stream begin with, and one in 256 has it again where the second would be
  if (text(0) === 'GIF8') return false;
  // an MPEG transport stream: 0x47 begins each packet of 188 bytes, or of 192 with a time before it
  return [0, 4].some((at) => [0, 1, 2].every((packet) => bytes[at + packet * (188 + at)] === 0x47));
}

/**
 * Whether a container says that it is longer than its file: a copy or a recording that was cut off. Such a file may well open, and play
 * up to somewhere.
 */
export async function isCutOff(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const head = await bytesAt(handle, 0, 12);
    if (head.toString('latin1', 0, 4) === 'RIFF') return head.readUInt32LE(4) + 8 > size + 1;
    if (head.toString('hex', 0, 4) === '1a45dfa3') return await isMatroskaCutOff(handle, size);
    return /^[a-z0-9 ]{4}$/.test(head.toString('latin1', 4, 8)) && (await isBoxCutOff(handle, size));
  } finally {
    await handle.close();
  }
}

/** Without the end of one of these, frames are missing. */
const HOLDS_THE_MOVIE = new Set(['moov', 'mdat', 'moof']);

/** Boxes at the top of an ISO base media file; a movie has some tens, one in fragments thousands. */
const MOST_BOXES = 20_000;

async function isBoxCutOff(handle: FileHandle, size: number): Promise<boolean> {
  let at = 0;
  let type = '';
  for (let i = 0; i < MOST_BOXES && at + 8 <= size; i++) {
    const head = await bytesAt(handle, at, 16);
    type = head.toString('latin1', 4, 8);
    // bytes that some cameras and programs add at the end are no box
    if (!/^[\x20-\x7e©]{4}$/.test(type)) return false;
    let length = head.readUInt32BE(0);
    if (length === 1 && head.length === 16) length = Number(head.readBigUInt64BE(8));
    // 0: to the end of the file. Anything else below a head is damage, which the decoder names
    if (length < 8) return false;
    at += length;
  }
  return at > size && HOLDS_THE_MOVIE.has(type);
}

/** EBML: an element is its id, its length, and that many bytes; the segment, which follows the head, holds everything. */
async function isMatroskaCutOff(handle: FileHandle, size: number): Promise<boolean> {
  const head = await bytesAt(handle, 4, 8);
  const ebml = ebmlLength(head);
  if (ebml?.length == null) return false;
  const at = 4 + ebml.bytes + ebml.length;
  const segment = await bytesAt(handle, at, 12);
  if (segment.toString('hex', 0, 4) !== '18538067') return false;
  const held = ebmlLength(segment.subarray(4));
  return held?.length != null && at + 4 + held.bytes + held.length > size;
}

/** A length of EBML: as many bytes as zeros lead it and one; all ones mean that it is not known (null). */
function ebmlLength(bytes: Uint8Array): { readonly bytes: number; readonly length: number | null } | null {
  const first = bytes[0] ?? 0;
  const count = Math.clz32(first) - 23;
  if (first === 0 || bytes.length < count) return null;
  let length = first & (0xff >> count);
  let unknown = length === 0xff >> count;
  for (let i = 1; i < count; i++) {
    length = length * 256 + (bytes[i] ?? 0);
    unknown &&= bytes[i] === 0xff;
  }
  return { bytes: count, length: unknown ? null : length };
}

async function bytesAt(handle: FileHandle, at: number, count: number): Promise<Buffer> {
  const bytes = Buffer.alloc(count);
  const { bytesRead } = await handle.read(bytes, 0, count, at);
  return bytes.subarray(0, bytesRead);
}
