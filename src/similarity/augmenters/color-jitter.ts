import { checkRange, unknownName } from '../checks.ts';
import type { Random } from '../random.ts';
import { scaleSaturation, shiftHue } from './color.ts';
import { hasColor, mapValues, PictureTransform, type Raster } from './picture-transform.ts';

/** `multiplicative`: SimCLR v2's brightness, a factor. `additive`: that of its first version, a summand. */
export type BrightnessImpl = 'multiplicative' | 'additive';

export interface ColorJitterOptions {
  /** Multiplies the four below; at least 0. Default 1. */
  readonly strength?: number;
  /** The brightness changes by up to this much, as a part of itself or (additive) of white; at least 0. Default 0.8. */
  readonly brightnessMultiplier?: number;
  /** The distance of each pixel from its channel's mean changes by up to this part; at least 0. Default 0.8. */
  readonly contrastMultiplier?: number;
  /** The saturation changes by up to this part; at least 0. Default 0.8. */
  readonly saturationMultiplier?: number;
  /** The hue turns by up to this much either way, in whole turns; at least 0. Default 0.2. */
  readonly hueMultiplier?: number;
  /** True: another order of the four for each picture; false: the order above. Default true. */
  readonly randomOrder?: boolean;
  /** Default `multiplicative`. */
  readonly impl?: BrightnessImpl;
}

/** Changes brightness, contrast, saturation and hue. Pictures of one channel have only the first two. */
export class ColorJitter extends PictureTransform {
  readonly #changes: readonly ((picture: Raster, random: Random) => Raster)[];
  readonly #randomOrder: boolean;

  /** @throws SimilarityError OUT_OF_RANGE or UNKNOWN_NAME */
  constructor({
    strength = 1,
    brightnessMultiplier = 0.8,
    contrastMultiplier = 0.8,
    saturationMultiplier = 0.8,
    hueMultiplier = 0.2,
    randomOrder = true,
    impl = 'multiplicative',
  }: ColorJitterOptions = {}) {
    super();
    checkRange('strength', strength, 0);
    const known: readonly BrightnessImpl[] = ['multiplicative', 'additive'];
    if (!known.includes(impl)) throw unknownName('impl', impl, known);
    const brightness = strength * checkRange('brightnessMultiplier', brightnessMultiplier, 0);
    const contrast = strength * checkRange('contrastMultiplier', contrastMultiplier, 0);
    const saturation = strength * checkRange('saturationMultiplier', saturationMultiplier, 0);
    const hue = strength * checkRange('hueMultiplier', hueMultiplier, 0);
    this.#randomOrder = randomOrder;
    this.#changes = [
      (picture, random) => changeBrightness(picture, random, brightness, impl),
      (picture, random) => (contrast === 0 ? picture : scaleContrast(picture, drawFactor(random, contrast))),
      (picture, random) => (saturation === 0 ? picture : scaleSaturation(picture, drawFactor(random, saturation))),
      (picture, random) => (hue === 0 ? picture : shiftHue(picture, random.between(-hue, hue))),
    ];
  }

  override change(picture: Raster, random: Random): Raster {
    // Said here, so that an impossible number of channels does not depend on what is drawn.
    hasColor(picture);
    const changes = this.#randomOrder ? random.shuffled(this.#changes) : this.#changes;
    return changes.reduce((changed, change) => change(changed, random), picture);
  }
}

function drawFactor(random: Random, most: number): number {
  return random.between(Math.max(0, 1 - most), 1 + most);
}

function changeBrightness(picture: Raster, random: Random, most: number, impl: BrightnessImpl): Raster {
  if (most === 0) return picture;
  if (impl === 'additive') {
    const added = random.between(-most, most);
    return mapValues(picture, (value) => value + added);
  }
  const factor = drawFactor(random, most);
  return mapValues(picture, (value) => value * factor);
}

/** Each channel spread around its mean, or drawn together. */
function scaleContrast(picture: Raster, factor: number): Raster {
  const { channels, values } = picture;
  const means = new Float64Array(channels);
  for (let i = 0; i < values.length; i++) means[i % channels] = (means[i % channels] as number) + (values[i] as number);
  const pixels = values.length / channels;
  return mapValues(picture, (value, i) => {
    const mean = (means[i % channels] as number) / pixels;
    return mean + (value - mean) * factor;
  });
}
