import { cameraName, nameText, placeAt, wallTime } from '../metadata-values.ts';
import { NO_METADATA, type PictureMetadata } from '../picture-metadata.ts';

type Tags = Readonly<Record<string, string>>;
type Taken = Pick<PictureMetadata, 'takenAt' | 'takenOffset' | 'takenFrom'>;

/** What a container's tags say of the taking. Null where they say nothing, or nonsense. Pure. */
export function videoMetadata(tags: Tags): PictureMetadata {
  const make = tags['com.apple.quicktime.make'] ?? tags['com.android.manufacturer'] ?? tags['make'];
  const model = tags['com.apple.quicktime.model'] ?? tags['com.android.model'] ?? tags['model'];
  return {
    ...NO_METADATA,
    ...takenOf(tags),
    camera: cameraName(nameText(make), nameText(model)),
    ...placeOf(tags['com.apple.quicktime.location.ISO6709'] ?? tags['location']),
  };
}

/** What Apple writes is the time on the clock where it was taken; all others keep Greenwich time and no zone, so it is taken for the zone of here. */
function takenOf(tags: Tags): Taken {
  const written = wallTime(tags['com.apple.quicktime.creationdate']);
  if (written && isSensible(written.at))
    return { takenAt: written.at, takenOffset: written.offset, takenFrom: 'video' };
  const time = Date.parse(tags['creation_time']?.slice(0, 40) ?? '');
  const ahead = 0 - new Date(time).getTimezoneOffset();
  const at = Number.isNaN(time) ? undefined : new Date(time + 60_000 * ahead).toISOString().slice(0, 19);
  if (!isSensible(at)) return { takenAt: null, takenOffset: null, takenFrom: null };
  return { takenAt: at, takenOffset: ahead, takenFrom: 'video' };
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
