import type { DatedPictures } from '../../catalog/dated-store.ts';
import type { Cities } from './cities.ts';
import { findEvents } from './find-events.ts';
import { pictureInstants } from './picture-instants.ts';
import { sharedWord } from '../proposed-name.ts';
import { sharedPlace } from './shared-place.ts';

/** All events of a library, the newest first. */
export interface FoundEvents {
  /** Pictures of one event after another, each in the order in which they were taken. */
  readonly ids: Uint32Array;
  /** Where each event begins among them, and at the end their number. */
  readonly starts: Uint32Array;
  /** When the first and the last picture of each was taken, by its clock. */
  readonly from: Float64Array;
  readonly to: Float64Array;
  /** 1: it is one of the times of files. */
  readonly byFile: Uint8Array;
  /** What most of each is about, and where most of it was. */
  readonly abouts: readonly (string | null)[];
  readonly places: readonly (string | null)[];
}

/** What events are found and named by, beside their times. */
export interface EventKnowledge {
  /** Whether pictures before and after a gap show the same; null where it is not known. */
  readonly isSameScene: (before: readonly number[], after: readonly number[]) => boolean | null;
  /** Named clusters by their pictures. */
  readonly clusterOf: ReadonlyMap<number, string>;
  readonly cities: Cities;
}

interface LibraryEvent {
  /** Places among the pictures, in order. */
  readonly members: readonly number[];
  readonly from: number;
  readonly to: number;
  readonly byFile: number;
}

/** Pictures on each side of a gap that are looked at. */
const LOOKED_AT = 3;

/** Finds all events: of the pictures that say when they were taken, and apart from those of the others, by the times of their files. */
export function libraryEvents(pictures: DatedPictures, knowledge: EventKnowledge): FoundEvents {
  const events = [0, 1]
    .flatMap((byFile) => eventsOf(pictures, byFile, knowledge))
    .sort((a, b) => b.from - a.from || (a.members[0] ?? 0) - (b.members[0] ?? 0));
  const ids = new Uint32Array(pictures.ids.length);
  const starts = new Uint32Array(events.length + 1);
  let at = 0;
  for (const [i, { members }] of events.entries()) {
    for (const member of members) ids[at++] = pictures.ids[member] ?? 0;
    starts[i + 1] = at;
  }
  return {
    ids,
    starts,
    from: Float64Array.from(events, ({ from }) => from),
    to: Float64Array.from(events, ({ to }) => to),
    byFile: Uint8Array.from(events, ({ byFile }) => byFile),
    abouts: events.map(({ members }) => aboutOf(pictures, members, knowledge)),
    places: events.map(({ members }) => placeOf(pictures, members, knowledge)),
  };
}

function eventsOf(
  { ids, clocks, offsets, byFile: byFiles }: DatedPictures,
  byFile: number,
  { isSameScene }: EventKnowledge,
): LibraryEvent[] {
  const own = Uint32Array.from([...ids.keys()].filter((place) => byFiles[place] === byFile));
  const instants = pictureInstants(
    Float64Array.from(own, (place) => clocks[place] ?? 0),
    Float64Array.from(own, (place) => offsets[place] ?? Number.NaN),
  );
  const order = Uint32Array.from(own.keys()).sort((a, b) => (instants[a] ?? 0) - (instants[b] ?? 0) || a - b);
  const times = Float64Array.from(order, (i) => instants[i] ?? 0);
  const sorted = Uint32Array.from(order, (i) => own[i] ?? 0);
  const idsOf = (from: number, to: number): number[] =>
    Array.from(sorted.subarray(Math.max(0, from), to), (place) => ids[place] ?? 0);
  const starts = findEvents(times, (place) =>
    isSameScene(idsOf(place + 1 - LOOKED_AT, place + 1), idsOf(place + 1, place + 1 + LOOKED_AT)),
  );
  return Array.from(starts.subarray(0, -1), (start, i) => {
    const members = Array.from(sorted.subarray(start, starts[i + 1]));
    let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const member of members) {
      const clock = clocks[member] ?? 0;
      [from, to] = [Math.min(from, clock), Math.max(to, clock)];
    }
    return { members, from, to, byFile };
  });
}

/** The named cluster that most of an event is of, else the folder that it lies in. */
function aboutOf(
  { ids, folders }: DatedPictures,
  members: readonly number[],
  { clusterOf }: EventKnowledge,
): string | null {
  const word = (value: string | null | undefined): string[] => (value == null ? [] : [value]);
  return (
    sharedWord(members.map((member) => word(clusterOf.get(ids[member] ?? 0)))) ??
    sharedWord(members.map((member) => word(folders[member])))
  );
}

function placeOf(
  { latitudes, longitudes }: DatedPictures,
  members: readonly number[],
  { cities }: EventKnowledge,
): string | null {
  return sharedPlace(
    Array.from(members, (member) => ({ latitude: latitudes[member] ?? NaN, longitude: longitudes[member] ?? NaN })),
    cities,
  );
}
