import type { LabelAnchor } from './label-places.ts';

/** Colours for what has no order: the groups' tokens, told apart with any colour vision. */
const HUES = 7;
/** Steps from the earliest to the latest. */
const STEPS = 12;

/**
 * What a point can look like, as CSS colours: 0 is what has no category, then the hues, then the steps of time. A point has the place of its colour here,
 * so that another colour scheme changes this alone.
 */
export const POINT_COLORS: readonly string[] = [
  'var(--map-none)',
  ...Array.from({ length: HUES }, (_, i) => `var(--group-${i + 1})`),
  ...Array.from(
    { length: STEPS },
    (_, i) => `color-mix(in oklch, var(--map-late) ${Math.round((100 * i) / (STEPS - 1))}%, var(--map-early))`,
  ),
];

/** Categories that are coloured so that what is near to one another differs; the others take turns. */
const MOST_SPREAD = 150;

/**
 * The colours of categories without an order, as places in {@link POINT_COLORS}: each takes the one whose nearest category on the map is the furthest away, the
 * largest first. There are more categories than colours; which is which, names say.
 */
export function spreadColors(categories: number, anchors: readonly LabelAnchor[]): Uint8Array {
  const colors = Uint8Array.from({ length: categories }, (_, category) => 1 + (category % HUES));
  const placed: (LabelAnchor & { readonly color: number })[] = [];
  for (const anchor of anchors.slice(0, MOST_SPREAD)) {
    const nearest = new Float64Array(HUES).fill(Infinity);
    for (const { x, y, color } of placed)
      nearest[color - 1] = Math.min(nearest[color - 1] ?? 0, (x - anchor.x) ** 2 + (y - anchor.y) ** 2);
    const color = 1 + nearest.indexOf(Math.max(...nearest));
    colors[anchor.category] = color;
    placed.push({ ...anchor, color });
  }
  return colors;
}

/** The colours of categories in an order, from the first to the last. */
export function orderedColors(categories: number): Uint8Array {
  return Uint8Array.from({ length: categories }, (_, category) => {
    const share = categories < 2 ? 1 : category / (categories - 1);
    return 1 + HUES + Math.round(share * (STEPS - 1));
  });
}

/** The colour of each point, as a place in {@link POINT_COLORS}. @param values its category, beyond them: none */
export function colorsOfPoints(values: Uint16Array, colors: Uint8Array): Uint8Array {
  return Uint8Array.from(values, (category) => colors[category] ?? 0);
}
