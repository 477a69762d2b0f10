import { ServiceError } from '../../../contract/errors.ts';
import type {
  Bounds,
  PicturePlace,
  PlacePictures,
  Places as LibraryPlaceList,
} from '../../../contract/timeline-schemas.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { ActiveLibrary } from '../../encoders/active-library.ts';
import type { DatedThread } from './dated-thread.ts';
import type { LibraryPlaces } from './library-places.ts';
import { groupOf, picturesOf } from './timeline.ts';
import { typicalPictures } from '../typical-pictures.ts';

interface PlacesParts {
  readonly catalog: Catalog;
  readonly active: ActiveLibrary;
  readonly dated: DatedThread;
}

/** From a house to a continent: each scale is worked out once. */
const SCALES_KM = [0.3, 1, 3, 10, 30, 100, 300, 1000];

/** Places that are told of at once. */
const MOST_PLACES = 200;

/** Pictures that show a place. */
const TYPICAL = 8;

/** Where the pictures of the library were taken. */
export class Places {
  readonly #parts: PlacesParts;

  constructor(parts: PlacesParts) {
    this.#parts = parts;
  }

  /**
   * @param km rounded to a scale
   * @param bounds the places whose middle lies there; all where there are none
   * @param first places left out, the largest
   * @param fresh found anew where anything has changed since
   */
  async list(km: number, bounds: Bounds | undefined, first: number, fresh: boolean): Promise<LibraryPlaceList> {
    const scale = nearestScale(km);
    const found = await this.#parts.dated.places(scale, fresh);
    const all = [...found.names.keys()];
    const within = bounds ? all.filter((place) => isWithin(bounds, centreOf(found, place))) : all;
    return {
      km: scale,
      placed: found.ids.length,
      unplaced: found.unplaced,
      bounds: boundsOf(found),
      found: within.length,
      places: await this.#describe(found, within.slice(first, first + MOST_PLACES)),
    };
  }

  /** The place that a picture is of, with all its pictures, the newest first. @throws ServiceError PICTURE_UNKNOWN */
  async placeOf(picture: number, km: number): Promise<PlacePictures> {
    const found = await this.#parts.dated.places(nearestScale(km), false);
    const place = groupOf(found, picture);
    const [described] = place < 0 ? [] : await this.#describe(found, [place]);
    if (!described) throw new ServiceError('PICTURE_UNKNOWN', String(picture));
    return { place: described, pictures: [...picturesOf(found, place)] };
  }

  async #describe(found: LibraryPlaces, places: readonly number[]): Promise<PicturePlace[]> {
    const groups = places.map((place) => picturesOf(found, place));
    const typical = await typicalPictures(this.#parts, groups, TYPICAL);
    return places.map((place, i) => {
      const ids = groups[i] ?? new Uint32Array();
      return {
        picture: ids[0] ?? 0,
        pictures: ids.length,
        ...centreOf(found, place),
        radiusKm: found.radii[place] ?? 0,
        name: found.names[place] ?? '',
        about: found.abouts[place] ?? null,
        typical: typical[i] ?? [],
      };
    });
  }
}

/** The scale nearest to a number of kilometres, by their ratio. */
function nearestScale(km: number): number {
  const far = (scale: number): number => Math.abs(Math.log(scale / km));
  return SCALES_KM.reduce((best, scale) => (far(scale) < far(best) ? scale : best));
}

function centreOf({ latitudes, longitudes }: LibraryPlaces, place: number): { latitude: number; longitude: number } {
  return { latitude: latitudes[place] ?? 0, longitude: longitudes[place] ?? 0 };
}

function isWithin(
  { south, west, north, east }: Bounds,
  { latitude, longitude }: { readonly latitude: number; readonly longitude: number },
): boolean {
  const between = west <= east ? longitude >= west && longitude <= east : longitude >= west || longitude <= east;
  return latitude >= south && latitude <= north && between;
}

/** The narrowest part of the Earth that holds all middles: what lies outside is the widest gap of longitude that none is in. */
function boundsOf({ latitudes, longitudes }: LibraryPlaces): Bounds | null {
  if (latitudes.length === 0) return null;
  const sorted = longitudes.toSorted();
  let [widest, before] = [-1, 0];
  for (const [i, longitude] of sorted.entries()) {
    const next = i + 1 < sorted.length ? (sorted[i + 1] ?? 0) : (sorted[0] ?? 0) + 360;
    if (next - longitude > widest) [widest, before] = [next - longitude, i];
  }
  const south = latitudes.reduce((least, latitude) => Math.min(least, latitude), 90);
  const north = latitudes.reduce((most, latitude) => Math.max(most, latitude), -90);
  return { south, north, west: sorted[(before + 1) % sorted.length] ?? 0, east: sorted[before] ?? 0 };
}
