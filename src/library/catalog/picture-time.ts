/**
 * When a picture was taken, as it is sorted and filtered by: what the clock showed where it was taken, whatever its zone, so that a journey stays in
 * its order and a day is a day. Without that, what this computer's clock showed when its file was written.
 *
 * @param takenAt ISO 8601 without zone
 * @param mtimeMs milliseconds since 1970, UTC
 * @returns milliseconds, counted as if that clock showed UTC
 */
export function pictureTime(takenAt: string | null, mtimeMs: number): number {
  if (takenAt !== null) return Date.parse(`${takenAt}Z`);
  return mtimeMs - 60_000 * new Date(mtimeMs).getTimezoneOffset();
}
