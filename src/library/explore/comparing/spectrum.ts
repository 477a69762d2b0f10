import type { GreyGrid } from './grey-grid.ts';
import type { Window } from './window.ts';

/** Waves a side: of a picture on 8 × 8 cells nothing is lost. */
const WAVES_A_SIDE = 8;

/** Values of a spectrum: the cosine transform of a picture, by whether its waves are even or odd from left to right and from top to bottom. */
export const SPECTRUM = WAVES_A_SIDE * WAVES_A_SIDE;
const CLASS = SPECTRUM / 4;

/** Where the wave of frequency u across and v down stands in a spectrum. */
const PLACES = Uint8Array.from({ length: SPECTRUM }, (_, i) => {
  const [u, v] = [i % WAVES_A_SIDE, Math.floor(i / WAVES_A_SIDE)];
  return CLASS * ((u & 1) + 2 * (v & 1)) + (WAVES_A_SIDE / 2) * (v >> 1) + (u >> 1);
});

/** Below this length (grey levels, of all cells together) a picture is flat, and nothing can be said of it. */
const FLAT = 1;

/** One side of a window: a row of weights of a picture's cells for each wave. */
type Kernel = Float32Array;

/** Spectra of some windows of pictures: each is a linear map of the picture along either side, worked out before the first. */
export class WindowSpectra {
  readonly #side: number;
  readonly #kernels: readonly Kernel[];
  /** Of each window: which kernels are its. */
  readonly #windows: readonly { readonly across: number; readonly down: number }[];
  /** The picture by the waves across of each kernel, by rows of the picture. */
  readonly #across: Float32Array;

  /** @param side cells of the pictures */
  constructor(side: number, windows: readonly Window[]) {
    this.#side = side;
    const named = new Map<string, number>();
    const kernels: Kernel[] = [];
    const kernelOf = (middle: number, length: number): number => {
      const name = `${middle} ${length}`;
      const known = named.get(name) ?? kernels.push(kernel(side, middle, length)) - 1;
      named.set(name, known);
      return known;
    };
    this.#windows = windows.map(({ x, y, width, height }) => ({
      across: kernelOf(x, width),
      down: kernelOf(y, height),
    }));
    this.#kernels = kernels;
    this.#across = new Float32Array(kernels.length * side * WAVES_A_SIDE);
  }

  /**
   * Writes the spectrum of each window, less its mean and of length 1, so that the product of two is the correlation of what they show; all 0
   * of a flat one.
   *
   * @param both writes behind each that of the window turned over along its diagonal
   */
  write({ values }: GreyGrid, to: Float32Array, both: boolean): void {
    this.#transformRows(values);
    const stride = both ? 2 * SPECTRUM : SPECTRUM;
    for (let i = 0; i < this.#windows.length; i++) {
      const { across, down } = this.#windows[i] as { across: number; down: number };
      this.#transformColumns(across, this.#kernels[down] as Kernel, to, i * stride, both);
    }
  }

  #transformRows(values: Float32Array): void {
    const side = this.#side;
    const transformed = this.#across;
    let at = 0;
    for (const weights of this.#kernels) {
      for (let y = 0; y < side; y++) {
        const row = y * side;
        for (let u = 0; u < WAVES_A_SIDE; u++) {
          let sum = 0;
          for (let x = 0; x < side; x++) sum += (values[row + x] as number) * (weights[u * side + x] as number);
          transformed[at++] = sum;
        }
      }
    }
  }

  #transformColumns(across: number, weights: Kernel, to: Float32Array, at: number, both: boolean): void {
    const side = this.#side;
    const from = across * side * WAVES_A_SIDE;
    const transformed = this.#across;
    let squares = 0;
    for (let v = 0; v < WAVES_A_SIDE; v++) {
      for (let u = 0; u < WAVES_A_SIDE; u++) {
        // the mean is left out
        let sum = 0;
        if (u + v > 0)
          for (let y = 0; y < side; y++)
            sum += (transformed[from + y * WAVES_A_SIDE + u] as number) * (weights[v * side + y] as number);
        squares += sum * sum;
        to[at + (PLACES[v * WAVES_A_SIDE + u] as number)] = sum;
        if (both) to[at + SPECTRUM + (PLACES[u * WAVES_A_SIDE + v] as number)] = sum;
      }
    }
    const length = Math.sqrt(squares);
    const scale = length < FLAT ? 0 : 1 / length;
    const end = at + (both ? 2 : 1) * SPECTRUM;
    for (let i = at; i < end; i++) to[i] = (to[i] as number) * scale;
  }
}

/** Waves along one side of a window, as weights of the cells of the whole side: each of eight parts is the mean of the cells that it covers. */
function kernel(side: number, middle: number, length: number): Kernel {
  const weights = new Float32Array(WAVES_A_SIDE * side);
  for (let part = 0; part < WAVES_A_SIDE; part++) {
    const begin = (middle + length * (part / WAVES_A_SIDE - 0.5)) * side;
    const end = (middle + length * ((part + 1) / WAVES_A_SIDE - 0.5)) * side;
    for (let cell = 0; cell < side; cell++) {
      const covered = Math.max(0, Math.min(end, cell + 1) - Math.max(begin, cell)) / (end - begin);
      for (let u = 0; u < WAVES_A_SIDE; u++) {
        const scale = Math.sqrt((u === 0 ? 1 : 2) / WAVES_A_SIDE);
        const wave = scale * Math.cos((Math.PI * u * (part + 0.5)) / WAVES_A_SIDE);
        weights[u * side + cell] = (weights[u * side + cell] as number) + covered * wave;
      }
    }
  }
  return weights;
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
    let [evens, across, down, odds] = [0, 0, 0, 0];
    for (let i = 0; i < CLASS; i++) {
      evens += (a[from + i] as number) * (b[ofB + i] as number);
      across += (a[from + CLASS + i] as number) * (b[ofB + CLASS + i] as number);
      down += (a[from + 2 * CLASS + i] as number) * (b[ofB + 2 * CLASS + i] as number);
      odds += (a[from + 3 * CLASS + i] as number) * (b[ofB + 3 * CLASS + i] as number);
    }
    const at = to + 4 * flipped;
    found[at] = evens + across + down + odds;
    found[at + 1] = evens - across + down - odds;
    found[at + 2] = evens + across - down - odds;
    found[at + 3] = evens - across - down + odds;
  }
}
