import { checkRange } from '../checks.ts';
import { mapValues, PictureTransform, type Raster } from './picture-transform.ts';

/** Turns what is bright into its negative. */
export class Solarize extends PictureTransform {
  readonly threshold: number;

  /**
   * @param threshold values from here on are inverted; from 0 to 1, Default 0.5: that of BYOL and of the Barlow twins
   * @throws SimilarityError OUT_OF_RANGE
   */
  constructor(threshold = 0.5) {
    super();
    this.threshold = checkRange('threshold', threshold, 0, 1);
  }

  override change(picture: Raster): Raster {
    return mapValues(picture, (value) => (value < this.threshold ? value : 1 - value));
  }
}
