/**
 * Deep teaching against a head alone, on photos in a folder a class: `node scripts/teaching/measure-deep.ts FOLDER --each 24`.
 * The others are the unseen: they ask, all pictures answer. A row a seed and one of means; `docs/teaching.md` has the table. With
 * `--left 2` two classes are taught by nobody, and ask as well.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { builtinModel } from '../../src/compute/encoder.ts';
import { ENCODER_SIDE } from '../../src/compute/preprocess.ts';
import { loadProjection, loadProjectionWeights } from '../../src/compute/projection.ts';
import { DeepFit } from '../../src/compute/training/deep/deep-fit.ts';
import type { DeepTask } from '../../src/compute/training/deep/deep-task.ts';
import { readOnnxGraph, withWeights } from '../../src/compute/training/deep/onnx-graph.ts';
import { fitHead } from '../../src/compute/training/fit-head.ts';
import type { HeadWeights } from '../../src/compute/training/head.ts';
import { applyHead } from '../../src/library/teach/apply-head.ts';
import { chooseSettings } from '../../src/library/teach/choose-settings.ts';
import { searchedRows } from '../../src/library/teach/searched-rows.ts';
import { trainHead } from '../../src/library/teach/train-head.ts';
import { rankedSearch } from '../../src/library/search/ranked-search.ts';
import { createRandom, useBackend } from '../../src/similarity/index.ts';
import { encoderPixels, listPictures } from '../encoder/pictures.ts';
import { judgeRankings } from '../encoder/judge.ts';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    each: { type: 'string', default: '24' },
    seeds: { type: 'string', default: '1,2,3' },
    blocks: { type: 'string', default: '1' },
    steps: { type: 'string', default: '100' },
    rate: { type: 'string', default: '2e-5' },
    pull: { type: 'string', default: '10' },
    views: { type: 'string', default: '4' },
    loss: { type: 'string', default: 'multisim_loss' },
    /** The head that the encoder is trained with begins as the one that is taught alone, or as none. */
    from: { type: 'string', default: 'head' },
    /** Share of the labels that the tuning does not see: the program judges by them. The last head is taught all. */
    held: { type: 'string', default: '0' },
    /** How far of the way from the encoder to what it was tuned to, 0 to 1, beside all of it: "0.5,0.25". */
    shares: { type: 'string', default: '' },
    /** Classes without a label. */
    left: { type: 'string', default: '0' },
  },
});

const projection = loadProjection();
const ceiling = projection.smoothing?.ceiling ?? null;
const encoder = new Uint8Array(await readFile(builtinModel().model.file));
const paths = await listPictures(positionals);
const classOf = paths.map((file) => path.basename(path.dirname(file)));
const classes = [...new Set(classOf)];
const pixels = await Promise.all(paths.map((file) => encoderPixels(sharp(file))));

/** Vectors of all pictures by an encoder, before any head. */
async function baseVectors(model: Uint8Array): Promise<Float32Array> {
  const session = await InferenceSession.create(model);
  const rows: Float32Array[] = [];
  for (const picture of pixels) {
    const input = new Tensor('uint8', picture, [1, ENCODER_SIDE, ENCODER_SIDE, 3]);
    const result = await session.run({ pixels: input });
    rows.push(projection.project(result['features']?.data as Float32Array));
  }
  await session.release();
  const all = new Float32Array(rows.length * projection.dimensions);
  for (const [i, row] of rows.entries()) all.set(row, i * projection.dimensions);
  return all;
}

/** P@1 and mAP@10 of the unseen, plain and smoothed. */
async function quality(rows: Float32Array, unseen: readonly number[]): Promise<number[]> {
  const size = rows.length / paths.length;
  const result: number[] = [];
  for (const smoothed of [null, ceiling]) {
    const library = searchedRows(rows, size, smoothed);
    const rankings: number[][] = [];
    for (const id of unseen) {
      const vector = rows.subarray(id * size, (id + 1) * size);
      const asked = { vector, signature: null, without: new Set([id]), k: 10, exact: true };
      const { neighbors } = await rankedSearch(library, asked);
      rankings.push(neighbors.map((neighbor) => neighbor.id));
    }
    const { p1, map10 } = judgeRankings(
      rankings,
      classOf,
      unseen.map((id) => classOf[id] ?? ''),
    );
    result.push(p1, map10);
  }
  return result;
}

/** The head that the program would choose. */
function headOf(base: Float32Array, taught: readonly number[], each: number): Promise<HeadWeights> {
  const size = projection.dimensions;
  const rows = Float32Array.from(taught.flatMap((id) => [...base.subarray(id * size, (id + 1) * size)]));
  const labels = taught.map((id) => classes.indexOf(classOf[id] ?? ''));
  const groups = classes.map((name, id) => ({
    id,
    name,
    members: Array.from({ length: each }, (_, i) => i),
    refused: [],
  }));
  const trainer = {
    train: (task: Parameters<typeof fitHead>[0]) => fitHead(task, new AbortController().signal, () => undefined),
  };
  return trainHead({ rows, dimensions: size, labels }, chooseSettings(groups), trainer).then(({ weights }) => weights);
}

