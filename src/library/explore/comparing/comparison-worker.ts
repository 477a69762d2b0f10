/** A thread that measures and compares pictures. Started by `comparison-thread.ts`. */
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { thumbnailPath } from '../../../contract/thumbnail-path.ts';
import { answerQuestions } from '../../threads/asked-thread.ts';
import type { ComparisonAnswer, ComparisonQuestion, ComparisonTask } from './comparison-thread.ts';
import { drawDifference, luma } from './difference-image.ts';
import type { GreyGrid } from './grey-grid.ts';
import { layOn } from './picture-alignment.ts';
import { SHARPNESS_SIDE, sharpnessOf } from './sharpness.ts';

sharp.concurrency(1);
sharp.cache(false);

const { thumbs } = workerData as ComparisonTask;

/** Cells a side that thumbnails are laid on each other by. On 64 of whole grey levels, a crop of a drawing with few details was off by 0.05. */
const SIDE = 256;

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
  const [from, to] = await Promise.all([grey(a), grey(b)]);
  return from && to && (layOn(from, to, pixels)?.matrix ?? null);
}

/** A thumbnail on a square grid; null where there is none, or none that can be read. */
async function grey(hash: string): Promise<GreyGrid | null> {
  try {
    const levels = await sharp(join(thumbs, thumbnailPath(hash)))
      .resize(SIDE, SIDE, { fit: 'fill' })
      .greyscale()
      .raw()
      .toBuffer();
    return { side: SIDE, values: Float32Array.from(levels) };
  } catch {
    return null;
  }
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
