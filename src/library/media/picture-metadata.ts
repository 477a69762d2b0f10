/** Where the time was read that a picture was taken at. */
type TakenFrom = 'exif' | 'xmp' | 'iptc' | 'video' | 'sidecar';

/** What a picture, or a sidecar beside it, says of itself. Null where it says nothing, or nonsense. */
export interface PictureMetadata {
  /** ISO 8601 to the second, without zone: what the clock showed where the picture was taken. */
  readonly takenAt: string | null;
  /** How far that clock was ahead of UTC, in minutes, −720 to 840; null where nothing says so. */
  readonly takenOffset: number | null;
  /** Null where there is no `takenAt`. */
  readonly takenFrom: TakenFrom | null;
  readonly camera: string | null;
  readonly lens: string | null;
  /** Degrees, north and east; both or none. */
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** Stars, 0 to 5; −1 for a picture that was rejected. */
  readonly rating: number | null;
  /** Each once, whatever its capitals; at most {@link MOST_KEYWORDS}. */
  readonly keywords: readonly string[];
  readonly title: string | null;
  readonly description: string | null;
}

export const NO_METADATA: PictureMetadata = {
  takenAt: null,
  takenOffset: null,
  takenFrom: null,
  camera: null,
  lens: null,
  latitude: null,
  longitude: null,
  rating: null,
  keywords: [],
  title: null,
  description: null,
};

/** More than a person gives a picture; a file may name any number. */
const MOST_KEYWORDS = 200;

type Taken = Pick<PictureMetadata, 'takenAt' | 'takenOffset' | 'takenFrom'>;
type Place = Pick<PictureMetadata, 'latitude' | 'longitude'>;

/**
 * Of several readings of one picture, for each field the first that has it. A place is taken whole. A time without its zone gets that of a
 * reading that names the same time. Keywords are those of all of them.
 */
export function mergeMetadata(readings: readonly PictureMetadata[]): PictureMetadata {
  return { ...firstOfEach(readings), keywords: keywordsOf(readings.flatMap(({ keywords }) => keywords)) };
}

/** A sidecar's reading, and how old it is. */
export interface SidecarReading {
  readonly metadata: PictureMetadata;
  /** Whether the picture's own file was written after it. */
  readonly outdated: boolean;
}

/**
 * What holds of a picture with sidecars. For each field what a sidecar says, the newest first; then what is in the picture itself; then what an
 * outdated sidecar says. Keywords are those of the first that has any, so that a keyword that was taken out in the sidecar is gone.
 */
export function withSidecars(own: PictureMetadata, newestFirst: readonly SidecarReading[]): PictureMetadata {
  const sidecars = newestFirst.map(({ metadata, outdated }) => ({
    metadata: { ...metadata, takenFrom: metadata.takenFrom && ('sidecar' as const) },
    outdated,
  }));
  const said = (outdated: boolean): PictureMetadata[] =>
    sidecars.filter((sidecar) => sidecar.outdated === outdated).map(({ metadata }) => metadata);
  const readings = [...said(false), own, ...said(true)];
  const keywords = readings.find((reading) => reading.keywords.length > 0)?.keywords ?? [];
  return { ...firstOfEach(readings), keywords };
}

function firstOfEach(readings: readonly PictureMetadata[]): PictureMetadata {
  const first = <K extends 'camera' | 'lens' | 'rating' | 'title' | 'description'>(key: K): PictureMetadata[K] =>
    readings.find((reading) => reading[key] !== null)?.[key] ?? NO_METADATA[key];
  return {
    ...takenOf(readings),
    ...placeOf(readings),
    camera: first('camera'),
    lens: first('lens'),
    rating: first('rating'),
    title: first('title'),
    description: first('description'),
    keywords: [],
  };
}

function takenOf(readings: readonly PictureMetadata[]): Taken {
  const first = readings.find((reading) => reading.takenAt !== null) ?? NO_METADATA;
  const { takenAt, takenFrom } = first;
  const zoned = readings.find((reading) => reading.takenAt === takenAt && reading.takenOffset !== null);
  return { takenAt, takenFrom, takenOffset: first.takenOffset ?? zoned?.takenOffset ?? null };
}

function placeOf(readings: readonly PictureMetadata[]): Place {
  const { latitude, longitude } = readings.find((reading) => reading.latitude !== null) ?? NO_METADATA;
  return { latitude, longitude };
}

/** Keywords without those that are there already, in other capitals too. */
export function keywordsOf(words: Iterable<string>): string[] {
  const kept = new Map<string, string>();
  for (const word of words) {
    if (kept.size >= MOST_KEYWORDS) break;
    const key = word.toLowerCase();
    if (!kept.has(key)) kept.set(key, word);
  }
  return [...kept.values()];
}
