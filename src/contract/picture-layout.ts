/**
 * The packed rows of `pictures.layout`: what the grid needs of every picture, 52 bytes each, little-endian.
 *
 * | offset | type    | what                                              |
 * |--------|---------|---------------------------------------------------|
 * | 0      | float64 | when: milliseconds since 1970, taken or else file |
 * | 8      | uint32  | id                                                |
 * | 12     | float32 | aspect ratio: width / height, upright             |
 * | 16     | float32 | length of a video in seconds; 0: a picture        |
 * | 20     | 32 bytes| content hash                                      |
 *
 * 20,000 pictures are 1.04 MB, one message. As JSON they would be 3 MB and 20,000 objects to parse.
 */
export const LAYOUT_ROW_BYTES = 52;

export interface LayoutRow {
  readonly id: number;
  readonly when: number;
  readonly aspect: number;
  /** Of a video; 0 for a picture. */
  readonly seconds: number;
  /** 64 lowercase hex digits. */
  readonly hash: string;
}

/** Packs rows in the order given. */
export function packLayout(rows: Iterable<LayoutRow>, count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count * LAYOUT_ROW_BYTES);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const row of rows) {
    view.setFloat64(offset, row.when, true);
    view.setUint32(offset + 8, row.id, true);
    view.setFloat32(offset + 12, row.aspect, true);
    view.setFloat32(offset + 16, row.seconds, true);
    for (let i = 0; i < 32; i++) bytes[offset + 20 + i] = Number.parseInt(row.hash.slice(2 * i, 2 * i + 2), 16);
    offset += LAYOUT_ROW_BYTES;
  }
  return bytes;
}

/** Number of rows in packed bytes. */
export function layoutCount(bytes: Uint8Array): number {
  return Math.floor(bytes.byteLength / LAYOUT_ROW_BYTES);
}

/** Reads row `index` (0-based) of packed bytes. RangeError outside them. */
export function layoutRow(bytes: Uint8Array, index: number): LayoutRow {
  const offset = index * LAYOUT_ROW_BYTES;
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, LAYOUT_ROW_BYTES);
  let hash = '';
  for (let i = 0; i < 32; i++)
    hash += view
      .getUint8(20 + i)
      .toString(16)
      .padStart(2, '0');
  return {
    when: view.getFloat64(0, true),
    id: view.getUint32(8, true),
    aspect: view.getFloat32(12, true),
    seconds: view.getFloat32(16, true),
    hash,
  };
}
