import { asTitle } from './events-and-places/event-words.ts';

/** A picture of a cluster, as far as a name can be made of it. */
export interface NameablePicture {
  /** The folder that it lies in, by its last name; null at the top of a source. */
  readonly folder: string | null;
  /** ISO 8601; null where it is not known. */
  readonly takenAt: string | null;
}

/** A folder or a time that so much of a cluster shares can name it. */
const SHARED = 0.6;

/** Names that cameras and programs give to folders say nothing of what is in them. */
const MEANINGLESS =
  /^(\d+(canon|nikon|_pana|apple|media|olymp|msdcf)\S*|dcim|camera( roll)?|photos?|pictures|images|bilder|\d{1,8})$/i;

const MONTH_MS = 30.5 * 24 * 3600 * 1000;

/** What else is known of a cluster; null where it is not. */
interface NameHints {
  /** The word that clearly tells it from others. */
  readonly word?: string | null | undefined;
  /** Where most of it was taken: "near Lyon, France". */
  readonly place?: string | null | undefined;
}

/**
 * What a cluster could be called: the folder that most of it lies in, since a person chose that; else the word that tells it from others; else where and
 * when most of it was taken: a day, a month, a year or some years. Null where there is nothing of that.
 */
export function proposedName(
  pictures: readonly NameablePicture[],
  { word = null, place = null }: NameHints = {},
): string | null {
  const chosen = sharedWord(pictures.map(({ folder }) => (folder === null ? [] : [folder]))) ?? word;
  if (chosen !== null) return chosen;
  const time = sharedTime(pictures);
  return place === null ? time : asTitle(time === null ? place : `${place}, ${time}`);
}

/**
 * The word that most pictures share, where it says something.
 *
 * @param words of each picture: its folder, its keywords
 */
export function sharedWord(words: readonly (readonly string[])[]): string | null {
  const counts = new Map<string, number>();
  for (const word of words.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
  const [most] = [...counts].sort(([a, n], [b, m]) => m - n || a.localeCompare(b));
  return most && most[1] >= SHARED * words.length && !MEANINGLESS.test(most[0]) ? most[0] : null;
}

function sharedTime(pictures: readonly NameablePicture[]): string | null {
  const times = pictures
    .flatMap(({ takenAt }) => (takenAt === null ? [] : [Date.parse(takenAt)]))
    .filter((time) => !Number.isNaN(time))
    .sort((a, b) => a - b);
  const wanted = Math.ceil(SHARED * pictures.length);
  if (wanted === 0 || times.length < wanted) return null;
  const [first, last] = shortestSpan(times, wanted);
  return last - first > 60 * MONTH_MS ? null : spanName(new Date(first), new Date(last));
}

/** The shortest time that holds so many of ascending times. */
function shortestSpan(times: readonly number[], wanted: number): readonly [number, number] {
  let best: readonly [number, number] = [times[0] ?? 0, times[wanted - 1] ?? 0];
  for (let i = 1; i + wanted <= times.length; i++) {
    const span = [times[i] ?? 0, times[i + wanted - 1] ?? 0] as const;
    if (span[1] - span[0] < best[1] - best[0]) best = span;
  }
  return best;
}

function spanName(first: Date, last: Date): string {
  const format = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });
  const sameYear = first.getUTCFullYear() === last.getUTCFullYear();
  const sameMonth = sameYear && first.getUTCMonth() === last.getUTCMonth();
  if (sameMonth && first.getUTCDate() === last.getUTCDate()) {
    return format({ day: 'numeric', month: 'long', year: 'numeric' }).format(first);
  }
  if (sameMonth) return format({ month: 'long', year: 'numeric' }).format(first);
  return sameYear ? String(first.getUTCFullYear()) : `${first.getUTCFullYear()} to ${last.getUTCFullYear()}`;
}
