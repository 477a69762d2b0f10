import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawing } from '../fixtures/pictures.ts';

const DIFFERENT = 8;

/**
 * Writes `count` JPEGs of 7 megapixels that take a while to index, and little to make: eight drawings over and over, each
 * file with other bytes after its end, which a decoder ignores and a content hash does not.
 */
export async function writeBigFolder(folder: string, count: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const drawings = await Promise.all(
    Array.from({ length: DIFFERENT }, (_, i) =>
      drawing(1000 + i, 3072, 2304)
        .jpeg({ quality: 80 })
        .toBuffer(),
    ),
  );
  for (let i = 0; i < count; i++) {
    const bytes = drawings[i % DIFFERENT] ?? Buffer.alloc(0);
    await writeFile(
      join(folder, `big-${String(i).padStart(4, '0')}.jpg`),
      Buffer.concat([bytes, Buffer.from(`#${i}`)]),
    );
  }
}
