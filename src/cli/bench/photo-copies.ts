import { readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { createRandom } from '../../similarity/random.ts';

/** What people and programs do to a photo; the first five leave what it shows as it is. */
export const COPY_KINDS = [
  'resized',
  'recompressed',
  'webp',
  'stripped',
  'screenshot',
  'cropped',
  'turned',
  'mirrored',
  'brightness',
  'grey',
  'framed',
  'written',
] as const;
export type CopyKind = (typeof COPY_KINDS)[number];

/** Kinds that leave what a photo shows as it is. */
export const WHOLE_KINDS: ReadonlySet<CopyKind> = new Set(COPY_KINDS.slice(0, 5));

/** What a large photo is shrunk to first, pixels a side. */
const MOST = 1600;

const SCALES = [0.25, 0.5, 0.75, 1.5, 2];
const QUALITIES = [20, 35, 50, 70, 95];

interface Source {
  readonly image: () => Sharp;
  readonly width: number;
  readonly height: number;
  /** Chooses amounts: another one for each photo. */
  readonly seed: number;
}

/** Twelve copies of a photo, each made in another way; by how much is drawn from `seed`. */
export async function copiesOf(path: string, seed: number): Promise<Map<CopyKind, Buffer>> {
  const upright = sharp(await readFile(path))
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb');
  const shrunk = upright.resize(MOST, MOST, { fit: 'inside', withoutEnlargement: true }).raw();
  const { data, info } = await shrunk.toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const image = (): Sharp => sharp(data, { raw: { width, height, channels: 3 } });
  const made = new Map<CopyKind, Buffer>();
  for (const kind of COPY_KINDS) made.set(kind, await MAKERS[kind]({ image, width, height, seed }).toBuffer());
  return made;
}

const MAKERS: Record<CopyKind, (source: Source) => Sharp> = {
  resized: (source) => scaled(source, SCALES[source.seed % SCALES.length] ?? 1).jpeg({ quality: 90 }),
  recompressed: ({ image, seed }) => image().jpeg({ quality: QUALITIES[seed % QUALITIES.length] ?? 50 }),
  webp: ({ image }) => image().webp({ quality: 80 }),
  stripped: ({ image }) => image().jpeg({ quality: 92 }),
  screenshot: (source) => scaled(source, 0.63, 'nearest').png(),
  cropped: ({ image, width, height, seed }) => {
    const random = createRandom(seed);
    const kept = 0.95 - 0.15 * random.next();
    const [wide, high] = [Math.round(kept * width), Math.round(kept * height)];
    const [left, top] = [Math.floor(random.next() * (width - wide)), Math.floor(random.next() * (height - high))];
    return image().extract({ left, top, width: wide, height: high }).jpeg({ quality: 88 });
  },
  turned: ({ image, seed }) =>
    image()
      .rotate(seed % 2 === 0 ? 270 : 90)
      .jpeg({ quality: 88 }),
  mirrored: ({ image }) => image().flop().jpeg({ quality: 88 }),
  brightness: ({ image, seed }) =>
    image()
      .linear(seed % 2 === 0 ? 0.7 : 1.3, 0)
      .jpeg({ quality: 88 }),
  grey: ({ image }) => image().greyscale().jpeg({ quality: 88 }),
  framed: ({ image, width, height, seed }) => {
    const border = Math.max(1, Math.round(Math.min(width, height) * (0.03 + 0.05 * createRandom(seed).next())));
    const background = seed % 3 === 0 ? '#101010' : '#ffffff';
    return image()
      .extend({ top: border, bottom: border, left: border, right: border, background })
      .jpeg({ quality: 88 });
  },
  written: ({ image, width, height, seed }) => {
    const y = height * (0.3 + 0.6 * createRandom(seed).next());
    const style = `font-size="${Math.round(height / 8)}" font-family="sans-serif" fill="white" stroke="black"`;
    const text = `<text x="${0.06 * width}" y="${y}" ${style}>Holiday 20${10 + (seed % 15)}</text>`;
    const input = Buffer.from(`<svg width="${width}" height="${height}">${text}</svg>`);
    return image().composite([{ input }]).jpeg({ quality: 88 });
  },
};

function scaled({ image, width, height }: Source, scale: number, kernel?: 'nearest'): Sharp {
  const [wide, high] = [Math.max(8, Math.round(scale * width)), Math.max(8, Math.round(scale * height))];
  return image().resize(wide, high, { fit: 'fill', ...(kernel && { kernel }) });
}
