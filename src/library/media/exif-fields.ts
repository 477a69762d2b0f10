import exifr from 'exifr';

/** The few fields of EXIF that the catalog keeps. Null where the picture has none, or nonsense. */
export interface ExifFields {
  /** ISO 8601 without zone: EXIF's `DateTimeOriginal` has none. */
  readonly takenAt: string | null;
  readonly camera: string | null;
  readonly lens: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
}

export const NO_EXIF: ExifFields = { takenAt: null, camera: null, lens: null, latitude: null, longitude: null };

const FIELDS = [
  'Make',
  'Model',
  'LensModel',
  'DateTimeOriginal',
  'CreateDate',
  'GPSLatitude',
  'GPSLatitudeRef',
  'GPSLongitude',
  'GPSLongitudeRef',
];

/**
 * Reads the fields from the EXIF block that sharp hands out. A broken block costs the fields, never the picture: cameras and
 * editors write many that no parser accepts.
 */
export async function readExif(block: Buffer | undefined): Promise<ExifFields> {
  if (!block) return NO_EXIF;
  // sharp keeps the marker "Exif\0\0" of a JPEG's segment; exifr wants the TIFF header behind it
  const tiff = block.subarray(0, 4).toString('latin1') === 'Exif' ? block.subarray(6) : block;
  try {
    const tags: unknown = await exifr.parse(tiff, { pick: FIELDS, reviveValues: false, gps: true });
    return tags && typeof tags === 'object' ? exifFields(tags as Record<string, unknown>) : NO_EXIF;
  } catch {
    // a block that no parser accepts is the same as none: the picture itself is fine
    return NO_EXIF;
  }
}

/** Of several blocks of one file, for each field the first that has it. A place is taken whole. */
export function mergeExif(blocks: readonly ExifFields[]): ExifFields {
  const first = <K extends keyof ExifFields>(key: K): ExifFields[K] =>
    blocks.find((block) => block[key] !== null)?.[key] ?? NO_EXIF[key];
  return {
    takenAt: first('takenAt'),
    camera: first('camera'),
    lens: first('lens'),
    latitude: first('latitude'),
    longitude: first('longitude'),
  };
}

/** Fields from parsed tags; pure. */
export function exifFields(tags: Record<string, unknown>): ExifFields {
  const make = text(tags['Make']);
  const model = text(tags['Model']);
  const latitude = degrees(tags['latitude'], 90);
  const longitude = degrees(tags['longitude'], 180);
  // 0, 0 in the Gulf of Guinea is what phones write before they know where they are
  const placed = latitude !== null && longitude !== null && (latitude !== 0 || longitude !== 0);
  return {
    takenAt: dateTime(tags['DateTimeOriginal']) ?? dateTime(tags['CreateDate']),
    camera: make && model && !model.toLowerCase().startsWith(make.toLowerCase()) ? `${make} ${model}` : (model ?? make),
    lens: text(tags['LensModel']),
    latitude: placed ? latitude : null,
    longitude: placed ? longitude : null,
  };
}

function text(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  // eslint-disable-next-line no-control-regex -- cameras pad names with NUL and other control characters
  const clean = value.replace(/[\u0000-\u001f\u007f]/g, ' ').trim();
  return clean ? clean.slice(0, 200) : null;
}

/** `2019:07:04 16:20:11` → `2019-07-04T16:20:11`; null for `0000:00:00 00:00:00` and its kind. */
function dateTime(value: unknown): string | null {
  const parts = typeof value === 'string' ? /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)/.exec(value) : null;
  if (!parts) return null;
  const [, year, month, day, hour, minute, second] = parts;
  const iso = `${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}`;
  const time = Date.parse(`${iso}Z`);
  return Number.isNaN(time) || time < Date.parse('1900-01-01') ? null : iso;
}

function degrees(value: unknown, limit: number): number | null {
  return typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= limit ? value : null;
}
