/** A field of a TIFF directory: numbers, or text as bytes of Latin-1. */
type TiffValue = readonly number[] | string;

/** The fields of a directory by their tags. */
export type TiffDirectory = ReadonlyMap<number, TiffValue>;

const TYPE_BYTES: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8, 13: 4 };

/** More fields than any camera writes. */
const MOST_FIELDS = 1000;
/** Numbers of a field; and characters, or bytes of a field that {@link tiffBytes} gives. */
const MOST_VALUES = 2048;
const MOST_BYTES = 2 ** 22;

/**
 * The first directory of a TIFF and of its many relatives: camera raw files are TIFFs with another third byte. What lies outside the
 * bytes or is of a rare type is left out; nothing is followed, so that nothing can go in circles.
 *
 * @returns the fields by tag; null where the bytes do not begin like a TIFF
 */
export function firstDirectory(bytes: Uint8Array): TiffDirectory | null {
  const tiff = tiffView(bytes);
  return tiff && directoryAt(bytes, tiff.view.getUint32(4, tiff.little));
}

/** The directory that begins at `at`, such as those of EXIF and GPS; empty where it lies outside. */
export function directoryAt(bytes: Uint8Array, at: number): TiffDirectory {
  const fields = new Map<number, TiffValue>();
  for (const { view, entry, little } of entries(bytes, at)) {
    const value = fieldValue(view, entry, little);
    if (value !== null) fields.set(view.getUint16(entry, little), value);
  }
  return fields;
}

/** The bytes of a field of the first directory: of XMP and IPTC, which lie in one. Undefined where it has none. */
export function tiffBytes(bytes: Uint8Array, tag: number): Buffer | undefined {
  const tiff = tiffView(bytes);
  if (!tiff) return undefined;
  for (const { view, entry, little } of entries(bytes, tiff.view.getUint32(4, tiff.little))) {
    if (view.getUint16(entry, little) !== tag) continue;
    const length = (TYPE_BYTES[view.getUint16(entry + 2, little)] ?? 0) * view.getUint32(entry + 4, little);
    const at = view.getUint32(entry + 8, little);
    if (length <= 4 || length > MOST_BYTES || at + length > bytes.byteLength) return undefined;
    return Buffer.from(bytes.buffer, bytes.byteOffset + at, length);
  }
  return undefined;
}

function tiffView(bytes: Uint8Array): { readonly view: DataView; readonly little: boolean } | null {
  if (bytes.byteLength < 8) return null;
  const order = Buffer.from(bytes.buffer, bytes.byteOffset, 2).toString('latin1');
  if (order !== 'II' && order !== 'MM') return null;
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), little: order === 'II' };
}

function* entries(
  bytes: Uint8Array,
  at: number,
): Generator<{ readonly view: DataView; readonly entry: number; readonly little: boolean }> {
  const tiff = tiffView(bytes);
  if (!tiff || at + 2 > bytes.byteLength) return;
  const { view, little } = tiff;
  const count = Math.min(view.getUint16(at, little), MOST_FIELDS);
  for (let i = 0; i < count && at + 2 + 12 * (i + 1) <= bytes.byteLength; i++) {
    yield { view, entry: at + 2 + 12 * i, little };
  }
}

function fieldValue(view: DataView, entry: number, little: boolean): TiffValue | null {
  const type = view.getUint16(entry + 2, little);
  const count = view.getUint32(entry + 4, little);
  const size = TYPE_BYTES[type];
  if (size === undefined || count > 2 ** 20) return null;
  const at = size * count <= 4 ? entry + 8 : view.getUint32(entry + 8, little);
  if (at + size * count > view.byteLength) return null;
  const kept = Math.min(count, MOST_VALUES);
  if (type === 2)
    return Buffer.from(view.buffer, view.byteOffset + at, kept)
      .toString('latin1')
      .replace(/\0.*$/s, '');
  return Array.from({ length: kept }, (_, i) => numberAt(view, at + size * i, type, little));
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
