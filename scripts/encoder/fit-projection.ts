/**
 * Fits the built-in projection on folders of photos, judges it on labelled ones that it was not fitted on, and writes
 * `resources/projection-builtin.{json,bin}`.
 *
 * Usage: `npm run fit:projection -- --fit DIR [--fit DIR…] --judge DIR [--dimensions 256] [--whitening 0.25]
 * [--steadiness 1] [--dry-run]`. In the judged folder each sub-folder's name is the label of the pictures in it.
 */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import sharp, { type Sharp } from 'sharp';
import { createEncoder } from '../../src/compute/encoder.ts';
import {
  BUILTIN_PROJECTION,
  createProjection,
  packProjection,
  unpackProjection,
  type Projection,
  type ProjectionHeader,
  type Smoothing,
} from '../../src/compute/projection.ts';
import { judgeCopies } from './copies.ts';
import { fitProjection, type CopyPair, type FitOptions } from './fit.ts';
import { cosine, judge, pairsAbove, resultsAbove } from './judge.ts';
import { encodeAll, listPictures, mirrored } from './pictures.ts';
import { RECIPE } from './recipe.ts';
import { judgeHeldOut, judgeInLibrary, rankAll } from './searched.ts';

/** Share of the pairs of unrelated pictures that score below `relatedScore`. */
const UNRELATED_QUANTILE = 0.99;
const FOLDS = 5;
/** What a smoothed cosine of 1 scores; plain ones above it, such as of cropped copies, are not overtaken. */
const CEILING = 0.65;
/** Pictures of each kind of folder of which copies are made. */
const COPIES = 100;

const { values: args } = parseArgs({
  options: {
    fit: { type: 'string', multiple: true },
    judge: { type: 'string' },
    dimensions: { type: 'string', default: '256' },
    whitening: { type: 'string', default: '0.25' },
    steadiness: { type: 'string', default: '1' },
    'dry-run': { type: 'boolean', default: false },
  },
});
if (args.fit === undefined || args.judge === undefined) throw new Error('name the folders: --fit DIR --judge DIR');

/** Of the encoder's blocks, in its order: the first finds places and textures, and copies; the others, kinds of objects. */
const BLOCK_WEIGHTS = [1.4, 1, 1];
const options: FitOptions = {
  dimensions: Number(args.dimensions),
  blocks: RECIPE.channels.map((size, index) => ({ size, weight: BLOCK_WEIGHTS[index] ?? 1 })),
  whitening: Number(args.whitening),
  steadiness: Number(args.steadiness),
};
const encoder = await createEncoder();
const open = (files: readonly string[]): (() => Sharp)[] => files.map((file) => () => sharp(file));
const fitFiles = await listPictures(args.fit);
const plain = await encodeAll(encoder, open(fitFiles));
const mirrors = await encodeAll(encoder, open(fitFiles), mirrored);
const small = fitFiles.map((file) => () => smallJpeg(file, 95));
const smallPictures = await encodeAll(encoder, small);
const smallCopies = await encodeAll(
  encoder,
  small.map((picture) => async () => sharp(await (await picture()).jpeg({ quality: 40 }).toBuffer())),
);
const fitted = fitFiles.map((_, index): Fitted => {
  const at = (rows: readonly Float32Array[]): Float32Array => rows[index] as Float32Array;
  return { rows: [at(plain), at(mirrors)], copy: [at(smallPictures), at(smallCopies)] };
});
const judgedFiles = await listPictures([args.judge]);
const judged = await encodeAll(encoder, open(judgedFiles));

const unrelated = await scoresOfUnrelated(fitted);
const { relatedScore } = unrelated;
const { projection, header, bytes } = fit(fitted, relatedScore, { ceiling: CEILING, relatedScore: unrelated.smoothed });
console.log(`related from ${relatedScore}, smoothed from ${unrelated.smoothed}`);
await report();
await encoder.close();
if (!args['dry-run']) {
  const target = path.resolve(import.meta.dirname, '../../resources', BUILTIN_PROJECTION);
  await writeFile(`${target}.bin`, bytes);
  await writeFile(`${target}.json`, `${JSON.stringify(header, null, 2)}\n`);
  console.log(`written: ${path.relative(process.cwd(), target)}.{json,bin}, id ${header.id}`);
}

