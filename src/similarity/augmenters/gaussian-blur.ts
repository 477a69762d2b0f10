import { checkRange } from '../checks.ts';
import type { Random } from '../random.ts';
import { PictureTransform, type Raster } from './picture-transform.ts';

export interface GaussianBlurOptions {
  /** The least standard deviation, in pixels; at least 0, which blurs nothing. Default 0.1. */
  readonly minSigma?: number;
  /** The largest; at least `minSigma`. Default 2. */
  readonly maxSigma?: number;
  /** The kernel is as wide as the picture is high, divided by this, and rounded to an odd number; above 0. Default 10. */
  readonly kernelSizeDivider?: number;
}

/**
 * Blurs pictures, each with a width drawn at random. Pictures lower than twice `kernelSizeDivider` have a kernel of one
 * pixel, and stay as they are.
 */
export class GaussianBlur extends PictureTransform {
  readonly minSigma: number;
  readonly maxSigma: number;
  readonly kernelSizeDivider: number;

  /** @throws SimilarityError OUT_OF_RANGE */
  constructor({ minSigma = 0.1, maxSigma = 2, kernelSizeDivider = 10 }: GaussianBlurOptions = {}) {
    super();
    this.minSigma = checkRange('minSigma', minSigma, 0);
    this.maxSigma = checkRange('maxSigma', maxSigma, minSigma);
    this.kernelSizeDivider = checkRange('kernelSizeDivider', kernelSizeDivider, Number.MIN_VALUE);
  }

  override change(picture: Raster, random: Random): Raster {
    const sigma = random.between(this.minSigma, this.maxSigma);
    const radius = Math.floor(Math.floor(picture.height / this.kernelSizeDivider) / 2);
    return gaussianBlur(picture, radius, sigma);
  }
}

/**
 * Each pixel the mean of those around it, weighed by a bell curve. Beyond the edge there is nothing, not black: the weights
 * that are left make up the whole.
 *
 * @param radius pixels on either side; 0 changes nothing
 * @param sigma standard deviation in pixels; 0 changes nothing
 */
export function gaussianBlur(picture: Raster, radius: number, sigma: number): Raster {
  if (radius === 0 || sigma === 0) return picture;
  const { height, width, channels, values } = picture;
  const weights = Array.from({ length: radius + 1 }, (_, i) => Math.exp(-(i * i) / (2 * sigma * sigma)));
  const across = blurAlong(values, { runs: height, places: width, length: channels }, weights);
  return { ...picture, values: blurAlong(across, { runs: 1, places: height, length: width * channels }, weights) };
}

/** Memory as an axis of `places`, each of `length` numbers that stay apart, `runs` times one after the other. */
interface Axis {
  readonly runs: number;
  readonly places: number;
  readonly length: number;
}

function blurAlong(values: Float32Array, { runs, places, length }: Axis, weights: readonly number[]): Float32Array {
  const blurred = new Float32Array(values.length);
  const radius = weights.length - 1;
  for (let place = 0; place < places; place++) {
    const first = Math.max(0, place - radius);
    const last = Math.min(places - 1, place + radius);
    let whole = 0;
    for (let other = first; other <= last; other++) whole += weights[Math.abs(other - place)] as number;
    for (let run = 0; run < runs; run++) {
      const start = run * places * length;
      for (let i = 0; i < length; i++) {
        let sum = 0;
        for (let other = first; other <= last; other++) {
          sum += (weights[Math.abs(other - place)] as number) * (values[start + other * length + i] as number);
        }
        blurred[start + place * length + i] = sum / whole;
      }
    }
  }
  return blurred;
}
