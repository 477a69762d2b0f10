import { checkCount, checkRange, unknownName } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import type { Random } from '../random.ts';
import { PictureTransform, type Raster } from './picture-transform.ts';
import { resample, type Interpolation, type Region } from './resample.ts';

export interface RandomCropAndResizeOptions {
  /** Of what comes out, in pixels. */
  readonly height: number;
  readonly width: number;
  /** The least and the largest part of the picture's area that is kept, above 0 and up to 1. Default [0.08, 1]. */
  readonly areaRange?: readonly [number, number];
  /**
   * The least and the largest ratio of the crop's width to its height, above 0, in units of the ratio of what comes out: 1 does
   * not distort. Default [3/4, 4/3].
   */
  readonly ratioRange?: readonly [number, number];
  /** Default `bicubic`. */
  readonly interpolation?: Interpolation;
}

/** Crops that do not fit are drawn again this often; then the whole picture is taken. */
const ATTEMPTS = 100;

/** A part of each picture, its area, shape and place drawn at random, in a given size. */
export class RandomCropAndResize extends PictureTransform {
  readonly height: number;
  readonly width: number;
  readonly areaRange: readonly [number, number];
  readonly ratioRange: readonly [number, number];
  readonly interpolation: Interpolation;

  /** @throws SimilarityError OUT_OF_RANGE, NOT_AN_INTEGER or UNKNOWN_NAME */
  constructor({
    height,
    width,
    areaRange = [0.08, 1],
    ratioRange = [3 / 4, 4 / 3],
    interpolation = 'bicubic',
  }: RandomCropAndResizeOptions) {
    super();
    this.height = checkCount('height', height);
    this.width = checkCount('width', width);
    this.areaRange = checkBounds('areaRange', areaRange, 1);
    this.ratioRange = checkBounds('ratioRange', ratioRange);
    this.interpolation = checkInterpolation(interpolation);
  }

  override change(picture: Raster, random: Random): Raster {
    return resample(picture, this.#drawRegion(picture, random), this, this.interpolation);
  }

  #drawRegion({ height, width }: Raster, random: Random): Region {
    const [narrowest, widest] = this.ratioRange.map(Math.log) as [number, number];
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const area = random.between(...this.areaRange) * height * width;
      const ratio = (Math.exp(random.between(narrowest, widest)) * this.width) / this.height;
      const cropWidth = Math.round(Math.sqrt(area * ratio));
      const cropHeight = Math.round(Math.sqrt(area / ratio));
      if (cropWidth < 1 || cropWidth > width || cropHeight < 1 || cropHeight > height) continue;
      const top = random.below(height - cropHeight + 1);
      return { top, left: random.below(width - cropWidth + 1), height: cropHeight, width: cropWidth };
    }
    return { top: 0, left: 0, height, width };
  }
}

export interface CenterCropOptions {
  /** Of what comes out, in pixels. */
  readonly height: number;
  readonly width: number;
  /** How much is kept along the side that loses less, above 0 and up to 1. Default 0.875. */
  readonly cropProportion?: number;
  /** Default `bicubic`. */
  readonly interpolation?: Interpolation;
}

/** The middle of each picture, in the shape of what comes out: what a trained model is evaluated on. */
export class CenterCrop extends PictureTransform {
  readonly height: number;
  readonly width: number;
  readonly cropProportion: number;
  readonly interpolation: Interpolation;

  /** @throws SimilarityError OUT_OF_RANGE, NOT_AN_INTEGER or UNKNOWN_NAME */
  constructor({ height, width, cropProportion = 0.875, interpolation = 'bicubic' }: CenterCropOptions) {
    super();
    this.height = checkCount('height', height);
    this.width = checkCount('width', width);
    this.cropProportion = checkRange('cropProportion', cropProportion, Number.MIN_VALUE, 1);
    this.interpolation = checkInterpolation(interpolation);
  }

  override change(picture: Raster): Raster {
    // The largest part of the picture that has the shape of what comes out, and of it the given proportion.
    const scale = this.cropProportion * Math.min(picture.height / this.height, picture.width / this.width);
    const height = Math.max(1, Math.round(this.height * scale));
    const width = Math.max(1, Math.round(this.width * scale));
    const region = {
      top: Math.floor((picture.height - height + 1) / 2),
      left: Math.floor((picture.width - width + 1) / 2),
      height,
      width,
    };
    return resample(picture, region, this, this.interpolation);
  }
}

function checkBounds(argument: string, [least, most]: readonly [number, number], top = Infinity): [number, number] {
  checkRange(`${argument}[0]`, least, Number.MIN_VALUE, top);
  checkRange(`${argument}[1]`, most, least, top);
  if (Number.isFinite(most)) return [least, most];
  throw new SimilarityError('NOT_FINITE', argument, { expected: `it ends at ${most}` });
}

function checkInterpolation(interpolation: Interpolation): Interpolation {
  const known: readonly Interpolation[] = ['bilinear', 'bicubic'];
  if (known.includes(interpolation)) return interpolation;
  throw unknownName('interpolation', interpolation, known);
}
