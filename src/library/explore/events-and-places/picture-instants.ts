const MINUTE = 60_000;

/**
 * When pictures were taken by one clock, so that what two cameras took side by side lies side by side, and a flight to the west loses no day. A picture
 * whose zone is not known was taken in that of the picture nearest to it by its clock that says so; where none does, the clock itself counts.
 *
 * @param clocks what the clock showed, milliseconds counted as if it were UTC's, ascending
 * @param offsets minutes that it was ahead of UTC, or NaN
 * @returns milliseconds since 1970, in the same order: no longer ascending
 */
export function pictureInstants(clocks: Float64Array, offsets: Float64Array): Float64Array {
  const before = nearestKnown(offsets, 1);
  const after = nearestKnown(offsets, -1);
  return clocks.map((clock, place) => {
    const [left, right] = [before[place] ?? -1, after[place] ?? -1];
    const far = (other: number): number =>
      other < 0 ? Number.POSITIVE_INFINITY : Math.abs((clocks[other] ?? 0) - clock);
    const known = far(left) <= far(right) ? left : right;
    return known < 0 ? clock : clock - MINUTE * (offsets[known] ?? 0);
  });
}

/** Of each place the last one before it (step 1), or the first one behind it (−1), that is known, itself among them; −1 where there is none. */
function nearestKnown(offsets: Float64Array, step: 1 | -1): Int32Array {
  const nearest = new Int32Array(offsets.length).fill(-1);
  let known = -1;
  for (let i = 0; i < offsets.length; i++) {
    const place = step === 1 ? i : offsets.length - 1 - i;
    if (!Number.isNaN(offsets[place] ?? Number.NaN)) known = place;
    nearest[place] = known;
  }
  return nearest;
}
