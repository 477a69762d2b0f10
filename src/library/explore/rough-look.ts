import { windowOf, type Window } from './align-pictures.ts';
import { halved, SYMMETRIES, turned, type GreyGrid } from './grey-grid.ts';

/** Parts of a picture that a copy may show: crops from the middle and the corners. */
const PARTS: readonly Window[] = [
  { x: 0.5, y: 0.5, width: 0.85, height: 0.85 },
  { x: 0.42, y: 0.42, width: 0.83, height: 0.83 },
  { x: 0.58, y: 0.42, width: 0.83, height: 0.83 },
  { x: 0.42, y: 0.58, width: 0.83, height: 0.83 },
  { x: 0.58, y: 0.58, width: 0.83, height: 0.83 },
];

/** A picture at a glance: its signature on 8 × 8 cells, less its mean and of length 1; all 0 of a flat one. */
export interface Glance {
  readonly whole: Float32Array;
  /** Without what lies along its sides: a frame. */
  readonly inner: Float32Array;
}

/** A picture, turned and mirrored: the whole of it, and parts of it. */
export interface Glances {
  readonly whole: readonly Float32Array[];
  readonly parts: readonly Float32Array[];
}

const INNER: Window = { x: 0.5, y: 0.5, width: 0.86, height: 0.86 };

export function glance(signature: GreyGrid): Glance {
  return { whole: unit(halved(signature).values), inner: unit(partOf(signature, INNER).values) };
}

export function glances(signature: GreyGrid): Glances {
  const small = halved(signature);
  const parts = PARTS.map((part) => partOf(signature, part));
  const views = (grid: GreyGrid): Float32Array[] => SYMMETRIES.map((symmetry) => unit(turned(grid, symmetry).values));
  return { whole: views(small), parts: parts.flatMap(views) };
}

function partOf(signature: GreyGrid, part: Window): GreyGrid {
  return halved({ side: signature.side, values: windowOf(signature, part) });
}

/** How alike two pictures are at a glance, looked at in the way in which they are most alike: a correlation. */
export function roughLikeness({ whole, parts }: Glances, other: Glance): number {
  let best = -1;
  for (const view of whole) best = Math.max(best, product(view, other.whole), product(view, other.inner));
  for (const view of parts) best = Math.max(best, product(view, other.whole));
  return best;
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function unit(values: Float32Array): Float32Array {
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += (values[i] ?? 0) / values.length;
  const made = values.map((value) => value - mean);
  const length = Math.sqrt(product(made, made));
  return made.map((value) => (length < 1 ? 0 : value / length));
}
