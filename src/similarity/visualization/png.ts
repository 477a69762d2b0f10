import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Channels of a pixel → PNG's colour type: grey, grey with alpha, RGB, RGB with alpha. */
const COLOR_TYPES = { 1: 0, 2: 4, 3: 2, 4: 6 } as const;

export type Channels = keyof typeof COLOR_TYPES;

/**
 * A PNG file: eight bits a channel, no filter, compressed by zlib.
 *
 * @param pixels row after row, `width × height × channels` bytes
 * @see https://www.w3.org/TR/png-3/
 */
export function encodePng(pixels: Uint8Array, width: number, height: number, channels: Channels): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(8, 8);
  header.writeUInt8(COLOR_TYPES[channels], 9);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(unfilteredScanlines(pixels, width * channels, height))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Each line is preceded by the number of its filter: 0, none. */
function unfilteredScanlines(pixels: Uint8Array, lineSize: number, height: number): Uint8Array {
  const lines = new Uint8Array((lineSize + 1) * height);
  for (let line = 0; line < height; line++) {
    lines.set(pixels.subarray(line * lineSize, (line + 1) * lineSize), line * (lineSize + 1) + 1);
  }
  return lines;
}

function chunk(type: string, content: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, checksum]);
}
