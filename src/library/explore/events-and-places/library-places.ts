import type { DatedPictures } from '../../catalog/dated-store.ts';
import type { Cities } from './cities.ts';
import { asTitle, degreeWords } from './event-words.ts';
import { findPlaces } from './find-places.ts';
import { sharedWord } from '../proposed-name.ts';

/** All places of a library at one scale, the largest first. */
export interface LibraryPlaces {
  /** Pictures of one place after another, the newest of each first. */
  readonly ids: Uint32Array;
  /** Where each place begins among them, and at the end their number. */
  readonly starts: Uint32Array;
  readonly latitudes: Float64Array;
  readonly longitudes: Float64Array;
  readonly radii: Float64Array;
  readonly names: readonly string[];
  readonly abouts: readonly (string | null)[];
  /** Pictures that do not say where they were taken. */
  readonly unplaced: number;
}

/** What places are named by. */
export interface PlaceKnowledge {
  readonly keywords: ReadonlyMap<number, readonly string[]>;
  readonly cities: Cities;
}

/** Finds the places of all pictures that say where they were taken. @param km see {@link findPlaces} */
export function libraryPlaces(
  pictures: DatedPictures,
  km: number,
  { keywords, cities }: PlaceKnowledge,
): LibraryPlaces {
  const own = Uint32Array.from([...pictures.ids.keys()].filter((place) => !Number.isNaN(pictures.latitudes[place])));
  const found = findPlaces(
    {
      latitudes: Float64Array.from(own, (place) => pictures.latitudes[place] ?? 0),
      longitudes: Float64Array.from(own, (place) => pictures.longitudes[place] ?? 0),
    },
    km,
  );
  const ids = new Uint32Array(own.length);
  const starts = new Uint32Array(found.length + 1);
  let at = 0;
  for (const [i, { members }] of found.entries()) {
    for (const member of members.toReversed()) ids[at++] = pictures.ids[own[member] ?? 0] ?? 0;
    starts[i + 1] = at;
  }
  const named = found.map(({ members, centre, radiusKm }) => {
    const shared =
      sharedWord(
        members.map((member) => {
          const folder = pictures.folders[own[member] ?? 0];
          return folder == null ? [] : [folder];
        }),
      ) ?? sharedWord(members.map((member) => keywords.get(pictures.ids[own[member] ?? 0] ?? 0) ?? []));
    const city = cities.nameOf(centre, radiusKm);
    return city === null
      ? { name: shared ?? degreeWords(centre), about: null }
      : { name: asTitle(city), about: shared };
  });
  return {
    ids,
    starts,
    latitudes: Float64Array.from(found, ({ centre }) => centre.latitude),
    longitudes: Float64Array.from(found, ({ centre }) => centre.longitude),
    radii: Float64Array.from(found, ({ radiusKm }) => radiusKm),
    names: named.map(({ name }) => name),
    abouts: named.map(({ about }) => about),
    unplaced: pictures.ids.length - own.length,
  };
}
