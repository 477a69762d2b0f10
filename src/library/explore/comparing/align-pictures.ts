import { fitOf, lay, type Fit, type Overlay } from './overlay.ts';
import { solvePositive } from './solve-positive.ts';
import type { Window } from './window.ts';
import type { GreyGrid } from './grey-grid.ts';

export interface Alignment {
  readonly window: Window;
  /** B is about gain × A + offset. */
  readonly gain: number;
  readonly offset: number;
  /** Of what both show: Pearson's correlation of their brightness, without what differs most. */
  readonly correlation: number;
  /** The same of their details: what each cell is beside its four neighbors. */
  readonly details: number;
}

/** A window that holds less than this of a side, or shows less of a picture than that, is no longer a crop of the same picture. */
const LEAST_SIDE = 0.5;
const MOST_SIDE = 2;

const UNKNOWNS = 6;
const RIDGE = 1e-6;

/** What an alignment must have come to after so many steps: what has not is not followed further. */
export interface Milestone {
  readonly steps: number;
  readonly correlation: number;
  readonly details: number;
}

/**
 * Finds the window of A that B shows, from a first guess: least squares of gain, offset, place and size at once (Gauss and Newton), each
 * step weighed against what differs most, so that text on the picture does not pull.
 *
 * @param a of the size of `b`
 * @param closeness cells that a step moves the window by, at most, where it is near enough: each step is a part of what is left, so that
 *   what is left is several times as much
 * @returns null where the guess leads nowhere, or past a milestone that it does not come up to
 */
export function align(
  a: GreyGrid,
  b: GreyGrid,
  guess: Window,
  steps: number,
  milestones: readonly Milestone[] = [],
  closeness = 0.05,
): Alignment | null {
  let window = guess;
  for (let step = 0; ; step++) {
    const overlay = lay(a, b, window);
    const brightness = fitBrightness(overlay, b);
    for (const least of milestones) {
      if (least.steps !== step) continue;
      if (brightness.correlation < least.correlation) return null;
      if (detailCorrelation(overlay, b, brightness) < least.details) return null;
    }
    const next = step === steps ? null : improve(a, b, window, overlay, brightness);
    if (next === null && step < steps) return null;
    if (next === null || next.moved < closeness / a.side) {
      const { gain, offset, correlation } = brightness;
      return { window, gain, offset, correlation, details: detailCorrelation(overlay, b, brightness) };
    }
    ({ window } = next);
    if (!isSensible(window)) return null;
  }
}

function isSensible({ x, y, width, height }: Window): boolean {
  return (
    width >= LEAST_SIDE &&
    width <= MOST_SIDE &&
    height >= LEAST_SIDE &&
    height <= MOST_SIDE &&
    Math.abs(x - 0.5) < 0.5 &&
    Math.abs(y - 0.5) < 0.5
  );
}

interface Step {
  readonly window: Window;
  /** By how much the window changed. */
  readonly moved: number;
}

const sums = new Float64Array(UNKNOWNS * UNKNOWNS);
const right = new Float64Array(UNKNOWNS);

function improve(a: GreyGrid, b: GreyGrid, window: Window, overlay: Overlay, brightness: Brightness): Step | null {
  const { side } = a;
  if (sumEquations(a, b, overlay, brightness) < 0.2 * side * side) return null;
  // where nothing in the picture says how it lies, it stays as it is
  for (let c = 0; c < UNKNOWNS; c++) {
    const at = c * UNKNOWNS + c;
    sums[at] = (sums[at] as number) * (1 + RIDGE) + RIDGE;
  }
  if (!solvePositive(sums, right, UNKNOWNS)) return null;
  const g = right[0] as number;
  if (Math.abs(g) < 0.1) return null;
  const tx = limited((right[2] as number) / g);
  const ty = limited((right[3] as number) / g);
  const tw = limited((right[4] as number) / g);
  const th = limited((right[5] as number) / g);
  const next = { x: window.x + tx, y: window.y + ty, width: window.width + tw, height: window.height + th };
  return { window: next, moved: Math.max(Math.abs(tx), Math.abs(ty), Math.abs(tw), Math.abs(th)) };
}

