import { cameraName, nameText, placeAt, wallTime } from '../metadata-values.ts';
import { NO_METADATA, type PictureMetadata } from '../picture-metadata.ts';

type Tags = Readonly<Record<string, string>>;
type Taken = Pick<PictureMetadata, 'takenAt' | 'takenOffset' | 'takenFrom'>;

/** What a container's tags say of the taking. Null where they say nothing, or nonsense. Pure. */
export function videoMetadata(tags: Tags): PictureMetadata {
  const make = tags['com.apple.quicktime.make'] ?? tags['com.android.manufacturer'] ?? tags['make'];
  const model = tags['com.apple.quicktime.model'] ?? tags['com.android.model'] ?? tags['model'];
  const place = placeOf(tags['com.apple.quicktime.location.ISO6709'] ?? tags['location']);
  return {
    ...NO_METADATA,
    ...takenOf(tags, place.longitude),
    camera: cameraName(nameText(make), nameText(model)),
    ...place,
  };
}

/**
 * What Apple writes is the time on the clock where it was taken. All others keep Greenwich time and no zone: then it is told by the clock of here,
 * or far from here by one that fits the place, so that a day abroad is a day.
 */
function takenOf(tags: Tags, longitude: number | null): Taken {
  const written = wallTime(tags['com.apple.quicktime.creationdate']);
  if (written && isSensible(written.at))
    return { takenAt: written.at, takenOffset: written.offset, takenFrom: 'video' };
  const time = Date.parse(tags['creation_time']?.slice(0, 40) ?? '');
  const ahead = minutesAhead(time, longitude);
  const at = Number.isNaN(time) ? undefined : new Date(time + 60_000 * ahead).toISOString().slice(0, 19);
  if (!isSensible(at)) return { takenAt: null, takenOffset: null, takenFrom: null };
  return { takenAt: at, takenOffset: ahead, takenFrom: 'video' };
}

/** The clocks of a country are at most so far from the sun, in minutes: those of western China are. */
const MOST_FROM_SUN = 190;

/**
 * How far the clock of a place is ahead of Greenwich, in minutes: as here where that can be, else by whole hours of the sun, which is right to an
 * hour, with summer time to two.
 */
function minutesAhead(time: number, longitude: number | null): number {
  const here = 0 - new Date(time).getTimezoneOffset();
  if (longitude === null) return here;
  const sun = 4 * longitude;
  // the day begins in the Pacific: there −11 and +13 are one
  const apart = Math.abs(((((here - sun + 720) % 1440) + 1440) % 1440) - 720);
  return apart <= MOST_FROM_SUN ? here : 60 * Math.round(sun / 60);
}

/** Cameras without a clock write 1904, where QuickTime counts from, or 1970. */
function isSensible(time: string | undefined): time is string {
  return time !== undefined && time >= '1980' && time < '2200';
}

/** `+48.8577+002.2950+035.000/` (ISO 6709): latitude and longitude in degrees. */
function placeOf(value: string | undefined): Pick<PictureMetadata, 'latitude' | 'longitude'> {
  const [, north, east] = /^([+-]\d{1,2}(?:\.\d{1,12})?)([+-]\d{1,3}(?:\.\d{1,12})?)/.exec(value ?? '') ?? [];
  return north === undefined || east === undefined ? placeAt(null, null) : placeAt(Number(north), Number(east));
}
