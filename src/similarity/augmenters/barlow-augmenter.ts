import { Grayscale } from './color.ts';
import { ColorJitter } from './color-jitter.ts';
import { ContrastiveAugmenter } from './contrastive-augmenter.ts';
import { RandomCropAndResize } from './crop.ts';
import { GaussianBlur } from './gaussian-blur.ts';
import { RandomApply, TransformSequence } from './random-apply.ts';
import { RandomFlip } from './random-flip.ts';
import { Solarize } from './solarize.ts';

export interface BarlowAugmenterOptions {
  /** Of the views, in pixels. */
  readonly height: number;
  readonly width: number;
  /** Each probability says how many of the pictures are changed so, from 0 to 1. Default 0.5. */
  readonly flipProbability?: number;
  /** How much each of these changes: see `ColorJitter`; brightness is additive here. Default 0.8. */
  readonly brightnessMultiplier?: number;
  /** Default 0.6. */
  readonly contrastMultiplier?: number;
  /** Default 0.6. */
  readonly saturationMultiplier?: number;
  /** Default 0.2. */
  readonly hueMultiplier?: number;
  /** Default 0.8. */
  readonly jitterProbability?: number;
  /** Default 0.2. */
  readonly greyscaleProbability?: number;
  /** Default 0.2. */
  readonly blurProbability?: number;
  /** In pixels; at least 0. Default 0. */
  readonly blurMinSigma?: number;
  /** In pixels; at least `blurMinSigma`. Default 1. */
  readonly blurMaxSigma?: number;
  /** Default 0.2. */
  readonly solarizeProbability?: number;
  /** Values from here on are inverted, from 0 to 1. Default 0.5. */
  readonly solarizeThresh?: number;
}

/** Of squares whose side is between 75 % and 100 % of the picture's. */
const AREA_RANGE = [0.75 ** 2, 1] as const;

/**
 * The views of the Barlow twins: a crop of at least three quarters of each side, mirrored or not, its colours changed or taken
 * out, blurred or not, solarized or not. Pictures [n, height, width, 1 or 3] with values in [0, 1].
 *
 * Zbontar et al., Barlow Twins: Self-Supervised Learning via Redundancy Reduction, https://arxiv.org/abs/2103.03230
 */
export class BarlowAugmenter extends ContrastiveAugmenter {
  /** @throws SimilarityError OUT_OF_RANGE or NOT_AN_INTEGER */
  constructor(options: BarlowAugmenterOptions) {
    const { height, width, blurMinSigma: minSigma = 0, blurMaxSigma: maxSigma = 1 } = options;
    const jitter = new ColorJitter({
      brightnessMultiplier: options.brightnessMultiplier ?? 0.8,
      contrastMultiplier: options.contrastMultiplier ?? 0.6,
      saturationMultiplier: options.saturationMultiplier ?? 0.6,
      hueMultiplier: options.hueMultiplier ?? 0.2,
      impl: 'additive',
    });
    super(
      new TransformSequence([
        new RandomCropAndResize({
          height,
          width,
          areaRange: AREA_RANGE,
          ratioRange: [1, 1],
          interpolation: 'bilinear',
        }),
        new RandomFlip({ probability: options.flipProbability ?? 0.5 }),
        new RandomApply(jitter, options.jitterProbability ?? 0.8),
        new RandomApply(new Grayscale(), options.greyscaleProbability ?? 0.2),
        new RandomApply(new GaussianBlur({ minSigma, maxSigma }), options.blurProbability ?? 0.2),
        new RandomApply(new Solarize(options.solarizeThresh ?? 0.5), options.solarizeProbability ?? 0.2),
      ]),
    );
  }
}