/** Features of a picture of the fit. */
interface Fitted {
  /** Of it and of its mirror image: twice the pictures, and left and right weigh the same. */
  readonly rows: readonly [Float32Array, Float32Array];
  /** Of it made small, and of that after JPEG at quality 40: what a picture goes through in chats and on pages. */
  readonly copy: CopyPair;
}

/** 150 pixels on the short side: there the blocks of JPEG, 8 pixels wide, are largest against the picture. */
async function smallJpeg(file: string, quality: number): Promise<Sharp> {
  const picture = sharp(file).autoOrient().resize({ width: 150, height: 150, fit: 'outside' });
  return sharp(await picture.jpeg({ quality }).toBuffer());
}

/** Fits, and reads back what is written, so that what is judged is what is shipped. */
function fit(
  pictures: readonly Fitted[],
  score: number,
  smoothing: Smoothing,
): { projection: Projection; header: ProjectionHeader; bytes: Uint8Array } {
  const rows = pictures.flatMap((picture) => picture.rows);
  const pairs = pictures.map((picture) => picture.copy);
  const bytes = packProjection(fitProjection(rows, pairs, options));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const { dimensions } = options;
  const header: ProjectionHeader = {
    id: `builtin-${dimensions}-${sha256.slice(0, 8)}`,
    name: `Built-in, ${dimensions} values`,
    features: encoder.featureSize,
    dimensions,
    relatedScore: score,
    smoothing,
    sha256,
  };
  const projection = createProjection(header, unpackProjection(bytes, header.features, dimensions));
  return { projection, header, bytes };
}

/**
 * The score, plain and smoothed, that {@link UNRELATED_QUANTILE} of the pairs of different pictures stay under. All pictures of the fit are of
 * different kinds. Each fold is scored by a projection fitted on the others: whitening pulls apart what it has seen.
 */
async function scoresOfUnrelated(pictures: readonly Fitted[]): Promise<{ relatedScore: number; smoothed: number }> {
  const scores: number[] = [];
  const smoothed: number[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const seen = pictures.filter((_, index) => index % FOLDS !== fold);
    const unseen = pictures.filter((_, index) => index % FOLDS === fold);
    const { projection: ofOthers } = fit(seen, 0, { ceiling: CEILING, relatedScore: 0 });
    const vectors = unseen.map(({ rows: [picture] }) => ofOthers.project(picture));
    for (const [i, a] of vectors.entries()) for (const b of vectors.slice(0, i)) scores.push(cosine(a, b));
    for (const ranking of await rankAll(vectors, CEILING)) smoothed.push(...ranking.map(({ score }) => score));
  }
  const quantile = (values: number[]): number => {
    const sorted = values.sort((a, b) => a - b);
    return Number((sorted[Math.floor(UNRELATED_QUANTILE * sorted.length)] ?? 1).toFixed(3));
  };
  return { relatedScore: quantile(scores), smoothed: quantile(smoothed) };
}

async function report(): Promise<void> {
  const labels = judgedFiles.map((file) => path.basename(path.dirname(file)));
  const vectors = judged.map((row) => projection.project(row));
  console.table({
    'by vector alone': judge(vectors, labels),
    'smoothed, pictures of the library': await judgeInLibrary(vectors, labels, CEILING),
    'smoothed, pictures that are not in it': await judgeHeldOut(vectors, labels, CEILING, FOLDS),
  });
  console.table({ [relatedScore]: pairsAbove(vectors, labels, relatedScore) });
  console.table({ [relatedScore]: resultsAbove(vectors, labels, relatedScore) });
  const files = [...judgedFiles, ...fitFiles];
  const originals = [...judged, ...plain];
  for (const [folder, start, end] of [
    ['judged', 0, judged.length],
    ['fitted', judged.length, files.length],
  ] as const) {
    const step = Math.max(1, (end - start) / COPIES);
    const chosen = Array.from({ length: Math.min(COPIES, end - start) }, (_, i) => start + Math.floor(i * step));
    console.log(`copies of ${folder} pictures, looked up among all ${files.length}`);
    console.table(await judgeCopies(encoder, projection, files, originals, chosen));
  }
}
