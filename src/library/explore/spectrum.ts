import type { GreyGrid } from './grey-grid.ts';

/** Cells a side of the grids that are compared so. */
const SPECTRUM_SIDE = 8;

/** Values of a spectrum: the cosine transform of a grid, by whether its waves are even or odd from left to right and from top to bottom. */
export const SPECTRUM = SPECTRUM_SIDE * SPECTRUM_SIDE;
const CLASS = SPECTRUM / 4;

/** Row u: the wave of frequency u, of length 1. */
const WAVES = Float32Array.from({ length: SPECTRUM }, (_, i) => {
  const u = Math.floor(i / SPECTRUM_SIDE);
  const scale = Math.sqrt((u === 0 ? 1 : 2) / SPECTRUM_SIDE);
  return scale * Math.cos((Math.PI * u * ((i % SPECTRUM_SIDE) + 0.5)) / SPECTRUM_SIDE);
});

/** Where the wave of frequency u across and v down stands in a spectrum. */
const PLACES = Uint8Array.from({ length: SPECTRUM }, (_, i) => {
  const [u, v] = [i % SPECTRUM_SIDE, Math.floor(i / SPECTRUM_SIDE)];
  return CLASS * ((u & 1) + 2 * (v & 1)) + (SPECTRUM_SIDE / 2) * (v >> 1) + (u >> 1);
});

/** Below this length (grey levels, of all cells together) a grid is flat, and nothing can be said of it. */
const FLAT = 1;

const rows = new Float32Array(SPECTRUM);

/**
 * The spectrum of a grid of {@link SPECTRUM_SIDE} cells a side, less its mean and of length 1, so that the product of two is the correlation of
 * their grids; all 0 of a flat one.
 *
 * @param to gets it from `at` on, and behind it, where it is wanted (`both`), that of the grid turned over along its diagonal
 */
export function writeSpectrum({ values }: GreyGrid, to: Float32Array, at: number, both: boolean): void {
  for (let y = 0; y < SPECTRUM_SIDE; y++) {
    for (let u = 0; u < SPECTRUM_SIDE; u++) {
      let sum = 0;
      for (let x = 0; x < SPECTRUM_SIDE; x++)
        sum += (values[y * SPECTRUM_SIDE + x] as number) * (WAVES[u * SPECTRUM_SIDE + x] as number);
      rows[y * SPECTRUM_SIDE + u] = sum;
    }
  }
  let squares = 0;
  for (let v = 0; v < SPECTRUM_SIDE; v++) {
    for (let u = 0; u < SPECTRUM_SIDE; u++) {
      let sum = 0;
      for (let y = 0; y < SPECTRUM_SIDE; y++)
        sum += (rows[y * SPECTRUM_SIDE + u] as number) * (WAVES[v * SPECTRUM_SIDE + y] as number);
      // the mean
      if (u + v === 0) sum = 0;
      squares += sum * sum;
      to[at + placeOf(u, v)] = sum;
      if (both) to[at + SPECTRUM + placeOf(v, u)] = sum;
    }
  }
  const length = Math.sqrt(squares);
  const scale = length < FLAT ? 0 : 1 / length;
  const end = at + (both ? 2 : 1) * SPECTRUM;
  for (let i = at; i < end; i++) to[i] = (to[i] as number) * scale;
}

function placeOf(u: number, v: number): number {
  return PLACES[v * SPECTRUM_SIDE + u] as number;
}

/**
 * Correlations of A, turned and mirrored in all eight ways, with B: what is odd from left to right changes its sign when that is mirrored.
 * So eight cost what two do.
 *
 * @param a spectra of A, both of them, from `ofA` on
 * @param b the spectrum of B from `ofB` on, as whole numbers: correlations come out as many times larger
 * @param found gets them from `to` on, by symmetry
 */
export function turnedCorrelations(
  a: Float32Array,
  ofA: number,
  b: Int8Array,
  ofB: number,
  found: Float32Array,
  to: number,
): void {
  for (let flipped = 0; flipped < 2; flipped++) {
    const from = ofA + flipped * SPECTRUM;
    const evens = classProduct(a, from, b, ofB);
    const across = classProduct(a, from + CLASS, b, ofB + CLASS);
    const down = classProduct(a, from + 2 * CLASS, b, ofB + 2 * CLASS);
    const odds = classProduct(a, from + 3 * CLASS, b, ofB + 3 * CLASS);
    const at = to + 4 * flipped;
    found[at] = evens + across + down + odds;
    found[at + 1] = evens - across + down - odds;
    found[at + 2] = evens + across - down - odds;
    found[at + 3] = evens - across - down + odds;
  }
}

function classProduct(a: Float32Array, ofA: number, b: Int8Array, ofB: number): number {
  let sum = 0;
  for (let i = 0; i < CLASS; i++) sum += (a[ofA + i] as number) * (b[ofB + i] as number);
  return sum;
}