function identity(size: number): HeadWeights {
  const kernel = new Float32Array(size * size);
  for (let i = 0; i < size; i++) kernel[i * (size + 1)] = 1;
  return { kernel, bias: null };
}

async function deep(head: HeadWeights, taught: readonly number[], seed: number) {
  const settings = chooseSettings(classes.map((name, id) => ({ id, name, members: taught, refused: [] })));
  const task: DeepTask = {
    encoder,
    side: ENCODER_SIDE,
    blocks: Number(values.blocks),
    projection: loadProjectionWeights(),
    head,
    dimensions: projection.dimensions,
    views: Number(values.views),
    loss: values.loss,
    steps: Number(values.steps),
    learningRate: { encoder: Number(values.rate), head: Number(values.rate) },
    towardsStart: { encoder: Number(values.pull), head: 10 },
    trainedShare: 1,
    classesPerBatch: settings.training?.classesPerBatch ?? 6,
    examplesPerClassPerBatch: settings.training?.examplesPerClassPerBatch ?? 8,
    seed,
    heldOut: { every: 1000, patience: 1 },
  };
  const fit = await DeepFit.open(task);
  try {
    for (const id of taught) {
      const labels = Int32Array.of(classes.indexOf(classOf[id] ?? ''));
      await fit.add({ pixels: pixels[id] ?? new Uint8Array(), labels, heldOut: Uint8Array.of(0) });
    }
    return await fit.train(
      () => Promise.resolve(),
      () => undefined,
    );
  } finally {
    await fit.close();
  }
}

await useBackend('wasm');
const untaughtBase = await baseVectors(encoder);
const each = Number(values.each);
const size = projection.dimensions;
const table = new Map<string, number[][]>();

async function note(
  recipe: string,
  rows: Float32Array,
  asking: Readonly<Record<string, readonly number[]>>,
): Promise<void> {
  for (const [who, ids] of Object.entries(asking)) {
    if (ids.length === 0) continue;
    const row = await quality(rows, ids);
    const name = `${recipe}${who}`;
    table.set(name, [...(table.get(name) ?? []), row]);
    console.log(name.padEnd(46), row.map((value) => value.toFixed(3)).join('  '));
  }
}

/** One teaching and all that it is compared with. */
async function measure(seed: number): Promise<void> {
  const random = createRandom(seed);
  const left = new Set(random.sample(classes, Number(values.left)));
  const taughtClasses = classes.filter((name) => !left.has(name));
  const ids = paths.map((_, id) => id);
  const drawn = taughtClasses.map((name) =>
    random.sample(
      ids.filter((id) => classOf[id] === name),
      each,
    ),
  );
  const taught = drawn.flat();
  const tuning = drawn.flatMap((some) => some.slice(Math.round(each * Number(values.held))));
  const asking = {
    '': ids.filter((id) => !left.has(classOf[id] ?? '') && !taught.includes(id)),
    ', classes without a label': ids.filter((id) => left.has(classOf[id] ?? '')),
  };
  await note('untaught', untaughtBase, asking);
  await note('head', applyHead(await headOf(untaughtBase, taught, each), untaughtBase, size), asking);
  const start = values.from === 'head' ? await headOf(untaughtBase, tuning, each) : identity(size);
  const started = performance.now();
  const { encoder: tuned, head: tunedHead, losses } = await deep(start, tuning, seed);
  const seconds = (performance.now() - started) / 1000;
  console.log(`${seconds.toFixed(0)} s, loss ${losses[0]?.toFixed(3) ?? ''} to ${losses.at(-1)?.toFixed(3) ?? ''}`);
  const tunedBase = await baseVectors(tuned);
  await note('tuned encoder, no head', tunedBase, asking);
  await note('deep', applyHead(tunedHead, tunedBase, size), asking);
  if (tuning.length < taught.length) {
    await note(
      'deep, head of the same anew',
      applyHead(await headOf(tunedBase, tuning, each), tunedBase, size),
      asking,
    );
  }
  await note('deep, head taught anew', applyHead(await headOf(tunedBase, taught, each), tunedBase, size), asking);
  for (const share of values.shares.split(',').filter(Boolean).map(Number)) {
    const base = await baseVectors(between(tuned, share));
    await note(`the same, ${share} of the way`, applyHead(await headOf(base, taught, each), base, size), asking);
  }
}

/** Between the encoder and what it was tuned to, weight by weight. */
function between(tuned: Uint8Array, share: number): Uint8Array {
  const from = readOnnxGraph(encoder).weights;
  const changed = [...readOnnxGraph(tuned).weights].map(([name, { values: to }]): [string, Float32Array] => [
    name,
    to.map((value, i) => (1 - share) * (from.get(name)?.values[i] ?? value) + share * value),
  ]);
  return withWeights(encoder, new Map(changed));
}

for (const seed of values.seeds.split(',').map(Number)) await measure(seed);
console.log(`mean of seeds ${values.seeds}, ${each} labels a class: P@1 and mAP@10 by plain cosines, then smoothed`);
for (const [recipe, rows] of table) {
  const mean = rows[0]?.map((_, i) => rows.reduce((sum, row) => sum + (row[i] ?? 0), 0) / rows.length) ?? [];
  console.log(recipe.padEnd(46), mean.map((value) => value.toFixed(3)).join('  '));
}
