import type { Coloring } from './map-coloring.ts';

/** Pictures over so many months are told apart by month, over more by year. */
const MONTHS = 60;
/** And over so many days by day. */
const DAYS = 62;

/** So many periods without a picture are still steps of one scale; beyond that some picture has a wrong date. */
const WITHOUT_GAPS = 400;

const DAY_MS = 24 * 3600 * 1000;

interface Unit {
  /** Counts periods. */
  readonly number: (time: number) => number;
  /** The beginning of one. */
  readonly start: (number: number) => number;
  /** Characters of ISO 8601 that name one. */
  readonly characters: number;
  readonly format: Intl.DateTimeFormatOptions;
}

const UNITS = {
  day: {
    number: (time) => Math.floor(time / DAY_MS),
    start: (number) => number * DAY_MS,
    characters: 10,
    format: { day: 'numeric', month: 'long', year: 'numeric' },
  },
  month: {
    number: (time) => 12 * new Date(time).getUTCFullYear() + new Date(time).getUTCMonth(),
    start: (number) => startOfMonth(Math.floor(number / 12), number % 12),
    characters: 7,
    format: { month: 'long', year: 'numeric' },
  },
  year: {
    number: (time) => new Date(time).getUTCFullYear(),
    start: (number) => startOfMonth(number, 0),
    characters: 4,
    format: { year: 'numeric' },
  },
} as const satisfies Record<string, Unit>;

/** `Date.UTC` takes years below 100 for those of the last century. */
function startOfMonth(year: number, month: number): number {
  return new Date(0).setUTCFullYear(year, month, 1);
}

/**
 * The days, months or years that pictures are of, the oldest first and without a gap.
 *
 * @param times by media id, as `pictureTime` gives them
 */
export function datePeriods(times: ReadonlyMap<number, number>): Coloring {
  const unit = unitFor(times);
  const numbers = new Map<number, number>();
  for (const [id, time] of times) if (!Number.isNaN(time)) numbers.set(id, unit.number(time));
  const occurring = [...new Set(numbers.values())].sort((a, b) => a - b);
  const [first = 0, last = -1] = [occurring[0], occurring.at(-1)];
  const all = last - first < WITHOUT_GAPS ? Array.from({ length: last - first + 1 }, (_, i) => first + i) : occurring;
  const place = new Map(all.map((number, i) => [number, i]));
  const format = new Intl.DateTimeFormat('en-GB', { ...unit.format, timeZone: 'UTC' });
  return {
    categories: all.map((number) => {
      const start = new Date(unit.start(number));
      return { key: start.toISOString().slice(0, unit.characters), label: format.format(start) };
    }),
    categoryOf: new Map([...numbers].map(([id, number]) => [id, place.get(number) ?? 0])),
  };
}

/** By the times of all but the first and last hundredth: a camera whose clock was never set counts from 1970. */
function unitFor(times: ReadonlyMap<number, number>): Unit {
  const sorted = Float64Array.from(times.values())
    .filter((time) => !Number.isNaN(time))
    .sort();
  const margin = Math.floor(sorted.length / 100);
  const [first, last] = [sorted[margin] ?? 0, sorted[sorted.length - 1 - margin] ?? 0];
  if (last - first <= DAYS * DAY_MS) return UNITS.day;
  return UNITS.month.number(last) - UNITS.month.number(first) <= MONTHS ? UNITS.month : UNITS.year;
}
