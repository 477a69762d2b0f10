/** Values as files write them, of EXIF, XMP and IPTC alike, made into those of the catalog: null for nonsense. All pure and bounded. */

/** The longest name, keyword or title that is kept, in characters. */
const LONGEST_NAME = 200;
const LONGEST_TEXT = 2000;

/** A time on the clock of the place, and how far that was ahead of UTC in minutes. */
export interface WallTime {
  readonly at: string;
  readonly offset: number | null;
}

/** A name, keyword or title: without control characters, at most 200 characters; null where nothing is left. */
export function nameText(value: unknown): string | null {
  return cleanText(value, LONGEST_NAME);
}

/** As {@link nameText}, at most 2,000 characters. */
export function longText(value: unknown): string | null {
  return cleanText(value, LONGEST_TEXT);
}

function cleanText(value: unknown, longest: number): string | null {
  if (typeof value !== 'string') return null;
  const clean = value
    // cut first: what follows must not go through megabytes
    .slice(0, 2 * longest)
    // eslint-disable-next-line no-control-regex -- cameras pad names with NUL and other control characters
    .replace(/[\u0000-\u001f\u007f-\u009f\ufffd]+/g, ' ')
    .trim();
  if (clean === '') return null;
  // not between the halves of a character
  return Array.from(clean).slice(0, longest).join('').trim().toWellFormed();
}

/** Bytes as UTF-8, or where they are none as Latin-1, which older programs wrote. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

const DATE =
  /^\s*(\d{4})(?:[:-](\d\d)(?:[:-](\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,12})?)?)?)?)?\s*(Z|[+-]\d\d:?\d\d)?\s*$/;

/**
 * `2019:07:04 16:20:11` (EXIF), `2019-07-04T16:20:11.5+02:00` (XMP), and dates with less of it, which begin with it. Null for a day that no
 * calendar has, as `0000:00:00 00:00:00`, and for years before 1900 or from 2200 on.
 */
export function wallTime(value: unknown): WallTime | null {
  const parts = typeof value === 'string' && value.length < 64 ? DATE.exec(value.replace(/\0+$/, '')) : null;
  if (!parts) return null;
  const [, year = '', month = '01', day = '01', hour = '00', minute = '00', second = '00', zone] = parts;
  const at = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const time = Date.parse(`${at}Z`);
  if (Number.isNaN(time) || year < '1900' || year >= '2200') return null;
  // 30 February is read as 2 March
  if (new Date(time).toISOString().slice(0, 19) !== at) return null;
  return { at, offset: zoneOffset(zone) };
}

/** `+02:00`, `-0330`, `Z` as minutes ahead of UTC; null for what is no zone on Earth. */
export function zoneOffset(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const text = value.slice(0, 16).replace(/\0+$/, '').trim();
  if (text === 'Z') return 0;
  const parts = /^([+-])(\d\d):?(\d\d)$/.exec(text);
  if (!parts) return null;
  const minutes = (parts[1] === '-' ? -1 : 1) * (60 * Number(parts[2]) + Number(parts[3]));
  return Number(parts[3]) < 60 && minutes >= -720 && minutes <= 840 ? minutes + 0 : null;
}

/** Coordinates that are both there, on the globe, and not 0, 0 in the Gulf of Guinea: what phones write before they know where they are. */
export function placeAt(
  latitude: number | null,
  longitude: number | null,
): { readonly latitude: number | null; readonly longitude: number | null } {
  const nowhere = { latitude: null, longitude: null };
  if (latitude === null || longitude === null || !Number.isFinite(latitude) || !Number.isFinite(longitude))
    return nowhere;
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return nowhere;
  return latitude === 0 && longitude === 0 ? nowhere : { latitude, longitude };
}

/** The maker is named once: `Canon` and `Canon EOS R5` are `Canon EOS R5`. */
export function cameraName(make: string | null, model: string | null): string | null {
  if (make && model && !model.toLowerCase().startsWith(make.toLowerCase())) return nameText(`${make} ${model}`);
  return model ?? make;
}

/** Stars: whole ones from −1 (rejected) to 5. */
export function starsOf(value: unknown): number | null {
  const stars = typeof value === 'string' && value.length < 16 && value.trim() !== '' ? Number(value) : value;
  if (typeof stars !== 'number' || !Number.isFinite(stars)) return null;
  const whole = Math.round(stars) + 0;
  return whole >= -1 && whole <= 5 ? whole : null;
}

/** Windows writes 1, 25, 50, 75 and 99 of a hundred for one to five stars. */
export function starsOfPercent(value: unknown): number | null {
  const percent = typeof value === 'string' && value.length < 16 && value.trim() !== '' ? Number(value) : value;
  if (typeof percent !== 'number' || !(percent >= 0 && percent <= 100)) return null;
  return percent === 0 ? 0 : 1 + Math.round(percent / 25.1);
}
