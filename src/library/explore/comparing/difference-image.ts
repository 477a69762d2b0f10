import { moved, type Affine } from './affine.ts';
import type { GreyGrid } from './grey-grid.ts';
import type { Laid } from './picture-alignment.ts';

/** A picture on a square grid, whatever its shape: red, green, blue, a byte each, rows from the top. */
export interface SquarePixels {
  readonly side: number;
  readonly rgb: Uint8Array;
}

/** What is laid on B: red, green, blue, opacity, a byte each, on as many pixels. */
interface DifferenceImage {
  readonly rgba: Uint8Array;
  /** Of its pixels, those that are marked: 0–1. */
  readonly share: number;
}

/** Told apart from what photos show, and by people who see red and green alike: magenta. */
const MARK = [255, 0, 190] as const;
/** Opacity of what differs little, and of what differs most: what is below stays to be seen. */
const FAINT = 110;
const STRONG = 215;
/** Grey levels at which a mark is strongest. */
const MOST = 80;

/**
 * Grey levels, on average of 5 × 5 pixels, from which on something differs. See the test for what compression stays below and what text on
 * a picture exceeds.
 */
const DIFFERS = 9;

/** Colour may differ by more than brightness: JPEG keeps it on half as many pixels. */
const COLOUR_WEIGHT = 0.6;

/** Of a side: so closely is it known how two pictures lie on each other. A strip along a side that only B shows has to be wider. */
const EDGE = 0.01;

/** Rec. 601 luma of each pixel. */
export function luma({ side, rgb }: SquarePixels): GreyGrid {
  const values = new Float32Array(side * side);
  for (let i = 0; i < values.length; i++) {
    values[i] = 0.299 * (rgb[3 * i] ?? 0) + 0.587 * (rgb[3 * i + 1] ?? 0) + 0.114 * (rgb[3 * i + 2] ?? 0);
  }
  return { side, values };
}

/**
 * Draws where B differs from A: in brightness other than by the gain and offset between them, and in colour. A pixel differs by as much as
 * it lies outside of what the other has beside that place, so that what is shifted by a pixel, as scaling does, is the same. What only B
 * shows differs.
 *
 * @param laid where B lies on A
 */
export function drawDifference(a: SquarePixels, b: SquarePixels, laid: Laid): DifferenceImage {
  const { side } = b;
  const [ofA, ofB] = [planes(a, laid.gain, laid.offset), planes(b, 1, 0)];
  const differences = new Float32Array(side * side);
  for (const [i, weight] of [1, COLOUR_WEIGHT, COLOUR_WEIGHT].entries()) {
    const seen = softened(resampled(ofA[i] ?? new Float32Array(), a.side, laid.matrix, side), side);
    takeDifferences(differences, seen, softened(ofB[i] ?? new Float32Array(), side), side, weight);
  }
  const mean = averaged(differences, side, 2);
  const rgba = new Uint8Array(4 * side * side);
  let marked = 0;
  for (let i = 0; i < mean.length; i++) {
    const difference = mean[i] ?? 0;
    if (difference < DIFFERS) continue;
    marked++;
    rgba.set(MARK, 4 * i);
    rgba[4 * i + 3] = FAINT + (STRONG - FAINT) * Math.min(1, (difference - DIFFERS) / (MOST - DIFFERS));
  }
  return { rgba, share: marked / mean.length };
}

/** Brightness and the two of colour (Rec. 601), of pixels that are made as bright as another picture. */
function planes({ side, rgb }: SquarePixels, gain: number, offset: number): Float32Array[] {
  const [y, cb, cr] = [0, 1, 2].map(() => new Float32Array(side * side)) as [Float32Array, Float32Array, Float32Array];
  const level = (value: number): number => Math.max(0, Math.min(255, gain * value + offset));
  for (let i = 0; i < y.length; i++) {
    const [red, green, blue] = [level(rgb[3 * i] ?? 0), level(rgb[3 * i + 1] ?? 0), level(rgb[3 * i + 2] ?? 0)];
    const here = 0.299 * red + 0.587 * green + 0.114 * blue;
    y[i] = here;
    cb[i] = 0.564 * (blue - here);
    cr[i] = 0.713 * (red - here);
  }
  return [y, cb, cr];
}

