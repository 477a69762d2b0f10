import type { Category } from './paint-points.ts';

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

interface DatedPicture {
  readonly id: number;
  /** As `pictureTime` gives it; NaN where it is not known. */
  readonly time: number;
}

/** The days, months or years that pictures are of, the oldest first and without a gap. */
export function datePeriods(pictures: readonly DatedPicture[]): Category[] {
  const dated = pictures.filter(({ time }) => !Number.isNaN(time));
  const unit = unitFor(dated);
  const ids = new Map<number, number[]>();
  for (const { id, time } of dated) {
    const number = unit.number(time);
    const known = ids.get(number);
    if (known) known.push(id);
    else ids.set(number, [id]);
  }
  const occurring = [...ids.keys()].sort((a, b) => a - b);
  const [first = 0, last = -1] = [occurring[0], occurring.at(-1)];
  const all = last - first < WITHOUT_GAPS ? Array.from({ length: last - first + 1 }, (_, i) => first + i) : occurring;
  const format = new Intl.DateTimeFormat('en-GB', { ...unit.format, timeZone: 'UTC' });
  return all.map((number) => {
    const start = new Date(unit.start(number));
    const key = start.toISOString().slice(0, unit.characters);
    return { key, label: format.format(start), ids: ids.get(number) ?? [] };
  });
}

/** By the times of all but the first and last hundredth: a camera whose clock was never set counts from 1970. */
function unitFor(dated: readonly DatedPicture[]): Unit {
  const sorted = Float64Array.from(dated, ({ time }) => time).sort();
  const margin = Math.floor(sorted.length / 100);
  const [first, last] = [sorted[margin] ?? 0, sorted[sorted.length - 1 - margin] ?? 0];
  if (last - first <= DAYS * DAY_MS) return UNITS.day;
  return UNITS.month.number(last) - UNITS.month.number(first) <= MONTHS ? UNITS.month : UNITS.year;
}
