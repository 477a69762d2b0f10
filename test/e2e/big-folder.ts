import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawing } from '../fixtures/pictures.ts';

/**
 * Writes `count` JPEGs of 7 megapixels that take a while to index, and little to make: some drawings (eight) over and over, each
 * file with other bytes after its end, which a decoder ignores and a content hash does not.
 */
export async function writeBigFolder(folder: string, count: number, different = 8): Promise<void> {
  await mkdir(folder, { recursive: true });
  const drawings = await Promise.all(
    Array.from({ length: different }, (_, i) =>
      drawing(1000 + i, 3072, 2304)
        .jpeg({ quality: 80 })
        .toBuffer(),
    ),
  );
  for (let i = 0; i < count; i++) {
    const bytes = drawings[i % different] ?? Buffer.alloc(0);
    await writeFile(
      join(folder, `big-${String(i).padStart(4, '0')}.jpg`),
      Buffer.concat([bytes, Buffer.from(`#${i}`)]),
    );
  }
}
