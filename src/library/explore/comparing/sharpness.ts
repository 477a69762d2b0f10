/** A picture's brightness, 0–255, rows from the top. */
export interface GreyPicture {
  readonly width: number;
  readonly height: number;
  readonly values: Uint8Array;
}

/** The longest side at which pictures are measured, in pixels: a smaller one is enlarged, and rightly found to show less. */
export const SHARPNESS_SIDE = 256;

/** Below this deviation (grey levels) a picture is flat, and its sharpness says nothing. */
const FLAT = 2;

/**
 * How sharp a picture is: the variance of its Laplacian (Pech-Pacheco, Cristóbal, Chamorro-Martínez and Fernández-Valdivia, "Diatom
 * autofocusing in brightfield microscopy", ICPR 2000), as a share of the variance of its brightness, so that more contrast does not count as
 * sharpness. It compares pictures of the same thing, at the same scale ({@link SHARPNESS_SIDE}).
 *
 * @returns above 0 (noise: about 20); null of a flat picture, or one under 3 pixels a side
 */
export function sharpnessOf({ width, height, values }: GreyPicture): number | null {
  if (width < 3 || height < 3) return null;
  const at = (x: number, y: number): number => values[y * width + x] ?? 0;
  let [n, sum, squares, brightness, brightnessSquares] = [0, 0, 0, 0, 0];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const here = at(x, y);
      const laplacian = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4 * here;
      n++;
      sum += laplacian;
      squares += laplacian * laplacian;
      brightness += here;
      brightnessSquares += here * here;
    }
  }
  const contrast = brightnessSquares / n - (brightness / n) ** 2;
  return contrast < FLAT ** 2 ? null : (squares / n - (sum / n) ** 2) / contrast;
}

/** One that has less than this share of the sharpness of another is clearly less sharp: see docs/explore.md for what copies have. */
const CLEARLY = 0.5;

/**
 * Compares the sharpness of pictures of one set.
 *
 * @param measured as {@link sharpnessOf} of each; null where it is not known
 * @returns of each its share of that of the sharpest, 0–1, and whether that is clearly less; of one alone there is nothing to say
 */
export function comparedSharpness(
  measured: readonly (number | null)[],
): { readonly share: number | null; readonly isBlurred: boolean }[] {
  const best = Math.max(0, ...measured.map((value) => value ?? 0));
  const compared = measured.reduce<number>((sum, value) => sum + (value === null ? 0 : 1), 0);
  return measured.map((value) => {
    const share = value === null || best === 0 || compared < 2 ? null : value / best;
    return { share, isBlurred: share !== null && share < CLEARLY };
  });
}
