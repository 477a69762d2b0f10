import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import sharp from 'sharp';
import { nameKind } from '../../library/media/formats.ts';

const MADE = { width: 1600, height: 1200 } as const;

/**
 * A folder of pictures to measure with: copies of the first `size` pictures of `given`, or JPEGs of 1600 × 1200 made by code
 * (noise on gradients, so that their decoding costs what a photo's does).
 *
 * @returns their paths
 */
export async function benchPhotos(folder: string, given: string | null, size: number): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  return given === null ? makePhotos(folder, size) : gatherPhotos(folder, given, size);
}

async function gatherPhotos(folder: string, given: string, size: number): Promise<string[]> {
  const names = (await readdir(given, { recursive: true }))
    .sort()
    .filter((name) => nameKind(name.split('/').at(-1) ?? name) === 'picture');
  const paths: string[] = [];
  for (const [i, name] of names.slice(0, size).entries()) {
    const path = join(folder, `${String(i).padStart(6, '0')}${extname(name)}`);
    await copyFile(join(given, name), path);
    paths.push(path);
  }
  return paths;
}

async function makePhotos(folder: string, size: number): Promise<string[]> {
  const paths: string[] = [];
  for (let i = 0; i < size; i++) {
    const path = join(folder, `${String(i).padStart(6, '0')}.jpg`);
    const noise = sharp({
      create: {
        ...MADE,
        channels: 3,
        background: '#808080',
        noise: { type: 'gaussian', mean: 40 + ((i * 37) % 170), sigma: 10 + (i % 30) },
      },
    });
    await noise
      .blur(1 + (i % 5))
      .tint({ r: (i * 53) % 256, g: (i * 97) % 256, b: (i * 193) % 256 })
      .jpeg({ quality: 85 })
      .toFile(path);
    paths.push(path);
  }
  return paths;
}

/** Different pictures among small ones. */
const DIFFERENT = 256;

/** Writes `count` small JPEGs: some drawings over and over, each file with other bytes after its end, which a content hash sees. */
export async function smallPhotos(folder: string, count: number): Promise<void> {
  const drawings: Buffer[] = [];
  for (let i = 0; i < Math.min(DIFFERENT, count); i++) {
    const noise = { type: 'gaussian', mean: 60 + ((i * 37) % 130), sigma: 20 + (i % 60) } as const;
    const drawing = sharp({ create: { width: 40, height: 30, channels: 3, background: '#808080', noise } });
    const tint = { r: (i * 53) % 256, g: (i * 97) % 256, b: (i * 193) % 256 };
    drawings.push(await drawing.tint(tint).resize(320, 240).jpeg({ quality: 70 }).toBuffer());
  }
  for (let i = 0; i < count; i++) {
    const bytes = drawings[i % drawings.length] ?? Buffer.alloc(0);
    await writeFile(join(folder, `${String(i).padStart(6, '0')}.jpg`), Buffer.concat([bytes, Buffer.from(`#${i}`)]));
  }
}
