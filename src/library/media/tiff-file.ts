/** How pixels lie in a TIFF that is made around them. */
export interface TiffLayout {
  readonly width: number;
  readonly height: number;
  readonly bits: 1 | 8 | 16 | 32;
  /** Samples of a pixel: 3 for RGB, 4 with alpha. */
  readonly samples: number;
  readonly photometric: keyof typeof PHOTOMETRIC;
  /** The last sample is transparency, not multiplied into the colours. */
  readonly alpha?: boolean;
  /** All of one colour before the next, instead of pixel by pixel. */
  readonly planar?: boolean;
  readonly compression?: 'none' | 'packbits';
  readonly rowsPerStrip?: number;
  /** The colours of a palette: all reds, all greens, all blues, 16 bits each. */
  readonly palette?: Uint16Array;
  readonly icc?: Uint8Array | undefined;
}

const PHOTOMETRIC = { 'white is 0': 0, grey: 1, rgb: 2, palette: 3, cmyk: 5 } as const;

const [SHORT, LONG, UNDEFINED] = [3, 4, 7] as const;
const BYTES = { [SHORT]: 2, [LONG]: 4, [UNDEFINED]: 1 } as const;

type Field = readonly [tag: number, type: typeof SHORT | typeof LONG | typeof UNDEFINED, values: ArrayLike<number>];

/**
 * A big-endian TIFF with room for pixels. libvips has no loader for what other decoders give; with a TIFF around it, colour profile,
 * palette and 16 bits go the same way as those of any picture, and nothing is unpacked in JavaScript that libtiff unpacks.
 *
 * @param strips bytes of each strip, in order
 * @returns the file, and where in it the strips begin
 */
export function tiffAround(layout: TiffLayout, strips: readonly number[]): { file: Buffer; pixelsAt: number } {
  const { samples, icc, palette, alpha = false } = layout;
  const fields: Field[] = [
    [256, LONG, [layout.width]],
    [257, LONG, [layout.height]],
    [258, SHORT, Array.from({ length: samples }, () => layout.bits)],
    [259, SHORT, [layout.compression === 'packbits' ? 32_773 : 1]],
    [262, SHORT, [PHOTOMETRIC[layout.photometric]]],
    [273, LONG, strips], // where each strip begins, filled in below
    [277, SHORT, [samples]],
    [278, LONG, [layout.rowsPerStrip ?? layout.height]],
    [279, LONG, strips],
    [284, SHORT, [layout.planar ? 2 : 1]],
  ];
  if (palette) fields.push([320, SHORT, palette]);
  if (alpha) fields.push([338, SHORT, [2]]);
  if (layout.bits === 32) fields.push([339, SHORT, Array.from({ length: samples }, () => 3)]); // floating point
  if (icc) fields.push([34_675, UNDEFINED, icc]);
  const directory = 8;
  let at = directory + 2 + 12 * fields.length + 4;
  const places = fields.map(([, type, values]) => {
    const length = BYTES[type] * values.length;
    if (length <= 4) return null;
    const place = at;
    at += length + (length % 2);
    return place;
  });
  const pixelsAt = at;
  const file = Buffer.alloc(pixelsAt + strips.reduce((sum, length) => sum + length, 0));
  file.write('MM\0*', 'latin1');
  file.writeUInt32BE(directory, 4);
  file.writeUInt16BE(fields.length, directory);
  let begin = pixelsAt;
  const offsets = strips.map((length) => {
    const offset = begin;
    begin += length;
    return offset;
  });
  for (const [i, [tag, type, values]] of fields.entries()) {
    const entry = directory + 2 + 12 * i;
    file.writeUInt16BE(tag, entry);
    file.writeUInt16BE(type, entry + 2);
    file.writeUInt32BE(values.length, entry + 4);
    const place = places[i] ?? null;
    if (place !== null) file.writeUInt32BE(place, entry + 8);
    writeValues(file, place ?? entry + 8, type, tag === 273 ? offsets : values);
  }
  return { file, pixelsAt };
}

function writeValues(file: Buffer, at: number, type: Field[1], values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (type === SHORT) file.writeUInt16BE(value, at + 2 * i);
    else if (type === LONG) file.writeUInt32BE(value, at + 4 * i);
    else file[at + i] = value;
  }
}

/** The bytes of strips of `rows` rows each, of a picture without compression. */
export function evenStrips(height: number, rowBytes: number, rows: number): number[] {
  return Array.from({ length: Math.ceil(height / rows) }, (_, i) => rowBytes * Math.min(rows, height - i * rows));
}
