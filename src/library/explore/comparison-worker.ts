/** A thread that measures and compares pictures. Started by `comparison-thread.ts`. */
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { thumbnailPath } from '../../contract/thumbnail-path.ts';
import { answerQuestions } from '../asked-thread.ts';
import type { ComparisonAnswer, ComparisonQuestion, ComparisonTask } from './comparison-thread.ts';
import { drawDifference, luma } from './difference-image.ts';
import { layOn } from './picture-alignment.ts';
import { PixelReader } from './picture-pixels.ts';
import { SHARPNESS_SIDE, sharpnessOf } from './sharpness.ts';

sharp.concurrency(1);
sharp.cache(false);

const { thumbs } = workerData as ComparisonTask;
const reader = new PixelReader(thumbs);

async function sharpness(hash: string): Promise<number | null> {
  try {
    const { data, info } = await sharp(join(thumbs, thumbnailPath(hash)))
      .resize(SHARPNESS_SIDE, SHARPNESS_SIDE, { fit: 'inside' })
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return sharpnessOf({ width: info.width, height: info.height, values: data });
  } catch {
    // the cache has lost it, or it is damaged: the next look at the library makes it anew
    return null;
  }
}

async function alignment({ a, b, pixels }: Extract<ComparisonQuestion, { type: 'alignment' }>) {
  const [from, to] = await Promise.all([reader.read(a), reader.read(b)]);
  return from && to ? (layOn(from.grey, to.grey, pixels)?.matrix ?? null) : null;
}

async function difference({ a, b, pixels, target }: Extract<ComparisonQuestion, { type: 'difference' }>) {
  const laid = layOn(luma(a), luma(b), pixels);
  if (laid === null) return null;
  const { rgba, share } = drawDifference(a, b, laid);
  const aside = `${target}.tmp`;
  await mkdir(dirname(target), { recursive: true });
  await sharp(rgba, { raw: { width: b.side, height: b.side, channels: 4 } })
    .png()
    .toFile(aside);
  await rename(aside, target);
  return { share, alignment: laid.matrix };
}

answerQuestions(parentPort, async (question: ComparisonQuestion): Promise<ComparisonAnswer> => {
  switch (question.type) {
    case 'sharpness':
      return { sharpness: await Promise.all(question.hashes.map(sharpness)) };
    case 'alignment':
      return { alignment: await alignment(question) };
    case 'difference':
      return { drawn: await difference(question) };
  }
});
