import { toScreen, type MapView, type Size } from './map-view.ts';
import type { PointGrid } from './point-grid.ts';

/** Cells in each direction that the densest part of a category is looked for in. */
const CELLS = 24;
/** So many of the largest categories have an anchor; no more names are read on one screen. */
const MOST_ANCHORS = 200;
/** In CSS pixels, of the text at 12 px, semibold: on average, and of the longest that is written out. */
const LETTER = 7.8;
const WIDEST = 200;
const HEIGHT = 20;

/** Where a category is on the plane: the middle of its densest part. */
export interface LabelAnchor {
  /** Place of it among the categories. */
  readonly category: number;
  readonly x: number;
  readonly y: number;
}

/** A name on the screen, around (`left`, `top`), in CSS pixels. */
export interface PlacedLabel extends LabelAnchor {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The anchors of categories, of the largest first: not the mean of their points, which lies outside of what is bent or in two parts, but that of the cell
 * that holds most of them and those around it.
 *
 * @param values the category of each point; others than `sizes` has are none
 * @param sizes how many points each category has; those of 0 have no anchor
 */
export function anchorsOf(grid: PointGrid, values: ArrayLike<number>, sizes: readonly number[]): LabelAnchor[] {
  const largest = [...sizes.keys()]
    .filter((category) => (sizes[category] ?? 0) > 0)
    .sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0) || a - b)
    .slice(0, MOST_ANCHORS);
  const slots = new Int32Array(sizes.length).fill(-1);
  for (const [slot, category] of largest.entries()) slots[category] = slot;
  const { positions, extent, count } = grid;
  const cellOf = (at: number, from: number, to: number): number =>
    Math.min(CELLS - 1, Math.floor(((at - from) / Math.max(to - from, 1e-9)) * CELLS));
  const columnOf = (point: number): number => cellOf(positions[2 * point] ?? 0, extent.left, extent.right);
  const rowOf = (point: number): number => cellOf(positions[2 * point + 1] ?? 0, extent.top, extent.bottom);

  const counts = new Uint32Array(largest.length * CELLS * CELLS);
  for (let point = 0; point < count; point++) {
    const slot = slots[values[point] ?? -1] ?? -1;
    if (slot < 0) continue;
    const at = (slot * CELLS + rowOf(point)) * CELLS + columnOf(point);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  const densest = largest.map((_, slot) => {
    const own = counts.subarray(slot * CELLS * CELLS, (slot + 1) * CELLS * CELLS);
    return own.reduce((best, value, cell) => (value > (own[best] ?? 0) ? cell : best), 0);
  });
  const sums = new Float64Array(3 * largest.length);
  for (let point = 0; point < count; point++) {
    const slot = slots[values[point] ?? -1] ?? -1;
    const cell = densest[slot];
    if (cell === undefined) continue;
    const away = Math.max(
      Math.abs((cell % CELLS) - columnOf(point)),
      Math.abs(Math.floor(cell / CELLS) - rowOf(point)),
    );
    if (away > 1) continue;
    sums[3 * slot] = (sums[3 * slot] ?? 0) + (positions[2 * point] ?? 0);
    sums[3 * slot + 1] = (sums[3 * slot + 1] ?? 0) + (positions[2 * point + 1] ?? 0);
    sums[3 * slot + 2] = (sums[3 * slot + 2] ?? 0) + 1;
  }
  return largest.flatMap((category, slot) => {
    const [x = 0, y = 0, points = 0] = sums.subarray(3 * slot, 3 * slot + 3);
    return points === 0 ? [] : [{ category, x: x / points, y: y / points }];
  });
}

/** Pictures that are drawn on the map, each around its place, in CSS pixels. */
interface DrawnPictures {
  readonly places: readonly { readonly left: number; readonly top: number }[];
  readonly side: number;
}

const NO_PICTURES: DrawnPictures = { places: [], side: 0 };

/**
 * The names that are written, each around its anchor, or above the picture that is drawn there: those first that come first, and none over another or over
 * the rim.
 */
export function labelsIn(
  anchors: readonly LabelAnchor[],
  nameOf: (category: number) => string,
  view: MapView,
  size: Size,
  pictures = NO_PICTURES,
): PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  for (const anchor of anchors) {
    const name = nameOf(anchor.category);
    if (name === '') continue;
    const [left, middle] = toScreen(view, size, anchor.x, anchor.y);
    const half = (pictures.side + HEIGHT) / 2;
    const picture = pictures.places.find(
      (one) => Math.abs(one.left - left) < pictures.side / 2 && Math.abs(one.top - middle) < half,
    );
    const top = picture === undefined ? middle : picture.top - half;
    const label = { ...anchor, left, top, width: Math.min(WIDEST, LETTER * name.length + 16), height: HEIGHT };
    const inside =
      left >= label.width / 2 &&
      left <= size.width - label.width / 2 &&
      top >= HEIGHT / 2 &&
      top <= size.height - HEIGHT / 2;
    if (inside && !placed.some((other) => overlap(label, other))) placed.push(label);
  }
  return placed;
}

function overlap(one: PlacedLabel, other: PlacedLabel): boolean {
  return (
    Math.abs(one.left - other.left) < (one.width + other.width) / 2 &&
    Math.abs(one.top - other.top) < (one.height + other.height) / 2
  );
}
