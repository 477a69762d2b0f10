/**
 * Fits the built-in projection on folders of photos, judges it on labelled ones that it was not fitted on, and writes
 * `resources/projection-builtin.{json,bin}`.
 *
 * Usage: `npm run fit:projection -- --fit DIR [--fit DIR…] --judge DIR [--dimensions 256] [--dry-run]`. In the judged
 * folder each sub-folder's name is the label of the pictures in it.
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
} from '../../src/compute/projection.ts';
import { judgeCopies } from './copies.ts';
import { fitProjection, type FitOptions } from './fit.ts';
import { cosine, judge, pairsAbove, resultsAbove } from './judge.ts';
import { encodeAll, listPictures, mirrored } from './pictures.ts';
import { RECIPE } from './recipe.ts';

/** Share of the pairs of unrelated pictures that score below `relatedScore`. */
const UNRELATED_QUANTILE = 0.99;
const FOLDS = 5;
/** Pictures of which copies are made. */
const COPIES = 100;

const { values: args } = parseArgs({
  options: {
    fit: { type: 'string', multiple: true },
    judge: { type: 'string' },
    dimensions: { type: 'string', default: '256' },
    'dry-run': { type: 'boolean', default: false },
  },
});
if (args.fit === undefined || args.judge === undefined) throw new Error('name the folders: --fit DIR --judge DIR');

const options: FitOptions = { dimensions: Number(args.dimensions), blocks: RECIPE.channels, whitening: 0.25 };
const encoder = await createEncoder();
const open = (files: readonly string[]): (() => Sharp)[] => files.map((file) => () => sharp(file));
const fitFiles = await listPictures(args.fit);
const fitted: Fitted[] = [];
const plain = await encodeAll(encoder, open(fitFiles));
const mirrors = await encodeAll(encoder, open(fitFiles), mirrored);
for (const [index, picture] of plain.entries()) fitted.push({ picture, mirror: mirrors[index] ?? picture });
const judgedFiles = await listPictures([args.judge]);
const judged = await encodeAll(encoder, open(judgedFiles));

const relatedScore = Number(scoreOfUnrelated(fitted).toFixed(3));
const { projection, header, bytes } = fit(fitted, relatedScore);
await report();
await encoder.close();
if (!args['dry-run']) {
  const target = path.resolve(import.meta.dirname, '../../resources', BUILTIN_PROJECTION);
  await writeFile(`${target}.bin`, bytes);
  await writeFile(`${target}.json`, `${JSON.stringify(header, null, 2)}\n`);
  console.log(`written: ${path.relative(process.cwd(), target)}.{json,bin}, id ${header.id}`);
}

/** Features of a picture of the fit, and of its mirror image: twice the pictures, and left and right weigh the same. */
interface Fitted {
  readonly picture: Float32Array;
  readonly mirror: Float32Array;
}

/** Fits, and reads back what is written, so that what is judged is what is shipped. */
function fit(
  pictures: readonly Fitted[],
  score: number,
): { projection: Projection; header: ProjectionHeader; bytes: Uint8Array } {
  const rows = pictures.flatMap(({ picture, mirror }) => [picture, mirror]);
  const bytes = packProjection(fitProjection(rows, options));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const { dimensions } = options;
  const header: ProjectionHeader = {
    id: `builtin-${dimensions}-${sha256.slice(0, 8)}`,
    name: `Built-in, ${dimensions} values`,
    features: encoder.featureSize,
    dimensions,
    relatedScore: score,
    sha256,
  };
  const projection = createProjection(header, unpackProjection(bytes, header.features, dimensions));
  return { projection, header, bytes };
}

/**
 * The score that {@link UNRELATED_QUANTILE} of the pairs of different pictures stay under. All pictures of the fit are of
 * different kinds. Each fold is scored by a projection fitted on the others: whitening pulls apart what it has seen.
 */
function scoreOfUnrelated(pictures: readonly Fitted[]): number {
  const scores: number[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const seen = pictures.filter((_, index) => index % FOLDS !== fold);
    const unseen = pictures.filter((_, index) => index % FOLDS === fold);
    const { projection: ofOthers } = fit(seen, 0);
    const vectors = unseen.map(({ picture }) => ofOthers.project(picture));
    for (const [i, a] of vectors.entries()) for (const b of vectors.slice(0, i)) scores.push(cosine(a, b));
  }
  scores.sort((a, b) => a - b);
  return scores[Math.floor(UNRELATED_QUANTILE * scores.length)] ?? 1;
}

async function report(): Promise<void> {
  const labels = judgedFiles.map((file) => path.basename(path.dirname(file)));
  const vectors = judged.map((row) => projection.project(row));
  console.table({ [header.id]: judge(vectors, labels) });
  console.table({ [relatedScore]: pairsAbove(vectors, labels, relatedScore) });
  console.table({ [relatedScore]: resultsAbove(vectors, labels, relatedScore) });
  const files = [...judgedFiles, ...fitFiles];
  console.table(await judgeCopies(encoder, projection, files, [...judged, ...plain], COPIES));
}
