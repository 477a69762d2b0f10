/** Where pictures lie on the map. */
export interface MapLayout {
  /** Media ids, ascending. */
  readonly ids: Uint32Array;
  /** x and y of each in turn, from -1 to 1. */
  readonly positions: Float32Array;
  /** How long the layout's own unit is on the map: neighbors lie about one apart, whatever the map was scaled by. */
  readonly unit: number;
  /** Pictures that were put on it since it was laid out as a whole. */
  readonly added: number;
}

/** Where more of a map than this would have come to it one by one, it is laid out anew as a whole. */
const MOSTLY = 0.5;

/** The layout of no pictures. */
export const EMPTY_LAYOUT: MapLayout = {
  ids: new Uint32Array(),
  positions: new Float32Array(),
  unit: 1,
  added: 0,
};

/** Places for these pictures: x and y of each in turn as they are in a layout, NaN where it has none. @param ids ascending */
export function placesIn(
  layout: MapLayout,
  ids: Uint32Array,
): { readonly places: Float32Array; readonly missing: number } {
  const places = new Float32Array(2 * ids.length).fill(Number.NaN);
  let at = 0;
  let missing = 0;
  for (const [i, id] of ids.entries()) {
    while (at < layout.ids.length && (layout.ids[at] ?? 0) < id) at++;
    if (layout.ids[at] === id) places.set(layout.positions.subarray(2 * at, 2 * at + 2), 2 * i);
    else missing++;
  }
  return { places, missing };
}

/** Whether so much of the pictures is new to a layout, or came to it after it was laid out, that it says little of them. */
export function isMostlyNew({ added }: MapLayout, missing: number, pictures: number): boolean {
  return added + missing > MOSTLY * pictures;
}

/** Whether a layout is of exactly these pictures. */
export function isOf({ ids }: MapLayout, pictures: { readonly size: number; has(id: number): boolean }): boolean {
  return ids.length === pictures.size && ids.every((id) => pictures.has(id));
}