/**
 * Sums up the equations of a step into `sums` (its lower half) and `right`. The unknowns are gain, offset, and by how much the window moves
 * and grows, times the gain. All sums are variables of their own: an array of them takes three times as long.
 *
 * @returns the cells that were looked at
 */
function sumEquations({ side, values }: GreyGrid, b: GreyGrid, overlay: Overlay, brightness: Brightness): number {
  const { seen, columns, rows } = overlay;
  const { gain, offset, scale } = brightness;
  const reach = 1 / (4 * scale);
  let [s00, s10, s11, s20, s21, s22, s30, s31, s32, s33] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  let [s40, s41, s42, s43, s44, s50, s51, s52, s53, s54, s55] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  let [r0, r1, r2, r3, r4, r5] = [0, 0, 0, 0, 0, 0];
  for (let j = rows.firstInner; j < rows.endInner; j++) {
    const v = (j + 0.5) / side - 0.5;
    const above = (rows.cell[j] as number) * side;
    const fy = rows.beyond[j] as number;
    for (let i = columns.firstInner; i < columns.endInner; i++) {
      const here = j * side + i;
      const value = seen[here] as number;
      const target = b.values[here] as number;
      const far = (target - gain * value - offset) * reach;
      const near = 1 - far * far;
      if (near <= 0) continue;
      const weight = near * near;
      const at = above + (columns.cell[i] as number);
      const fx = columns.beyond[i] as number;
      const p = values[at] as number;
      const q = values[at + 1] as number;
      const r = values[at + side] as number;
      const s = values[at + side + 1] as number;
      const dx = (q - p + fy * (s - r - q + p)) * side;
      const dy = (r - p + fx * (s - r - q + p)) * side;
      const du = dx * ((i + 0.5) / side - 0.5);
      const dv = dy * v;
      const w0 = weight * value;
      const w2 = weight * dx;
      const w3 = weight * dy;
      const w4 = weight * du;
      const w5 = weight * dv;
      s00 += w0 * value;
      s10 += w0;
      s11 += weight;
      s20 += w2 * value;
      s21 += w2;
      s22 += w2 * dx;
      s30 += w3 * value;
      s31 += w3;
      s32 += w3 * dx;
      s33 += w3 * dy;
      s40 += w4 * value;
      s41 += w4;
      s42 += w4 * dx;
      s43 += w4 * dy;
      s44 += w4 * du;
      s50 += w5 * value;
      s51 += w5;
      s52 += w5 * dx;
      s53 += w5 * dy;
      s54 += w5 * du;
      s55 += w5 * dv;
      r0 += w0 * target;
      r1 += weight * target;
      r2 += w2 * target;
      r3 += w3 * target;
      r4 += w4 * target;
      r5 += w5 * target;
    }
  }
  sums.set([s00, 0, 0, 0, 0, 0, s10, s11, 0, 0, 0, 0, s20, s21, s22, 0, 0, 0]);
  sums.set([s30, s31, s32, s33, 0, 0, s40, s41, s42, s43, s44, 0, s50, s51, s52, s53, s54, s55], 18);
  right.set([r0, r1, r2, r3, r4, r5]);
  return Math.max(0, rows.endInner - rows.firstInner) * Math.max(0, columns.endInner - columns.firstInner);
}

/** A step of Gauss and Newton is only true nearby. */
function limited(change: number): number {
  return Math.max(-0.1, Math.min(0.1, change));
}

interface Brightness extends Fit {
  /** Of the differences: their median, as a deviation; grey levels. */
  readonly scale: number;
  /** What differs by more, grey levels, was left out. */
  readonly limit: number;
}

