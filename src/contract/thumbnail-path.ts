/** Longest side of a thumbnail in pixels: a row of the grid is at most 240 CSS pixels high. */
export const THUMBNAIL_SIDE = 320;

/**
 * Where the thumbnail of a picture lies inside the thumbs folder: `ab/cdef….webp`, from its content hash. 256 folders keep
 * each listing short. Both the service (writes) and main (serves `thumb://`) ask here, so that a thumbnail costs no call.
 */
export function thumbnailPath(hash: string): string {
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new RangeError('not a content hash');
  return `${hash.slice(0, 2)}/${hash.slice(2)}.webp`;
}
