import type { GreyGrid } from './grey-grid.ts';
import type { Window } from './window.ts';

/**
 * A laid on B by a window: what A shows at each cell of B. Of a grid's size there is one, which is used again: pairs are compared by the
 * hundred thousand, and nothing of it lives longer than a step.
 */
export interface Overlay {
  /** A at the cells of B; only the cells of the ranges below are of this overlay. */
  readonly seen: Float32Array;
  /** How far B is from what A says of it; of the same cells. */
  readonly differences: Float32Array;
  /** Where each column and row of B lies in A: the cell before it, and how far beyond. */
  readonly columns: Axis;
  readonly rows: Axis;
  /** Brightness fitted to all of these cells. */
  rough: Fit;
}

interface Axis {
  readonly cell: Int32Array;
  readonly beyond: Float32Array;
  /** Cells of B that lie in A. */
  first: number;
  end: number;
  /** Of these, those with a cell of A on either side, as slopes need them. */
  firstInner: number;
  endInner: number;
}

const overlays = new Map<number, Overlay>();

function overlayOf(side: number): Overlay {
  const known = overlays.get(side);
  if (known) return known;
  const axis = (): Axis => ({
    cell: new Int32Array(side),
    beyond: new Float32Array(side),
    first: 0,
    end: 0,
    firstInner: 0,
    endInner: 0,
  });
  const cells = side * side;
  const made = {
    seen: new Float32Array(cells),
    differences: new Float32Array(cells),
    columns: axis(),
    rows: axis(),
    rough: FLAT_FIT,
  };
  overlays.set(side, made);
  return made;
}

function layAxis(axis: Axis, side: number, middle: number, length: number): void {
  axis.first = axis.firstInner = side;
  axis.end = axis.endInner = 0;
  for (let i = 0; i < side; i++) {
    const p = (middle + length * ((i + 0.5) / side - 0.5)) * side - 0.5;
    // half a cell beyond the middle of the outermost cells still is the picture
    if (p < -0.5 || p > side - 0.5) continue;
    const cell = Math.max(0, Math.min(side - 2, Math.floor(p)));
    axis.cell[i] = cell;
    axis.beyond[i] = Math.max(0, Math.min(1, p - cell));
    axis.first = Math.min(axis.first, i);
    axis.end = i + 1;
    if (p < 0 || p >= side - 1) continue;
    axis.firstInner = Math.min(axis.firstInner, i);
    axis.endInner = i + 1;
  }
}

/** Lays A on B. @returns the overlay, with the sums that gain and offset follow from */
export function lay({ side, values }: GreyGrid, b: GreyGrid, window: Window): Overlay {
  const overlay = overlayOf(side);
  const { seen, columns, rows } = overlay;
  layAxis(columns, side, window.x, window.width);
  layAxis(rows, side, window.y, window.height);
  let [sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0];
  for (let j = rows.first; j < rows.end; j++) {
    const above = (rows.cell[j] as number) * side;
    const fy = rows.beyond[j] as number;
    for (let i = columns.first; i < columns.end; i++) {
      const at = above + (columns.cell[i] as number);
      const fx = columns.beyond[i] as number;
      const p = values[at] as number;
      const r = values[at + side] as number;
      const top = p + fx * ((values[at + 1] as number) - p);
      const bottom = r + fx * ((values[at + side + 1] as number) - r);
      const x = top + fy * (bottom - top);
      const y = b.values[j * side + i] as number;
      seen[j * side + i] = x;
      sumA += x;
      sumB += y;
      squaresA += x * x;
      squaresB += y * y;
      products += x * y;
    }
  }
  const n = Math.max(0, rows.end - rows.first) * Math.max(0, columns.end - columns.first);
  overlay.rough = fitOf(n, sumA, sumB, squaresA, squaresB, products);
  return overlay;
}

/** B is about gain × A + offset. */
export interface Fit {
  readonly gain: number;
  readonly offset: number;
  /** Of the cells that fit best. */
  readonly correlation: number;
}

/** Of a flat picture nothing can be said. */
const FLAT_FIT: Fit = { gain: 1, offset: 0, correlation: 0 };

/** From sums over `n` cells of both. */
export function fitOf(
  n: number,
  sumA: number,
  sumB: number,
  squaresA: number,
  squaresB: number,
  products: number,
): Fit {
  const varianceA = squaresA - (sumA * sumA) / n;
  const varianceB = squaresB - (sumB * sumB) / n;
  // 2 grey levels
  if (n === 0 || varianceA < 4 * n || varianceB < 4 * n) return FLAT_FIT;
  const together = products - (sumA * sumB) / n;
  const gain = together / varianceA;
  return { gain, offset: (sumB - gain * sumA) / n, correlation: together / Math.sqrt(varianceA * varianceB) };
}

/** What a window of a picture shows, on as many cells; NaN where it lies outside. */
export function windowOf(grid: GreyGrid, window: Window): Float32Array {
  const { side } = grid;
  const { seen, columns, rows } = lay(grid, grid, window);
  const made = new Float32Array(side * side).fill(Number.NaN);
  for (let j = rows.first; j < rows.end; j++) {
    const [from, to] = [j * side + columns.first, j * side + columns.end];
    made.set(seen.subarray(from, to), from);
  }
  return made;
}