/** The share of what both show that may differ, as by text, before brightness is fitted to the rest. */
const MAY_DIFFER = 0.25;

/** Fits gain × A + offset to B, twice: the second time to what differed least. The overlay then has the differences of the first. */
function fitBrightness(overlay: Overlay, b: GreyGrid): Brightness {
  const { rough } = overlay;
  const cells = measureDifferences(overlay, b, rough);
  const limit = levelBelow(cells * (1 - MAY_DIFFER));
  const scale = Math.max(2, 1.5 * levelBelow(cells * 0.5));
  const fit = fitWithin(overlay, b, limit);
  // a picture that is flat but for a quarter of it
  return { ...(fit.correlation === 0 ? rough : fit), scale, limit };
}

/** Differences are counted by halves of a grey level: to sort them took a third of all time. */
const BINS_A_LEVEL = 2;
const BINS = 256 * BINS_A_LEVEL;
const counts = new Uint32Array(BINS);

/** Measures by how much B differs from what A says of it, and counts how often it is by how much. @returns the cells that both show */
function measureDifferences({ seen, differences, columns, rows }: Overlay, b: GreyGrid, fit: Fit): number {
  const { gain, offset } = fit;
  counts.fill(0);
  for (let j = rows.first; j < rows.end; j++) {
    for (let at = j * b.side + columns.first; at < j * b.side + columns.end; at++) {
      const difference = Math.abs((b.values[at] as number) - gain * (seen[at] as number) - offset);
      differences[at] = difference;
      const bin = Math.min(BINS - 1, Math.floor(BINS_A_LEVEL * difference));
      counts[bin] = (counts[bin] as number) + 1;
    }
  }
  return Math.max(0, rows.end - rows.first) * Math.max(0, columns.end - columns.first);
}

/** The difference, in grey levels, that so many cells are below. */
function levelBelow(cells: number): number {
  let below = 0;
  for (let bin = 0; bin < BINS; bin++) {
    below += counts[bin] as number;
    if (below >= cells) return (bin + 1) / BINS_A_LEVEL;
  }
  return BINS / BINS_A_LEVEL;
}

/** Fits to what differed by no more than `limit` before. */
function fitWithin({ seen, differences, columns, rows }: Overlay, { side, values }: GreyGrid, limit: number): Fit {
  let [n, sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0, 0];
  for (let j = rows.first; j < rows.end; j++) {
    for (let at = j * side + columns.first; at < j * side + columns.end; at++) {
      if ((differences[at] as number) > limit) continue;
      const x = seen[at] as number;
      const y = values[at] as number;
      n++;
      sumA += x;
      sumB += y;
      squaresA += x * x;
      squaresB += y * y;
      products += x * y;
    }
  }
  return fitOf(n, sumA, sumB, squaresA, squaresB, products);
}

/**
 * Correlation of what each cell is beside its four neighbors: different pictures whose light and dark lie alike differ in it. Cells that
 * differ much, as by text, are left out.
 */
function detailCorrelation(overlay: Overlay, { side, values }: GreyGrid, brightness: Brightness): number {
  const { seen, differences, columns, rows } = overlay;
  const limit = 2 * brightness.limit;
  let [squaresA, squaresB, products] = [0, 0, 0];
  for (let j = rows.first + 1; j < rows.end - 1; j++) {
    for (let at = j * side + columns.first + 1; at < j * side + columns.end - 1; at++) {
      if ((differences[at] as number) > limit) continue;
      const x = beside(seen, at, side);
      const y = beside(values, at, side);
      squaresA += x * x;
      squaresB += y * y;
      products += x * y;
    }
  }
  return products / Math.max(1e-6, Math.sqrt(squaresA * squaresB));
}

function beside(values: Float32Array, at: number, side: number): number {
  const across = (values[at - 1] as number) + (values[at + 1] as number);
  const down = (values[at - side] as number) + (values[at + side] as number);
  return 4 * (values[at] as number) - across - down;
}
