import type { Place } from '../../sphere.ts';
import type { Cities } from './cities.ts';
import { findPlaces } from './find-places.ts';

/** A place is that of pictures where so many say where they were taken, and so many of these were taken there. */
const MOST = 0.6;

/** A walk in a town, and a journey through a country: pictures have the name of the smallest of these that holds most. */
const SCALES_KM = [10, 300];

/**
 * Where most pictures were taken, in words: "Lyon, France". Null where too few say where, where they lie too far apart, and where no city is near.
 *
 * @param pictures degrees; NaN where they are not known
 */
export function sharedPlace(pictures: readonly Place[], cities: Cities): string | null {
  const placed = pictures.filter(({ latitude }) => !Number.isNaN(latitude));
  if (placed.length === 0 || placed.length < MOST * pictures.length) return null;
  const positions = {
    latitudes: Float64Array.from(placed, ({ latitude }) => latitude),
    longitudes: Float64Array.from(placed, ({ longitude }) => longitude),
  };
  for (const km of SCALES_KM) {
    const [largest] = findPlaces(positions, km);
    if (largest && largest.members.length >= MOST * placed.length) {
      return cities.nameOf(largest.centre, largest.radiusKm);
    }
  }
  return null;
}
