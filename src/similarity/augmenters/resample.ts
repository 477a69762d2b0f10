import { clamp, type Raster } from './picture-transform.ts';

export type Interpolation = 'bilinear' | 'bicubic';

/** A part of a picture, in whole pixels. */
export interface Region {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** What one place along an axis is made of. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

/** Keys's cubic with a = -0.5, which bicubic resizing in TensorFlow uses for pixels whose centres are halves. */
function keysCubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

const KERNELS: Readonly<
  Record<Interpolation, { readonly reach: number; readonly weight: (distance: number) => number }>
> = {
  bilinear: { reach: 1, weight: (distance) => Math.max(0, 1 - Math.abs(distance)) },
  bicubic: { reach: 2, weight: keysCubic },
};

/** For each of `to` places, the pixels among `from` that it lies between. Those beyond the edge are left out. */
function tapsAlong(from: number, to: number, interpolation: Interpolation): Taps[] {
  const { reach, weight } = KERNELS[interpolation];
  return Array.from({ length: to }, (_, i) => {
    const centre = ((i + 0.5) * from) / to - 0.5;
    const first = Math.max(0, Math.floor(centre) - reach + 1);
    const last = Math.min(from - 1, Math.floor(centre) + reach);
    const weights = Array.from({ length: last - first + 1 }, (_tap, tap) => weight(first + tap - centre));
    const sum = weights.reduce((total, value) => total + value, 0);
    return { first, weights: weights.map((value) => value / sum) };
  });
}

/**
 * A region of a picture in another size. Not smoothed where it becomes smaller, as in TensorFlow without `antialias`.
 * The whole picture in its own size comes out unchanged.
 */
export function resample(
  picture: Raster,
  region: Region,
  { height, width }: { readonly height: number; readonly width: number },
  interpolation: Interpolation,
): Raster {
  const { channels } = picture;
  const across = tapsAlong(region.width, width, interpolation);
  const down = tapsAlong(region.height, height, interpolation);
  const narrowed = new Float32Array(region.height * width * channels);
  for (let y = 0; y < region.height; y++) {
    const row = (region.top + y) * picture.width + region.left;
    for (let x = 0; x < width; x++) {
      const { first, weights } = across[x] as Taps;
      const start = (row + first) * channels;
      weigh(picture.values, start, channels, weights, channels, narrowed, (y * width + x) * channels);
    }
  }
  const values = new Float32Array(height * width * channels);
  const rowLength = width * channels;
  for (let y = 0; y < height; y++) {
    const { first, weights } = down[y] as Taps;
    weigh(narrowed, first * rowLength, rowLength, weights, rowLength, values, y * rowLength);
  }
  // A cubic reaches beyond what it lies between.
  return { height, width, channels, values: values.map(clamp) };
}

/** Adds up `weights.length` runs of `count` values, which start `stride` apart, into one. */
function weigh(
  source: Float32Array,
  start: number,
  stride: number,
  weights: readonly number[],
  count: number,
  target: Float32Array,
  at: number,
): void {
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let tap = 0; tap < weights.length; tap++) {
      sum += (weights[tap] as number) * (source[start + tap * stride + i] as number);
    }
    target[at + i] = sum;
  }
}
