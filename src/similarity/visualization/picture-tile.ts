import { escapeMarkup } from './markup.ts';
import type { EmbeddedPicture } from './picture.ts';

export interface Tile {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  /** What the picture shows, to who cannot see it. */
  readonly name: string;
  /** Undefined where there is none: an empty place is drawn. */
  readonly picture: EmbeddedPicture | undefined;
  /** Class of the border. */
  readonly border: 'frame' | 'same' | 'other';
}

/** A picture fitted into a square with a border, without blurring one that is enlarged. */
export function pictureTile({ x, y, size, name, picture, border }: Tile): string {
  const outline = `<rect class="${border}" x="${x}" y="${y}" width="${size}" height="${size}"/>`;
  if (picture === undefined) {
    const middle = `x="${x + size / 2}" y="${y + size / 2}" text-anchor="middle" dominant-baseline="middle"`;
    return `${outline}<text class="faint" ${middle}>no picture</text>`;
  }
  const rendering = Math.max(picture.width, picture.height) < size ? ' style="image-rendering: pixelated"' : '';
  return `<image role="img" aria-label="${escapeMarkup(name)}" x="${x}" y="${y}" width="${size}" height="${size}"\
${rendering} href="${picture.url}"/>${outline}`;
}
