import type { IndexProgress, IndexSummary } from '../../contract/schemas.ts';

const NUMBER = new Intl.NumberFormat('en');
// The grid's times are the camera's own, without zone, counted as if they were UTC.
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
const DAY_AND_TIME = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

/** 8900 → "8,900". */
export function number(value: number): string {
  return NUMBER.format(value);
}

/** (1, 'picture') → "1 picture"; (8900, 'picture') → "8,900 pictures". */
export function counted(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Seconds as people say them: "under 1 s", "45 s", "1 min 30 s", "2 h 5 min". */
export function duration(seconds: number): string {
  if (seconds < 1) return 'under 1 s';
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 600) return joined(Math.floor(whole / 60), 'min', whole % 60, 's');
  const minutes = Math.round(whole / 60);
  return minutes < 60 ? `${minutes} min` : joined(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${number(large)} ${largeUnit}` : `${number(large)} ${largeUnit} ${small} ${smallUnit}`;
}

/** 3450000 → "3.5 MB": powers of ten, as file managers show them. */
export function fileSize(bytes: number): string {
  if (bytes < 1000) return counted(bytes, 'byte');
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = -1;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : NUMBER.format(Math.round(value))} ${units[unit] ?? 'kB'}`;
}

/** Milliseconds since 1970 → "3 May 2019". */
export function day(when: number): string {
  return DAY.format(new Date(when));
}

/** ISO 8601, with or without zone → "3 May 2019 at 14:05"; the text itself where it is no date. */
export function dayAndTime(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : DAY_AND_TIME.format(date);
}

/** Minutes ahead of UTC → "UTC+2", "UTC−3:30", "UTC". */
export function zone(offset: number): string {
  if (offset === 0) return 'UTC';
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  return `UTC${offset < 0 ? '−' : '+'}${hours}${minutes === 0 ? '' : `:${String(minutes).padStart(2, '0')}`}`;
}

/** Stars in words: "4 of 5 stars", "Rejected". */
export function ratingWords(rating: number): string {
  return rating < 0 ? 'Rejected' : `${rating} of 5 stars`;
}

/** Degrees → "48.85837° N, 2.29448° E". */
export function coordinates(latitude: number, longitude: number): string {
  const ns = latitude < 0 ? 'S' : 'N';
  const ew = longitude < 0 ? 'W' : 'E';
  return `${Math.abs(latitude).toFixed(5)}° ${ns}, ${Math.abs(longitude).toFixed(5)}° ${ew}`;
}

/** The last part of a path, on every system. */
export function fileName(path: string): string {
  const parts = path.split(/[/\\]/).filter((part) => part !== '');
  return parts.at(-1) ?? path;
}

/** All of a path but the last part. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(1, path.length - fileName(path).length - 1));
}

/** How many files of a run are dealt with. */
export function doneOf(counts: Pick<IndexProgress, 'indexed' | 'unchanged' | 'moved' | 'failed'>): number {
  return counts.indexed + counts.unchanged + counts.moved + counts.failed;
}

/** The line of the running work; empty while nothing runs. */
export function progressLine(progress: IndexProgress): string {
  const done = `${number(doneOf(progress))} of ${number(progress.found)}`;
  switch (progress.state) {
    case 'idle':
      return '';
    case 'scanning':
      return progress.found === 0 ? 'Looking for pictures' : `Looking for pictures · ${number(progress.found)} found`;
    case 'paused':
      return `Paused at ${done}`;
    case 'cancelling':
      return `Stopping at ${done}`;
    case 'indexing': {
      const parts = [`Indexing ${done}`];
      if (progress.picturesPerSecond > 0)
        parts.push(`${number(Math.max(1, Math.round(progress.picturesPerSecond)))}/s`);
      if (progress.secondsLeft !== null) parts.push(`${duration(progress.secondsLeft)} left`);
      return parts.join(' · ');
    }
  }
}

/** What a finished run did, in one or two sentences, without its failures. */
export function summaryLine(summary: IndexSummary): string {
  if (summary.error !== null) return `Indexing stopped. ${summary.error.message}`;
  const indexed = counted(summary.indexed, 'picture');
  if (summary.cancelled) {
    return summary.indexed === 0
      ? 'Indexing was cancelled.'
      : `Indexing was cancelled. ${indexed} are kept.`.replace('1 picture are', '1 picture is');
  }
  const parts: string[] = [];
  if (summary.indexed > 0) parts.push(`${indexed} indexed.`);
  if (summary.moved > 0) parts.push(`${counted(summary.moved, 'picture')} found at a new place.`);
  if (summary.removed > 0) parts.push(`${counted(summary.removed, 'picture')} gone.`);
  if (parts.length === 0) return summary.found === 0 ? 'No pictures were found.' : 'Everything is up to date.';
  return parts.join(' ');
}

/** "3 files could not be read." */
export function failuresLine(count: number): string {
  return `${counted(count, 'file')} could not be read.`;
}
