import { correlation } from '../../media/correlation.ts';

/** A picture's brightness on a square grid, whatever its shape: rows from the top, 0–255. */
export interface GreyGrid {
  readonly side: number;
  readonly values: Float32Array;
}

/** The grid of bytes, as signatures are. RangeError where they are no square. */
export function greyGrid(bytes: Uint8Array): GreyGrid {
  const side = Math.sqrt(bytes.length);
  if (!Number.isInteger(side)) throw new RangeError(`${bytes.length} values are no square`);
  return { side, values: Float32Array.from(bytes) };
}

/** The same picture on half as many cells a side. */
export function halved({ side, values }: GreyGrid): GreyGrid {
  const half = side / 2;
  const made = new Float32Array(half * half);
  for (let y = 0; y < half; y++) {
    for (let x = 0; x < half; x++) {
      const at = 2 * y * side + 2 * x;
      const sum = (values[at] ?? 0) + (values[at + 1] ?? 0) + (values[at + side] ?? 0) + (values[at + side + 1] ?? 0);
      made[y * half + x] = sum / 4;
    }
  }
  return { side: half, values: made };
}

/** Ways to turn and mirror a square: bit 0 mirrors it from left to right, bit 1 from top to bottom, bit 2 along its diagonal before. */
export const SYMMETRIES = [0, 1, 2, 3, 4, 5, 6, 7] as const;
export type Symmetry = (typeof SYMMETRIES)[number];

/** A grid turned or mirrored. */
export function turned({ side, values }: GreyGrid, symmetry: Symmetry): GreyGrid {
  if (symmetry === 0) return { side, values };
  const made = new Float32Array(values.length);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const right = (symmetry & 1) === 0 ? x : side - 1 - x;
      const down = (symmetry & 2) === 0 ? y : side - 1 - y;
      made[y * side + x] = values[(symmetry & 4) === 0 ? down * side + right : right * side + down] ?? 0;
    }
  }
  return { side, values: made };
}

/** How alike two grids are: see {@link correlation}. */
export function gridCorrelation(a: GreyGrid, b: GreyGrid): number {
  return correlation(a.values, b.values);
}

/** Whether all that lies along the four sides is of one brightness, as of a picture with a frame. */
export function isFramed({ side, values }: GreyGrid): boolean {
  let [sum, squares, n] = [0, 0, 0];
  for (let i = 0; i < side; i++) {
    for (const at of [i, (side - 1) * side + i, i * side, i * side + side - 1]) {
      const value = values[at] ?? 0;
      sum += value;
      squares += value * value;
      n++;
    }
  }
  return squares / n - (sum / n) ** 2 < FRAME ** 2;
}

/** Grey levels: a frame deviates less, with what the cells have of the picture beside it. */
const FRAME = 8;
