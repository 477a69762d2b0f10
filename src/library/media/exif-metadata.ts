import {
  cameraName,
  decodeText,
  nameText,
  placeAt,
  starsOf,
  starsOfPercent,
  wallTime,
  zoneOffset,
  type WallTime,
} from './metadata-values.ts';
import { keywordsOf, NO_METADATA, type PictureMetadata } from './picture-metadata.ts';
import { directoryAt, firstDirectory, type TiffDirectory } from './tiff-fields.ts';

// EXIF 3.0 (CIPA DC-008), and three of Microsoft's
const [MAKE, MODEL, RATING, RATING_PERCENT, XP_KEYWORDS] = [0x010f, 0x0110, 0x4746, 0x4749, 0x9c9e] as const;
const [EXIF_DIRECTORY, GPS_DIRECTORY] = [0x8769, 0x8825] as const;
const [DATE_ORIGINAL, DATE_DIGITIZED, OFFSET, OFFSET_ORIGINAL, OFFSET_DIGITIZED, LENS_MODEL] = [
  0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0xa434,
] as const;
const [LATITUDE_REF, LATITUDE, LONGITUDE_REF, LONGITUDE, GPS_TIME, GPS_DATE] = [1, 2, 3, 4, 7, 0x1d] as const;

/** A clock that is off by more than this from UTC and a whole quarter of an hour says nothing of its zone. */
const MOST_DRIFT_MINUTES = 1.5;

/**
 * Reads the block of EXIF of a picture: a TIFF, as sharp hands it out and as the files of cameras begin. A broken block costs the fields that
 * are broken, never the picture: cameras and editors write many.
 */
export function exifMetadata(block: Uint8Array): PictureMetadata {
  const marked =
    Buffer.from(block.buffer, block.byteOffset, Math.min(block.byteLength, 6)).toString('latin1') === 'Exif\0\0';
  // sharp keeps the marker of a JPEG's segment
  const tiff = marked ? block.subarray(6) : block;
  const first = firstDirectory(tiff);
  if (!first) return NO_METADATA;
  const exif = directoryAt(tiff, numberOf(first, EXIF_DIRECTORY));
  const gps = directoryAt(tiff, numberOf(first, GPS_DIRECTORY));
  const taken = takenOf(exif, gps);
  return {
    ...NO_METADATA,
    takenAt: taken?.at ?? null,
    takenOffset: taken?.offset ?? null,
    takenFrom: taken && 'exif',
    camera: cameraName(textOf(first, MAKE), textOf(first, MODEL)),
    lens: textOf(exif, LENS_MODEL),
    ...placeAt(degreesOf(gps, LATITUDE, LATITUDE_REF, 'S'), degreesOf(gps, LONGITUDE, LONGITUDE_REF, 'W')),
    rating: starsOf(numbersOf(first, RATING)[0]) ?? starsOfPercent(numbersOf(first, RATING_PERCENT)[0]),
    keywords: xpKeywords(numbersOf(first, XP_KEYWORDS)),
  };
}

function numbersOf(fields: TiffDirectory, tag: number): readonly number[] {
  const value = fields.get(tag);
  return typeof value === 'object' ? value : [];
}

/** The first number of a field; beyond any file where there is none. */
function numberOf(fields: TiffDirectory, tag: number): number {
  return numbersOf(fields, tag)[0] ?? Number.MAX_SAFE_INTEGER;
}

function rawTextOf(fields: TiffDirectory, tag: number): string | null {
  const value = fields.get(tag);
  return typeof value === 'string' ? value : null;
}

function textOf(fields: TiffDirectory, tag: number): string | null {
  const value = rawTextOf(fields, tag);
  return value === null ? null : nameText(decodeText(Buffer.from(value, 'latin1')));
}

function takenOf(exif: TiffDirectory, gps: TiffDirectory): WallTime | null {
  const original = wallTime(rawTextOf(exif, DATE_ORIGINAL));
  const taken = original ?? wallTime(rawTextOf(exif, DATE_DIGITIZED));
  if (!taken) return null;
  const named =
    zoneOffset(rawTextOf(exif, original ? OFFSET_ORIGINAL : OFFSET_DIGITIZED)) ?? zoneOffset(rawTextOf(exif, OFFSET));
  return { at: taken.at, offset: taken.offset ?? named ?? offsetFromGps(taken.at, gps) };
}

/** Satellites tell UTC: what the camera's clock is ahead of it, where that is a zone. An old fix is off by minutes, and is passed over. */
function offsetFromGps(takenAt: string, gps: TiffDirectory): number | null {
  const [hour = Number.NaN, minute = Number.NaN, second = 0] = numbersOf(gps, GPS_TIME);
  const day = wallTime(rawTextOf(gps, GPS_DATE));
  if (!day) return null;
  const utc = Date.parse(`${day.at}Z`) / 60_000 + 60 * hour + minute + second / 60;
  const ahead = Date.parse(`${takenAt}Z`) / 60_000 - utc;
  const zone = 15 * Math.round(ahead / 15);
  return zone >= -720 && zone <= 840 && Math.abs(ahead - zone) <= MOST_DRIFT_MINUTES ? zone + 0 : null;
}

/** Degrees, minutes and seconds. */
function degreesOf(gps: TiffDirectory, tag: number, refTag: number, negative: string): number | null {
  const [degrees, minutes = 0, seconds = 0] = numbersOf(gps, tag);
  if (degrees === undefined) return null;
  // 0/0 stands for no seconds
  const sum = degrees + (Number.isFinite(minutes) ? minutes / 60 : 0) + (Number.isFinite(seconds) ? seconds / 3600 : 0);
  return rawTextOf(gps, refTag)?.trim().toUpperCase() === negative ? -sum : sum;
}

/** Windows' own: UTF-16 with semicolons between. */
function xpKeywords(bytes: readonly number[]): string[] {
  if (bytes.length === 0) return [];
  const words = Buffer.from(bytes).toString('utf16le').split(';');
  return keywordsOf(words.map(nameText).filter((word) => word !== null));
}
