import { writeRepeatedDrawings } from '../fixtures/pictures.ts';

/** Writes `count` JPEGs of 7 megapixels, of some drawings over and over. */
export async function writeBigFolder(folder: string, count: number, different = 8): Promise<void> {
  await writeRepeatedDrawings(folder, count, { width: 3072, height: 2304, different });
}
