import { checkRange, unknownName } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import { Grayscale } from './color.ts';
import { ColorJitter } from './color-jitter.ts';
import { ContrastiveAugmenter } from './contrastive-augmenter.ts';
import { CenterCrop, RandomCropAndResize } from './crop.ts';
import { GaussianBlur } from './gaussian-blur.ts';
import { PictureTransform, type Raster } from './picture-transform.ts';
import { RandomApply, TransformSequence } from './random-apply.ts';
import { RandomFlip } from './random-flip.ts';

export interface SimCLRAugmenterOptions {
  /** Of the views, in pixels. */
  readonly height: number;
  readonly width: number;
  /** False: the middle of each picture, always the same, as models are evaluated. Default true. */
  readonly isTraining?: boolean;
  /** Whether colours are changed (8 of 10 pictures) and taken out (2 of 10). Default true. */
  readonly colorDistort?: boolean;
  /** How much colours are changed; at least 0. Default 1. */
  readonly jitterStrength?: number;
  /** Whether pictures are cropped. Where not, they must have the size of the views. Default true. */
  readonly crop?: boolean;
  /** How much of the picture's side is kept where it is not for training; above 0, up to 1. Default 0.875. */
  readonly evalCropProportion?: number;
  /** Whether half of the pictures are mirrored. Default true. */
  readonly flip?: boolean;
  /** How brightness is changed: `v1` adds, `v2` multiplies. Default `v2`. */
  readonly version?: 'v1' | 'v2';
  /** How many of the pictures are blurred, from 0 to 1; the papers blur half where pictures are large. Default 0. */
  readonly blurProbability?: number;
}

/** Lets through what has the right size already. */
class ExpectSize extends PictureTransform {
  readonly #height: number;
  readonly #width: number;

  constructor(height: number, width: number) {
    super();
    this.#height = height;
    this.#width = width;
  }

  override change(picture: Raster): Raster {
    const { height, width, channels } = picture;
    if (height === this.#height && width === this.#width) return picture;
    const expected = `${this.#height} × ${this.#width} pixels were expected, as nothing is cropped`;
    throw new SimilarityError('WRONG_SHAPE', 'images', { expected, shape: [null, height, width, channels] });
  }
}

function trainingTransform(options: SimCLRAugmenterOptions): PictureTransform {
  const { height, width, crop = true, flip = true, colorDistort = true, blurProbability = 0 } = options;
  const { jitterStrength: strength = 1, version = 'v2' } = options;
  if (!['v1', 'v2'].includes(version)) throw unknownName('version', version, ['v1', 'v2']);
  checkRange('blurProbability', blurProbability, 0, 1);
  const impl = version === 'v2' ? 'multiplicative' : 'additive';
  return new TransformSequence([
    crop ? new RandomCropAndResize({ height, width }) : new ExpectSize(height, width),
    ...(flip ? [new RandomFlip()] : []),
    ...(colorDistort
      ? [new RandomApply(new ColorJitter({ strength, impl }), 0.8), new RandomApply(new Grayscale(), 0.2)]
      : []),
    ...(blurProbability > 0 ? [new RandomApply(new GaussianBlur(), blurProbability)] : []),
  ]);
}

function evaluationTransform({ height, width, crop = true, evalCropProportion = 0.875 }: SimCLRAugmenterOptions) {
  return crop ? new CenterCrop({ height, width, cropProportion: evalCropProportion }) : new ExpectSize(height, width);
}

/**
 * SimCLR's views: a random crop, mirrored or not, its colours changed or taken out. Pictures [n, height, width, 1 or 3] with
 * values in [0, 1].
 *
 * Chen et al., Big Self-Supervised Models are Strong Semi-Supervised Learners, https://arxiv.org/abs/2006.10029
 */
export class SimCLRAugmenter extends ContrastiveAugmenter {
  /** @throws SimilarityError OUT_OF_RANGE, NOT_AN_INTEGER or UNKNOWN_NAME */
  constructor(options: SimCLRAugmenterOptions) {
    super((options.isTraining ?? true) ? trainingTransform(options) : evaluationTransform(options));
  }
}
