/** A field of a TIFF directory: numbers, or text. */
export type TiffValue = readonly number[] | string;

const TYPE_BYTES: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8, 13: 4 };

/** More fields than any camera writes. */
const MOST_FIELDS = 1000;
const MOST_VALUES = 256;

/**
 * The first directory of a TIFF and of its many relatives: camera raw files are TIFFs with another third byte. What lies outside the
 * bytes or is of a rare type is left out; nothing is followed, so that nothing can go in circles.
 *
 * @returns the fields by tag; null where the bytes do not begin like a TIFF
 */
export function firstDirectory(bytes: Uint8Array): ReadonlyMap<number, TiffValue> | null {
  if (bytes.byteLength < 8) return null;
  const order = Buffer.from(bytes.buffer, bytes.byteOffset, 2).toString('latin1');
  if (order !== 'II' && order !== 'MM') return null;
  const little = order === 'II';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = view.getUint32(4, little);
  const fields = new Map<number, TiffValue>();
  if (at + 2 > bytes.byteLength) return fields;
  const count = Math.min(view.getUint16(at, little), MOST_FIELDS);
  for (let i = 0; i < count && at + 2 + 12 * (i + 1) <= bytes.byteLength; i++) {
    const entry = at + 2 + 12 * i;
    const value = fieldValue(view, entry, little);
    if (value !== null) fields.set(view.getUint16(entry, little), value);
  }
  return fields;
}

function fieldValue(view: DataView, entry: number, little: boolean): TiffValue | null {
  const type = view.getUint16(entry + 2, little);
  const count = view.getUint32(entry + 4, little);
  const size = TYPE_BYTES[type];
  if (size === undefined || count > 2 ** 20) return null;
  const at = size * count <= 4 ? entry + 8 : view.getUint32(entry + 8, little);
  if (at + size * count > view.byteLength) return null;
  if (type === 2)
    return Buffer.from(view.buffer, view.byteOffset + at, count)
      .toString('latin1')
      .replace(/\0.*$/s, '');
  return Array.from({ length: Math.min(count, MOST_VALUES) }, (_, i) => numberAt(view, at + size * i, type, little));
}

function numberAt(view: DataView, at: number, type: number, little: boolean): number {
  switch (type) {
    case 3:
      return view.getUint16(at, little);
    case 4:
    case 13:
      return view.getUint32(at, little);
    case 9:
      return view.getInt32(at, little);
    case 5:
    case 10:
      return view.getUint32(at, little) / view.getUint32(at + 4, little);
    default:
      return view.getUint8(at);
  }
}
