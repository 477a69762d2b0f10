/** The views of a picture that are trained on: itself, and others drawn at random. */
import { RandomCropAndResize, RandomFlip, TransformSequence, createRandom } from '../../../similarity/index.ts';

/**
 * Crops of 60 % and more of the picture, mirrored or not. A smaller crop of a photo often shows none of what it was put into a
 * group for; colours stay, since they are what many groups are about.
 */
function augmentation(side: number): TransformSequence {
  const crop = { height: side, width: side, areaRange: [0.6, 1], interpolation: 'bilinear' } as const;
  return new TransformSequence([new RandomCropAndResize(crop), new RandomFlip()]);
}

/**
 * @param pixels one picture of `side`² × 3 bytes
 * @param views from 1; the first is the picture itself
 * @param seed the same seed draws the same views
 * @returns so many pictures, one after another
 */
export function viewsOf(pixels: Uint8Array, side: number, views: number, seed: number): Uint8Array {
  const all = new Uint8Array(views * pixels.length);
  all.set(pixels);
  if (views === 1) return all;
  const random = createRandom(seed);
  const augment = augmentation(side);
  const picture = { height: side, width: side, channels: 3, values: Float32Array.from(pixels, (byte) => byte / 255) };
  for (let view = 1; view < views; view++) {
    const { values } = augment.change(picture, random);
    all.set(
      Uint8Array.from(values, (value) => Math.round(value * 255)),
      view * pixels.length,
    );
  }
  return all;
}
