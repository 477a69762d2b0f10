import { copyFile, mkdir, readdir } from 'node:fs/promises';
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
