import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { loadGraphModel, type GraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeEncoder, modelFolder } from '../../scripts/encoder/build-encoder.ts';
import { RECIPE, type Recipe } from '../../scripts/encoder/recipe.ts';
import { ENCODER_SIDE as SIDE } from '../../src/compute/preprocess.ts';

const BYTES = SIDE * SIDE * 3;

/** The pinned graph in TF.js, for pictures of any number and size. */
async function loadReference(): Promise<GraphModel> {
  const dist = path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  setWasmPaths(`${dist}/`);
  await tf.setBackend('wasm');
  const json = JSON.parse(await readFile(path.join(modelFolder(), RECIPE.source.graph.file), 'utf8')) as {
    modelTopology: { node: { op: string; attr: Record<string, unknown> }[] };
    weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
  };
  const input = json.modelTopology.node.find((node) => node.op === 'Placeholder');
  if (input !== undefined) input.attr['shape'] = { shape: { dim: [-1, -1, -1, 3].map((size) => ({ size })) } };
  const weights = await readFile(path.join(modelFolder(), RECIPE.source.weights.file));
  return loadGraphModel({
    load: () =>
      Promise.resolve({
        modelTopology: json.modelTopology,
        weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
        weightData: Uint8Array.from(weights).buffer,
      }),
  });
}

/** What the ONNX model is to compute, by TF.js: smoothed, run to the cut, averaged over space, joined. */
async function referenceFeatures(model: GraphModel, pictures: Uint8Array): Promise<Float32Array> {
  const features = tf.tidy(() => {
    const pixels = tf.tensor4d(Float32Array.from(pictures), [pictures.length / BYTES, SIDE, SIDE, 3]);
    const outputs = model.execute(smooth(pixels, RECIPE.smoothing), [...RECIPE.outputs]) as tf.Tensor[];
    return tf.concat(
      outputs.map((output) => tf.mean(output, [1, 2])),
      1,
    );
  });
  const values = Float32Array.from(await features.data());
  features.dispose();
  return values;
}

/** The outermost pixels go on beyond the edge, as `symmetric` has it for a border of one. */
function smooth(pixels: tf.Tensor4D, deviation: number): tf.Tensor4D {
  const side = Math.exp(-1 / (2 * deviation ** 2));
  const taps = [side, 1, side].map((tap) => tap / (1 + 2 * side));
  const kernel = taps.flatMap((y) => taps.flatMap((x) => [y * x, y * x, y * x]));
  const border: [number, number][] = [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ];
  return tf.depthwiseConv2d(tf.mirrorPad(pixels, border, 'symmetric'), tf.tensor4d(kernel, [3, 3, 3, 1]), 1, 'valid');
}

async function onnxFeatures(recipe: Recipe, pictures: Uint8Array): Promise<Float32Array> {
  const session = await InferenceSession.create(await makeEncoder(recipe), { intraOpNumThreads: 1 });
  const input = new Tensor('uint8', pictures, [pictures.length / BYTES, SIDE, SIDE, 3]);
  const { features } = await session.run({ pixels: input });
  await session.release();
  return Float32Array.from(features?.data as Float32Array);
}

/** Shapes on a gradient, a flat grey, noise, and stripes: smooth and rough, dark and bright. */
async function testPictures(): Promise<Uint8Array> {
  const shapes = Buffer.from(`<svg width="${SIDE}" height="${SIDE}"><defs><linearGradient id="g">
    <stop stop-color="#0a3060"/><stop offset="1" stop-color="#ffc040"/></linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#g)"/><circle cx="80" cy="90" r="50" fill="#c02020"/>
    <path d="M120 200 L200 60 L215 210 Z" fill="#20a040"/></svg>`);
  const stripes = Buffer.from(`<svg width="${SIDE}" height="${SIDE}"><defs><pattern id="p" width="14" height="9"
    patternUnits="userSpaceOnUse" patternTransform="rotate(30)"><rect width="7" height="9" fill="#fff"/></pattern></defs>
    <rect width="100%" height="100%"/><rect width="100%" height="100%" fill="url(#p)"/></svg>`);
  const drawn = await Promise.all([shapes, stripes].map((svg) => sharp(svg).removeAlpha().raw().toBuffer()));
  let state = 1;
  const noise = Uint8Array.from({ length: BYTES }, () => (state = (state * 1_103_515_245 + 12_345) >>> 0) >>> 24);
  return Buffer.concat([...drawn, new Uint8Array(BYTES).fill(128), noise]);
}

function cosines(a: Float32Array, b: Float32Array, size: number): number[] {
  return Array.from({ length: a.length / size }, (_, row) => {
    let [ab, aa, bb] = [0, 0, 0];
    for (let i = row * size; i < (row + 1) * size; i++) {
      const [x, y] = [a[i] ?? Number.NaN, b[i] ?? Number.NaN];
      ab += x * y;
      aa += x * x;
      bb += y * y;
    }
    return ab / Math.sqrt(aa * bb);
  });
}

describe('the encoder converted to ONNX', () => {
  const size = RECIPE.channels.reduce((sum, channels) => sum + channels, 0);
  let pictures: Uint8Array;
  let reference: Float32Array;

  beforeAll(async () => {
    pictures = await testPictures();
    reference = await referenceFeatures(await loadReference(), pictures);
  }, 60_000);

  it('gives the features that TF.js gives', async () => {
    const features = await onnxFeatures(RECIPE, pictures);
    expect(features.length).toBe((pictures.length / BYTES) * size);
    for (const cosine of cosines(features, reference, size)) expect(cosine).toBeGreaterThanOrEqual(0.9999);
  });

  it('gives features of the same length, not direction alone', async () => {
    const features = await onnxFeatures(RECIPE, pictures);
    const length = (values: Float32Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    expect(length(features) / length(reference)).toBeCloseTo(1, 2);
  });

  it('tells no picture from its mirror image where it averages the two', async () => {
    const mirrored = await Promise.all(
      Array.from({ length: pictures.length / BYTES }, (_, i) =>
        sharp(pictures.subarray(i * BYTES, (i + 1) * BYTES), { raw: { width: SIDE, height: SIDE, channels: 3 } })
          .flop()
          .raw()
          .toBuffer(),
      ),
    );
    const recipe = { ...RECIPE, mirror: true };
    const [plain, flopped] = [
      await onnxFeatures(recipe, pictures),
      await onnxFeatures(recipe, Buffer.concat(mirrored)),
    ];
    for (const cosine of cosines(plain, flopped, size)) expect(cosine).toBeGreaterThan(0.999_999);
  });

  it('is made the same on each build', async () => {
    expect(Buffer.compare(await makeEncoder(RECIPE), await makeEncoder(RECIPE))).toBe(0);
  });

  it('refuses a source file that is not the pinned one', async () => {
    const weights = { ...RECIPE.source.weights, sha256: '0'.repeat(64) };
    const recipe = { ...RECIPE, source: { ...RECIPE.source, weights } } as unknown as Recipe;
    await expect(makeEncoder(recipe)).rejects.toThrow(/centernet\.bin has SHA-256/);
  });
});
