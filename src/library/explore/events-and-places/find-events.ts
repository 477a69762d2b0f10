/**
 * Splits pictures into events by the time between them, after Platt, Czerwinski and Field, "PhotoTOC: automatic clustering for browsing personal
 * photographs" (2003): an event ends where a gap is long beside those around it, so that minutes part a walk and hours a journey. Near that line
 * the pictures on both sides decide.
 */

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;

/** PhotoTOC: a gap is long where it is 17 times the geometric mean of the ten on each side of it. */
const LONG = Math.log(17);
const AROUND = 10;

/** Up to so many times longer or shorter than that line, what the pictures show decides. */
const UNSURE = Math.log(3);

/** A shorter gap parts nothing: a party of 500 pictures has pauses, too. A longer one always does, however few pictures there are around it. */
const SHORTEST_GAP = HOUR;
export const LONGEST_GAP = 2 * DAY;

/** Where a picture is taken every day, an event would have no end: a longer one is split. */
export const LONGEST_EVENT = 14 * DAY;

/** Whether the pictures before and after a gap show the same: of the one at this place and the next. Null where it is not known. */
export type SameScene = (place: number) => boolean | null;

/**
 * @param times milliseconds, ascending
 * @returns the place of each event's first picture, ascending from 0, and at the end the number of pictures
 */
export function findEvents(times: Float64Array, isSameScene: SameScene): Uint32Array<ArrayBuffer> {
  const found: number[] = [];
  for (let start = 0; start < times.length;) {
    // what lies beyond a gap that parts in any case says nothing of the pace here
    let end = start + 1;
    while (end < times.length && gapAfter(times, end - 1) < LONGEST_GAP) end++;
    const starts = [start, ...partings(times, start, end, isSameScene), end];
    for (let i = 0; i + 1 < starts.length; i++) found.push(...pieces(times, starts[i] ?? 0, starts[i + 1] ?? 0));
    start = end;
  }
  return Uint32Array.from([...found, times.length]);
}

/** Places before which an event ends, of pictures without a gap that is longest. */
function partings(times: Float64Array, start: number, end: number, isSameScene: SameScene): number[] {
  const logs = Float64Array.from({ length: end - start - 1 }, (_, i) =>
    Math.log(Math.max(gapAfter(times, start + i), SECOND)),
  );
  const sums = new Float64Array(logs.length + 1);
  for (const [i, log] of logs.entries()) sums[i + 1] = (sums[i] ?? 0) + log;
  const parts = (i: number): boolean => {
    const log = logs[i] ?? 0;
    if (log < Math.log(SHORTEST_GAP)) return false;
    const [first, last] = [Math.max(0, i - AROUND), Math.min(logs.length, i + AROUND + 1)];
    const over = log - ((sums[last] ?? 0) - (sums[first] ?? 0)) / (last - first) - LONG;
    if (Math.abs(over) > UNSURE) return over > 0;
    return !(isSameScene(start + i) ?? over < 0);
  };
  return Array.from(logs.keys()).flatMap((i) => (parts(i) ? [start + i + 1] : []));
}

function gapAfter(times: Float64Array, place: number): number {
  return (times[place + 1] ?? 0) - (times[place] ?? 0);
}

/** Where an event begins, and where it begins again because it is too long: at the longest gap of its middle half. */
function pieces(times: Float64Array, start: number, end: number): number[] {
  const [first, last] = [times[start] ?? 0, times[end - 1] ?? 0];
  const length = last - first;
  if (end - start < 2 || length <= LONGEST_EVENT) return [start];
  // the gaps are shorter than the middle half is long, so one lies in it; halves make few steps
  let [longest, at] = [-1, start + 1];
  for (let place = start; place < end - 1; place++) {
    const middle = ((times[place] ?? 0) + (times[place + 1] ?? 0)) / 2 - first;
    const gap = gapAfter(times, place);
    if (middle < length / 4 || middle > (3 * length) / 4 || gap <= longest) continue;
    [longest, at] = [gap, place + 1];
  }
  return [...pieces(times, start, at), ...pieces(times, at, end)];
}