/** What a picture shows where the pixels of another lie on it; NaN outside. */
function resampled(values: Float32Array, from: number, matrix: Affine, side: number): Float32Array {
  const made = new Float32Array(side * side).fill(Number.NaN);
  // half a pixel beyond the middle of the outermost ones still is the picture
  const beyond = 0.5 + EDGE * from;
  const isInside = (p: number): boolean => p >= -beyond && p <= from - 1 + beyond;
  for (let v = 0; v < side; v++) {
    for (let u = 0; u < side; u++) {
      const { x, y } = moved(matrix, (u + 0.5) / side, (v + 0.5) / side);
      const [px, py] = [x * from - 0.5, y * from - 0.5];
      if (!isInside(px) || !isInside(py)) continue;
      const [x0, y0] = [clamped(Math.floor(px), from - 2), clamped(Math.floor(py), from - 2)];
      const [fx, fy] = [clamped(px - x0, 1), clamped(py - y0, 1)];
      const at = y0 * from + x0;
      const top = (values[at] ?? 0) * (1 - fx) + (values[at + 1] ?? 0) * fx;
      const bottom = (values[at + from] ?? 0) * (1 - fx) + (values[at + from + 1] ?? 0) * fx;
      made[v * side + u] = top * (1 - fy) + bottom * fy;
    }
  }
  return made;
}

function clamped(value: number, most: number): number {
  return Math.max(0, Math.min(most, value));
}

/** The mean of 3 × 3: noise of compression is finer than what is looked for. */
function softened(values: Float32Array, side: number): Float32Array {
  return averaged(values, side, 1);
}

/** The mean of what is within `reach` pixels; what is not a number is left out, and stays none. By sums from the corner. */
function averaged(values: Float32Array, side: number, reach: number): Float32Array {
  const row = side + 1;
  const [sums, counts] = [new Float64Array(row * row), new Float64Array(row * row)];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const value = values[y * side + x] ?? Number.NaN;
      const isKnown = !Number.isNaN(value);
      const [at, above] = [(y + 1) * row + x + 1, y * row + x + 1];
      sums[at] = (sums[above] ?? 0) + (sums[at - 1] ?? 0) - (sums[above - 1] ?? 0) + (isKnown ? value : 0);
      counts[at] = (counts[above] ?? 0) + (counts[at - 1] ?? 0) - (counts[above - 1] ?? 0) + (isKnown ? 1 : 0);
    }
  }
  const made = new Float32Array(values.length);
  for (let y = 0; y < side; y++) {
    const [top, bottom] = [Math.max(0, y - reach) * row, Math.min(side, y + reach + 1) * row];
    for (let x = 0; x < side; x++) {
      const [left, right] = [Math.max(0, x - reach), Math.min(side, x + reach + 1)];
      const within = (of: Float64Array): number =>
        (of[bottom + right] ?? 0) - (of[bottom + left] ?? 0) - (of[top + right] ?? 0) + (of[top + left] ?? 0);
      const at = y * side + x;
      made[at] = Number.isNaN(values[at] ?? Number.NaN) ? Number.NaN : within(sums) / within(counts);
    }
  }
  return made;
}

/** Raises each pixel's difference to that of two planes of values. */
function takeDifferences(
  differences: Float32Array,
  a: Float32Array,
  b: Float32Array,
  side: number,
  weight: number,
): void {
  const [besideA, besideB] = [extremes(a, side), extremes(b, side)];
  for (let at = 0; at < differences.length; at++) {
    const [p, q] = [a[at] ?? 0, b[at] ?? 0];
    // what only B shows
    const difference = Number.isNaN(p) ? MOST : weight * Math.max(outside(p, besideB, at), outside(q, besideA, at));
    if (difference > (differences[at] ?? 0)) differences[at] = difference;
  }
}

interface Extremes {
  readonly least: Float32Array;
  readonly most: Float32Array;
}

/** The least and the most of 3 × 3 pixels, first of each row's three; what is not a number is left out. */
function extremes(values: Float32Array, side: number): Extremes {
  const along = threeAt({ least: values, most: values }, side, 1);
  return threeAt(along, side, side);
}

/** Of each pixel and the two beside it, `step` away. */
function threeAt({ least, most }: Extremes, side: number, step: number): Extremes {
  const made = { least: new Float32Array(least), most: new Float32Array(most) };
  for (let at = 0; at < least.length; at++) {
    const place = step === 1 ? at % side : Math.floor(at / side);
    for (const beside of [place > 0 ? at - step : at, place < side - 1 ? at + step : at]) {
      const [low, high] = [least[beside] ?? Number.NaN, most[beside] ?? Number.NaN];
      if (!((made.least[at] ?? 0) <= low) && !Number.isNaN(low)) made.least[at] = low;
      if (!((made.most[at] ?? 0) >= high) && !Number.isNaN(high)) made.most[at] = high;
    }
  }
  return made;
}

/** By how much a value lies outside of what is beside a pixel. */
function outside(value: number, { least, most }: Extremes, at: number): number {
  return Math.max(0, (least[at] ?? 0) - value, value - (most[at] ?? 0));
}
