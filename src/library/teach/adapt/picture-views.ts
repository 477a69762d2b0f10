import { createRandom } from '../../../similarity/random.ts';

/** Width by height of a crop, as SimCLR draws it (Chen et al., 2020, https://arxiv.org/abs/2002.05709). */
const ASPECT = { least: 3 / 4, most: 4 / 3 } as const;

export interface ViewOptions {
  /** How many. */
  readonly count: number;
  /** Shares of the picture's area that a view shows, 0–1. */
  readonly area: { readonly least: number; readonly most: number };
  /** The same seed draws the same views. */
  readonly seed: number;
}

/**
 * Views of a picture: crops at random, brought back to its size, half of them mirrored. Colours stay, since they are what many pictures
 * are alike by.
 *
 * @param pixels `side`² × 3 bytes
 * @returns each the same size
 */
export async function pictureViews(
  pixels: Uint8Array,
  side: number,
  { count, area: { least, most }, seed }: ViewOptions,
): Promise<Uint8Array[]> {
  // loaded when it is needed: the service starts without it, and files are decoded elsewhere
  const { default: sharp } = await import('sharp');
  const random = createRandom(seed);
  const views: Uint8Array[] = [];
  for (let view = 0; view < count; view++) {
    const area = random.between(least, most);
    const aspect = Math.exp(random.between(Math.log(ASPECT.least), Math.log(ASPECT.most)));
    const width = Math.min(side, Math.round(side * Math.sqrt(area * aspect)));
    const height = Math.min(side, Math.round(side * Math.sqrt(area / aspect)));
    const place = { left: random.below(side - width + 1), top: random.below(side - height + 1), width, height };
    const picture = sharp(pixels, { raw: { width: side, height: side, channels: 3 } });
    const cropped = picture.extract(place).resize(side, side, { fit: 'fill' });
    const data = await (random.below(2) === 0 ? cropped : cropped.flop()).raw().toBuffer();
    views.push(new Uint8Array(data));
  }
  return views;
}
