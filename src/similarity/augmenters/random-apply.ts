import { checkRange } from '../checks.ts';
import type { Random } from '../random.ts';
import { PictureTransform, type Raster } from './picture-transform.ts';

/** Leaves each picture as it is, or changes it by a transform: drawn anew for each. The transform must keep the size. */
export class RandomApply extends PictureTransform {
  readonly transform: PictureTransform;
  readonly probability: number;

  /**
   * @param probability how many of the pictures are changed, from 0 to 1. Default 0.5.
   * @throws SimilarityError OUT_OF_RANGE
   */
  constructor(transform: PictureTransform, probability = 0.5) {
    super();
    this.transform = transform;
    this.probability = checkRange('probability', probability, 0, 1);
  }

  override change(picture: Raster, random: Random): Raster {
    return random.next() < this.probability ? this.transform.change(picture, random) : picture;
  }
}

/** Several transforms, one after the other. */
export class TransformSequence extends PictureTransform {
  readonly transforms: readonly PictureTransform[];

  constructor(transforms: readonly PictureTransform[]) {
    super();
    this.transforms = transforms;
  }

  override change(picture: Raster, random: Random): Raster {
    return this.transforms.reduce((changed, transform) => transform.change(changed, random), picture);
  }
}
