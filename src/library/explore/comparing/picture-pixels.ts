import { join } from 'node:path';
import sharp from 'sharp';
import { thumbnailPath } from '../../../contract/thumbnail-path.ts';
import { greyGrid, type GreyGrid } from './grey-grid.ts';

/** Cells a side that pictures are compared on. */
const SIDE = 64;

/** Pictures whose pixels are held, by each thread that compares: 4 kB each. */
const HELD = 4_000;

/** A picture as it is compared. */
export interface PicturePixels {
  readonly grey: GreyGrid;
  /** Mean distance of its colours from grey, in levels. */
  readonly chroma: number;
}

/** As it is held: a byte a cell. */
interface HeldPixels {
  readonly levels: Uint8Array;
  readonly chroma: number;
}

/** Pixels of pictures, from their thumbnails: decoded when they are asked for, and held for a while. */
export class PixelReader {
  readonly #thumbs: string;
  readonly #held = new Map<string, Promise<HeldPixels | null>>();

  constructor(thumbs: string) {
    this.#thumbs = thumbs;
  }

  /** Null where there is no thumbnail, or none that can be read. */
  async read(hash: string): Promise<PicturePixels | null> {
    const pixels = await this.#hold(hash);
    return pixels && { grey: greyGrid(pixels.levels), chroma: pixels.chroma };
  }

  #hold(hash: string): Promise<HeldPixels | null> {
    const held = this.#held.get(hash);
    // asked for again: it goes last
    this.#held.delete(hash);
    const pixels = held ?? readPixels(join(this.#thumbs, thumbnailPath(hash))).catch(() => null);
    this.#held.set(hash, pixels);
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= HELD) break;
      this.#held.delete(oldest);
    }
    return pixels;
  }
}

async function readPixels(path: string): Promise<HeldPixels> {
  const pixels = await sharp(path)
    .resize(SIDE, SIDE, { fit: 'fill' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer();
  const levels = new Uint8Array(SIDE * SIDE);
  const channels = pixels.length / levels.length;
  let chroma = 0;
  for (let i = 0; i < levels.length; i++) {
    const [r, g, b] = [0, 1, 2].map((c) => pixels[i * channels + (channels < 3 ? 0 : c)] ?? 0) as [
      number,
      number,
      number,
    ];
    levels[i] = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
    chroma += Math.max(r, g, b) - Math.min(r, g, b);
  }
  return { levels, chroma: chroma / levels.length };
}
