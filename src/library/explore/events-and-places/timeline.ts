import { ServiceError } from '../../../contract/errors.ts';
import type { EventPictures, PictureEvent, Timeline as LibraryTimeline } from '../../../contract/timeline-schemas.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { ActiveLibrary } from '../../encoders/active-library.ts';
import type { DatedThread } from './dated-thread.ts';
import { eventDates, eventTitle } from './event-words.ts';
import type { FoundEvents } from './library-events.ts';
import { typicalPictures } from '../typical-pictures.ts';

interface TimelineParts {
  readonly catalog: Catalog;
  readonly active: ActiveLibrary;
  readonly dated: DatedThread;
}

/** Pictures that show an event. */
const TYPICAL = 18;

/** When the pictures of the library were taken, in events. */
export class Timeline {
  readonly #parts: TimelineParts;

  constructor(parts: TimelineParts) {
    this.#parts = parts;
  }

  /** @param fresh found anew where anything has changed since */
  async overview(fresh: boolean): Promise<LibraryTimeline> {
    const { version, found } = await this.#parts.dated.events(fresh);
    const months: LibraryTimeline['months'] = [];
    let byFileTime = 0;
    for (const [event, from] of found.from.entries()) {
      const pictures = countOf(found, event);
      if (found.byFile[event] === 1) byFileTime += pictures;
      const month = clockText(from).slice(0, 7);
      const last = months.at(-1);
      if (last?.month === month) {
        last.events++;
        last.pictures += pictures;
      } else months.push({ month, events: 1, pictures });
    }
    return { version, pictures: found.ids.length, byFileTime, events: found.from.length, months };
  }

  /** Some events by their place, fewer where the timeline ends. @throws ServiceError EXPLORED_CHANGED */
  async part(version: number, first: number, count: number): Promise<PictureEvent[]> {
    const current = await this.#parts.dated.events(false);
    if (current.version !== version) throw new ServiceError('EXPLORED_CHANGED', '');
    const { found } = current;
    const end = Math.min(found.from.length, first + count);
    return this.#describe(
      found,
      Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i),
    );
  }

  /** The event that a picture is of, with all its pictures. @throws ServiceError PICTURE_UNKNOWN */
  async eventOf(picture: number): Promise<EventPictures> {
    const { found } = await this.#parts.dated.events(false);
    const event = groupOf(found, picture);
    const [described] = event < 0 ? [] : await this.#describe(found, [event]);
    if (!described) throw new ServiceError('PICTURE_UNKNOWN', String(picture));
    return { event: described, pictures: [...picturesOf(found, event)] };
  }

  async #describe(found: FoundEvents, events: readonly number[]): Promise<PictureEvent[]> {
    const groups = events.map((event) => picturesOf(found, event));
    const typical = await typicalPictures(this.#parts, groups, TYPICAL);
    return events.map((event, i) => {
      const [from, to] = [found.from[event] ?? 0, found.to[event] ?? 0];
      const ids = groups[i] ?? new Uint32Array();
      const place = found.places[event] ?? null;
      const dates = eventDates(from, to);
      return {
        picture: ids[0] ?? 0,
        pictures: ids.length,
        from: clockText(from),
        to: clockText(to),
        byFileTime: found.byFile[event] === 1,
        title: eventTitle(found.abouts[event] ?? null, place, dates),
        dates,
        place,
        typical: (typical[i] ?? []).toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id)),
      };
    });
  }
}

/** Groups of pictures, one after another. */
interface Groups {
  readonly ids: Uint32Array;
  readonly starts: Uint32Array;
}

export function picturesOf({ ids, starts }: Groups, group: number): Uint32Array {
  return ids.subarray(starts[group], starts[group + 1]);
}

/** The group that a picture is of; −1 where it is of none. */
export function groupOf({ ids, starts }: Groups, picture: number): number {
  const place = ids.indexOf(picture);
  if (place < 0) return -1;
  return starts.findIndex((start, group) => start <= place && place < (starts[group + 1] ?? 0));
}

function countOf({ starts }: Groups, group: number): number {
  return (starts[group + 1] ?? 0) - (starts[group] ?? 0);
}

/** Milliseconds of a clock, counted as UTC → ISO 8601 without zone. */
function clockText(clock: number): string {
  return new Date(clock).toISOString().slice(0, 19);
}
