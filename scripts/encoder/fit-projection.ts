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
import sharp from 'sharp';
import { createEncoder } from '../../src/compute/encoder.ts';
import {
  BUILTIN_PROJECTION,
  createProjection,
  packProjection,
  unpackProjection,
  type Projection,
  type ProjectionHeader,
} from '../../src/compute/projection.ts';
import { fitProjection, type FitOptions } from './fit.ts';
import { cosine, judge, pairsAbove } from './judge.ts';
import { encodeAll, listPictures } from './pictures.ts';
import { RECIPE } from './recipe.ts';

/** Share of the pairs of unrelated pictures that score below `relatedScore`. */
const UNRELATED_QUANTILE = 0.99;
const FOLDS = 5;

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
const features = async (files: readonly string[]): Promise<Float32Array[]> =>
  encodeAll(
    encoder,
    files.map((file) => () => sharp(file)),
  );
const fitted = await features(await listPictures(args.fit));
const judgedFiles = await listPictures([args.judge]);
const judged = await features(judgedFiles);
await encoder.close();

const relatedScore = Number(scoreOfUnrelated(fitted).toFixed(3));
const { projection, header, bytes } = fit(fitted, relatedScore);
report();
if (!args['dry-run']) {
  const target = path.resolve(import.meta.dirname, '../../resources', BUILTIN_PROJECTION);
  await writeFile(`${target}.bin`, bytes);
  await writeFile(`${target}.json`, `${JSON.stringify(header, null, 2)}\n`);
  console.log(`written: ${path.relative(process.cwd(), target)}.{json,bin}, id ${header.id}`);
}

/** Fits, and reads back what is written, so that what is judged is what is shipped. */
function fit(
  rows: readonly Float32Array[],
  score: number,
): { projection: Projection; header: ProjectionHeader; bytes: Uint8Array } {
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
function scoreOfUnrelated(rows: readonly Float32Array[]): number {
  const scores: number[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const seen = rows.filter((_, index) => index % FOLDS !== fold);
    const unseen = rows.filter((_, index) => index % FOLDS === fold);
    const { projection: ofOthers } = fit(seen, 0);
    const vectors = unseen.map((row) => ofOthers.project(row));
    for (const [i, a] of vectors.entries()) for (const b of vectors.slice(0, i)) scores.push(cosine(a, b));
  }
  scores.sort((a, b) => a - b);
  return scores[Math.floor(UNRELATED_QUANTILE * scores.length)] ?? 1;
}

function report(): void {
  const labels = judgedFiles.map((file) => path.basename(path.dirname(file)));
  const vectors = judged.map((row) => projection.project(row));
  const { p1, p10, map10 } = judge(vectors, labels);
  const { precision, recall, falseShare } = pairsAbove(vectors, labels, relatedScore);
  console.table({
    [header.id]: { pictures: judged.length, 'P@1': p1, 'P@10': p10, 'mAP@10': map10 },
  });
  console.table({
    [relatedScore]: { precision, recall, 'unrelated pairs above': falseShare },
  });
}
