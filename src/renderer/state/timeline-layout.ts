import type { Timeline } from '../../contract/timeline-schemas.ts';

type Month = Timeline['months'][number];

/** Heights of what a timeline is made of, in CSS pixels. */
export const MONTH_HEIGHT = 44;
export const EVENT_HEIGHT = 140;

interface LaidMonth extends Month {
  readonly top: number;
  /** Place of its first event, the newest. */
  readonly first: number;
}

/** Where the months of a timeline lie: each has a heading and a row an event, so that all is known before an event is asked for. */
export interface TimelineLayout {
  readonly months: readonly LaidMonth[];
  readonly height: number;
  readonly events: number;
}

export function timelineLayout(months: readonly Month[]): TimelineLayout {
  let [top, first] = [0, 0];
  const laid = months.map((month) => {
    const here = { ...month, top, first };
    top += MONTH_HEIGHT + month.events * EVENT_HEIGHT;
    first += month.events;
    return here;
  });
  return { months: laid, height: top, events: first };
}

/** Place of the month that covers a height; the nearest one outside. */
export function monthAt({ months }: TimelineLayout, y: number): number {
  return lastWhere(months, ({ top }) => top <= y);
}

/** Place of the month that an event is of. */
export function monthOf({ months }: TimelineLayout, event: number): number {
  return lastWhere(months, ({ first }) => first <= event);
}

export function topOfEvent(layout: TimelineLayout, event: number): number {
  const month = layout.months[monthOf(layout, event)];
  return month ? month.top + MONTH_HEIGHT + (event - month.first) * EVENT_HEIGHT : 0;
}

/** The first and the last event that lie between two heights, by their places; none where the timeline is empty. */
export function eventsBetween(layout: TimelineLayout, top: number, bottom: number): readonly number[] {
  if (layout.events === 0) return [];
  const at = (y: number): number => {
    const month = layout.months[monthAt(layout, y)];
    if (!month) return 0;
    const row = Math.floor((y - month.top - MONTH_HEIGHT) / EVENT_HEIGHT);
    return month.first + Math.min(month.events - 1, Math.max(0, row));
  };
  const [first, last] = [at(top), at(bottom)];
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** The month that a key of a slider asks for: one on or back, the next or last year's, the newest, the oldest. Null for all other keys. */
export function monthOfKey({ months }: TimelineLayout, month: number, key: string): number | null {
  const last = Math.max(0, months.length - 1);
  const yearOf = (place: number): string => months[place]?.month.slice(0, 4) ?? '';
  const isOther = (_: Month, place: number): boolean => yearOf(place) !== yearOf(month);
  switch (key) {
    case 'ArrowDown':
    case 'ArrowRight':
      return Math.min(last, month + 1);
    case 'ArrowUp':
    case 'ArrowLeft':
      return Math.max(0, month - 1);
    case 'PageDown': {
      const next = months.findIndex((one, place) => place > month && isOther(one, place));
      return next < 0 ? last : next;
    }
    case 'PageUp':
      return Math.max(
        0,
        months.findLastIndex((one, place) => place < month && isOther(one, place)),
      );
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

/** Place of the last of ascending ones for which something holds, 0 where it holds for none. */
function lastWhere<One>(all: readonly One[], holds: (one: One) => boolean): number {
  let [low, high] = [0, all.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const one = all[middle];
    if (one !== undefined && holds(one)) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}
