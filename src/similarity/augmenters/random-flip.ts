import { checkRange, unknownName } from '../checks.ts';
import type { Random } from '../random.ts';
import { PictureTransform, type Raster } from './picture-transform.ts';

export type FlipDirection = 'horizontal' | 'vertical';

export interface RandomFlipOptions {
  /** `horizontal` swaps left and right, `vertical` top and bottom. Default `horizontal`. */
  readonly direction?: FlipDirection;
  /** How many of the pictures are flipped, from 0 to 1. Default 0.5. */
  readonly probability?: number;
}

/** Mirrors some of the pictures. */
export class RandomFlip extends PictureTransform {
  readonly direction: FlipDirection;
  readonly probability: number;

  /** @throws SimilarityError OUT_OF_RANGE or UNKNOWN_NAME */
  constructor({ direction = 'horizontal', probability = 0.5 }: RandomFlipOptions = {}) {
    super();
    const known: readonly FlipDirection[] = ['horizontal', 'vertical'];
    if (!known.includes(direction)) throw unknownName('direction', direction, known);
    this.direction = direction;
    this.probability = checkRange('probability', probability, 0, 1);
  }

  override change(picture: Raster, random: Random): Raster {
    if (random.next() >= this.probability) return picture;
    const { height, width, channels, values } = picture;
    const flipped = new Float32Array(values.length);
    // Whole rows from top to bottom, or the pixels of each row from left to right.
    const [runs, each, length] =
      this.direction === 'vertical' ? [1, height, width * channels] : [height, width, channels];
    for (let run = 0; run < runs; run++) {
      for (let i = 0; i < each; i++) {
        const from = (run * each + i) * length;
        flipped.set(values.subarray(from, from + length), (run * each + each - 1 - i) * length);
      }
    }
    return { ...picture, values: flipped };
  }
}
