import type { GreyGrid } from './grey-grid.ts';
import { cholesky, solveLower, solveUpper } from '../teach/cholesky.ts';

/** The part of picture A that picture B shows, as fractions of A; it reaches beyond 0–1 where B has a border that A has not. */
export interface Window {
  /** Of its middle. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const WHOLE: Window = { x: 0.5, y: 0.5, width: 1, height: 1 };

export interface Alignment {
  readonly window: Window;
  /** B is about gain × A + offset. */
  readonly gain: number;
  readonly offset: number;
  /** Of what both show: Pearson's correlation of their brightness. */
  readonly correlation: number;
}

/** A window that holds less than this of a side, or shows less of a picture than that, is no longer a crop of the same picture. */
const LEAST_SIDE = 0.5;
const MOST_SIDE = 2;

const UNKNOWNS = 6;
const RIDGE = 1e-6;

/**
 * Finds the window of A that B shows, from a first guess: least squares of gain, offset, place and size at once (Gauss and Newton), each
 * step weighed against what differs most, so that text on the picture does not pull.
 *
 * @param a of the size of `b`
 * @returns null where the guess leads nowhere
 */
export function align(a: GreyGrid, b: GreyGrid, guess: Window, steps: number): Alignment | null {
  let window = guess;
  for (let step = 0; step < steps; step++) {
    const next = improve(a, b, window);
    if (next === null) return null;
    ({ window } = next);
    if (!isSensible(window)) return null;
    if (next.moved < 0.05 / a.side) break;
  }
  return judged(a, b, window);
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

function improve(a: GreyGrid, b: GreyGrid, window: Window): Step | null {
  const { side, values } = a;
  const sums = new Float64Array(UNKNOWNS * UNKNOWNS);
  const right = new Float64Array(UNKNOWNS);
  const row = new Float64Array(UNKNOWNS);
  row[1] = 1;
  const { gain, offset, scale } = fitBrightness(windowOf(a, window), b);
  let n = 0;
  for (let j = 0; j < side; j++) {
    const v = (j + 0.5) / side - 0.5;
    const py = (window.y + window.height * v) * side - 0.5;
    if (py < 0 || py >= side - 1) continue;
    const y0 = Math.floor(py);
    const fy = py - y0;
    for (let i = 0; i < side; i++) {
      const u = (i + 0.5) / side - 0.5;
      const px = (window.x + window.width * u) * side - 0.5;
      if (px < 0 || px >= side - 1) continue;
      const x0 = Math.floor(px);
      const fx = px - x0;
      const at = y0 * side + x0;
      const p = values[at] ?? 0;
      const q = values[at + 1] ?? 0;
      const r = values[at + side] ?? 0;
      const s = values[at + side + 1] ?? 0;
      const top = p + fx * (q - p);
      const bottom = r + fx * (s - r);
      const value = top + fy * (bottom - top);
      const dx = (q - p + fy * (s - r - q + p)) * side;
      const dy = (bottom - top) * side;
      const target = b.values[j * side + i] ?? 0;
      const difference = target - gain * value - offset;
      const far = difference / (4 * scale);
      const weight = far * far >= 1 ? 0 : (1 - far * far) ** 2;
      n++;
      if (weight === 0) continue;
      row[0] = value;
      row[2] = dx;
      row[3] = dy;
      row[4] = dx * u;
      row[5] = dy * v;
      for (let c = 0; c < UNKNOWNS; c++) {
        const weighted = weight * (row[c] ?? 0);
        right[c] = (right[c] ?? 0) + weighted * target;
        for (let d = 0; d <= c; d++) sums[c * UNKNOWNS + d] = (sums[c * UNKNOWNS + d] ?? 0) + weighted * (row[d] ?? 0);
      }
    }
  }
  if (n < 0.2 * side * side) return null;
  // where nothing in the picture says how it lies, it stays as it is
  for (let c = 0; c < UNKNOWNS; c++) sums[c * UNKNOWNS + c] = (sums[c * UNKNOWNS + c] ?? 0) * (1 + RIDGE) + RIDGE;
  const lower = cholesky(sums, UNKNOWNS);
  const solved = solveUpper(lower, UNKNOWNS, solveLower(lower, UNKNOWNS, right));
  const g = solved[0] ?? 0;
  if (Math.abs(g) < 0.1) return null;
  const [, , tx = 0, ty = 0, tw = 0, th = 0] = solved.map((value) => limited(value / g));
  const next = { x: window.x + tx, y: window.y + ty, width: window.width + tw, height: window.height + th };
  const moved = Math.max(Math.abs(tx), Math.abs(ty), Math.abs(tw), Math.abs(th));
  return { window: next, moved };
}

/** A step of Gauss and Newton is only true nearby. */
function limited(change: number): number {
  return Math.max(-0.1, Math.min(0.1, change));
}

interface Brightness {
  readonly gain: number;
  readonly offset: number;
  /** Of the cells that fit best. */
  readonly correlation: number;
  /** Of the differences: their median, as a deviation; grey levels. */
  readonly scale: number;
}

/** The share of what both show that may differ, as by text, before brightness is fitted to the rest. */
const MAY_DIFFER = 0.25;

/** Fits gain × A + offset to B, twice: the second time to what differed least. */
function fitBrightness(seen: Float32Array, b: GreyGrid): Brightness {
  const rough = fitWithin(seen, b, null, Number.POSITIVE_INFINITY);
  const differences = differencesOf(seen, b, rough);
  const counts = countsOf(differences);
  const limit = shareBelow(counts, 1 - MAY_DIFFER);
  const scale = Math.max(2, 1.5 * shareBelow(counts, 0.5));
  return { ...fitWithin(seen, b, differences, limit), scale };
}

/** Differences are counted by halves of a grey level: to sort them took a third of all time. */
const BINS_A_LEVEL = 2;
const BINS = 256 * BINS_A_LEVEL;

/** What is outside the window is not a number, and not counted. */
function countsOf(differences: Float32Array): Uint32Array {
  const counts = new Uint32Array(BINS);
  for (let i = 0; i < differences.length; i++) {
    const bin = Math.floor(BINS_A_LEVEL * (differences[i] ?? 0));
    if (bin >= 0) counts[Math.min(BINS - 1, bin)] = (counts[Math.min(BINS - 1, bin)] ?? 0) + 1;
  }
  return counts;
}

/** The difference, in grey levels, that this share of them is at most. */
function shareBelow(counts: Uint32Array, share: number): number {
  let all = 0;
  for (let bin = 0; bin < BINS; bin++) all += counts[bin] ?? 0;
  let below = 0;
  for (let bin = 0; bin < BINS; bin++) {
    below += counts[bin] ?? 0;
    if (below >= share * all) return (bin + 1) / BINS_A_LEVEL;
  }
  return BINS / BINS_A_LEVEL;
}

function differencesOf(seen: Float32Array, b: GreyGrid, { gain, offset }: Omit<Brightness, 'scale'>): Float32Array {
  const differences = new Float32Array(seen.length);
  for (let i = 0; i < seen.length; i++) differences[i] = Math.abs((b.values[i] ?? 0) - gain * (seen[i] ?? 0) - offset);
  return differences;
}

function fitWithin(
  seen: Float32Array,
  { values }: GreyGrid,
  differences: Float32Array | null,
  limit: number,
): Omit<Brightness, 'scale'> {
  let [n, sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < seen.length; i++) {
    const x = seen[i] ?? 0;
    if (Number.isNaN(x) || (differences !== null && (differences[i] ?? 0) > limit)) continue;
    const y = values[i] ?? 0;
    n++;
    sumA += x;
    sumB += y;
    squaresA += x * x;
    squaresB += y * y;
    products += x * y;
  }
  const varianceA = squaresA - (sumA * sumA) / n;
  const varianceB = squaresB - (sumB * sumB) / n;
  // a flat one says nothing: 2 grey levels
  if (n === 0 || varianceA < 4 * n || varianceB < 4 * n) return { gain: 1, offset: 0, correlation: 0 };
  const together = products - (sumA * sumB) / n;
  const gain = together / varianceA;
  return { gain, offset: (sumB - gain * sumA) / n, correlation: together / Math.sqrt(varianceA * varianceB) };
}

/** How alike two pictures are where they lie on each other so, with all that differs. */
export function roughCorrelation(a: GreyGrid, b: GreyGrid, window: Window): number {
  return fitWithin(windowOf(a, window), b, null, 0).correlation;
}

function judged(a: GreyGrid, b: GreyGrid, window: Window): Alignment {
  const { gain, offset, correlation } = fitBrightness(windowOf(a, window), b);
  return { window, gain, offset, correlation };
}

/** What a window of a picture shows, on as many cells; NaN where it lies outside. */
export function windowOf({ side, values }: GreyGrid, window: Window): Float32Array {
  const seen = new Float32Array(side * side).fill(Number.NaN);
  // half a cell beyond the middle of the outermost cells still is the picture
  const inside = (p: number): boolean => p >= -0.5 && p <= side - 0.5;
  for (let j = 0; j < side; j++) {
    const py = (window.y + window.height * ((j + 0.5) / side - 0.5)) * side - 0.5;
    if (!inside(py)) continue;
    const y0 = Math.max(0, Math.min(side - 2, Math.floor(py)));
    const fy = Math.max(0, Math.min(1, py - y0));
    for (let i = 0; i < side; i++) {
      const px = (window.x + window.width * ((i + 0.5) / side - 0.5)) * side - 0.5;
      if (!inside(px)) continue;
      const x0 = Math.max(0, Math.min(side - 2, Math.floor(px)));
      const fx = Math.max(0, Math.min(1, px - x0));
      const at = y0 * side + x0;
      const top = (values[at] ?? 0) * (1 - fx) + (values[at + 1] ?? 0) * fx;
      const bottom = (values[at + side] ?? 0) * (1 - fx) + (values[at + side + 1] ?? 0) * fx;
      seen[j * side + i] = top * (1 - fy) + bottom * fy;
    }
  }
  return seen;
}
