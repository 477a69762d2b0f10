import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { modelFolder } from '../../scripts/encoder/build-encoder.ts';
import { convertTfModel } from '../../src/compute/encoders/convert-tf.ts';
import { installFromPath } from '../../src/compute/encoders/install.ts';
import { openInstalled } from '../../src/compute/encoders/installed.ts';
import { trialPictures } from '../../src/compute/encoders/trial.ts';

let root: string;
let models: string;

beforeAll(async () => {
  const dist = path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  setWasmPaths(`${dist}/`);
  await tf.setBackend('wasm');
});

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'semblance-tfjs-'));
  models = path.join(root, 'models');
  await mkdir(models);
});

afterEach(() => rm(root, { recursive: true, force: true }));

/** A model of the package, laid out as TF.js saves models: `model.json` and its weights. */
async function exported(name: string): Promise<string> {
  const folder = path.join(root, name);
  await mkdir(folder, { recursive: true });
  await cp(path.join(modelFolder(), `${name}.bin`), path.join(folder, `${name}.bin`));
  const json = JSON.parse(await readFile(path.join(modelFolder(), `${name}.json`), 'utf8')) as {
    weightsManifest: { paths: string[] }[];
  };
  for (const group of json.weightsManifest) group.paths = [`${name}.bin`];
  await writeFile(path.join(folder, 'model.json'), JSON.stringify(json));
  return path.join(folder, 'model.json');
}

/** What TF.js computes of pixels 0 to 1. */
async function reference(file: string, pixels: Float32Array, side: number, outputs: string[]): Promise<Float32Array[]> {
  const json = JSON.parse(await readFile(file, 'utf8')) as {
    modelTopology: object;
    weightsManifest: { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];
  };
  const weights = await readFile(path.join(path.dirname(file), json.weightsManifest[0]?.paths[0] ?? ''));
  const model = await loadGraphModel({
    load: () =>
      Promise.resolve({
        modelTopology: json.modelTopology,
        weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
        weightData: Uint8Array.from(weights).buffer,
      }),
  });
  const input = tf.tensor4d(pixels, [pixels.length / (side * side * 3), side, side, 3]);
  const results = [model.execute(input, outputs)].flat();
  const values = await Promise.all(results.map(async (result) => Float32Array.from(await result.data())));
  tf.dispose([input, ...results]);
  model.dispose();
  return values;
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (const [i, x] of a.entries()) {
    const y = b[i] ?? Number.NaN;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}

describe('a TF.js graph model', () => {
  // Plain and fused convolutions, depthwise ones, pooling, products, shapes and activations between them.
  it.each([
    ['faceres', 224, ['global_pooling/Mean', 'age_pred/Softmax']],
    ['antispoof', 128, ['Identity']],
    ['liveness', 32, ['Identity']],
    ['facemesh', 192, ['Identity_2']],
  ] as const)('computes as ONNX what TF.js computes: %s', async (name, side, wanted) => {
    const file = await exported(name);
    const bytes = trialPictures({ width: side, height: side });
    const pixels = Float32Array.from(bytes.subarray(0, 2 * side * side * 3), (value) => value / 255);
    const session = await InferenceSession.create(await convertTfModel(file), { logSeverityLevel: 3 });
    const input = new Tensor('float32', pixels, [2, side, side, 3]);
    const results = await session.run({ [session.inputNames[0] ?? '']: input });
    await session.release();
    const outputs = [...wanted];
    for (const [i, expected] of (await reference(file, pixels, side, outputs)).entries()) {
      expect(cosine(results[outputs[i] ?? '']?.data as Float32Array, expected)).toBeGreaterThan(0.9999);
    }
  });

  it('is installed, asked about, and gives features', async () => {
    const folder = path.dirname(await exported('faceres'));
    const first = await installFromPath(models, folder);
    expect(first).toMatchObject({
      kind: 'questions',
      needs: [{ key: 'range' }, { key: 'output', suggestion: 'global_pooling/Mean' }],
    });
    const answers = { range: 'unit', output: 'global_pooling/Mean', name: 'Faces' } as const;
    const outcome = await installFromPath(models, folder, { answers });
    expect(outcome).toMatchObject({ kind: 'installed', encoder: { definition: { output: { axes: 'rows' } } } });
    const id = outcome.kind === 'installed' ? outcome.encoder.definition.id : '';
    const encoder = await openInstalled(models, id);
    expect([encoder.width, encoder.height]).toEqual([224, 224]);
    expect(encoder.featureSize).toBeGreaterThan(100);
  });

  it('is refused where an operation is not known, by its name', async () => {
    await expect(installFromPath(models, await exported('centernet'))).rejects.toMatchObject({
      code: 'ENCODER_OPERATION',
      detail: expect.stringMatching(/^[A-Z]\w+ \(node /) as string,
    });
  });

  it('is refused where it is damaged, of another kind, or its weights are missing or cut off', async () => {
    const file = await exported('liveness');
    const weights = path.join(path.dirname(file), 'liveness.bin');
    await writeFile(weights, (await readFile(weights)).subarray(0, 1000));
    await expect(installFromPath(models, file)).rejects.toMatchObject({ code: 'ENCODER_DAMAGED' });
    await rm(weights);
    await expect(installFromPath(models, file)).rejects.toMatchObject({ code: 'ENCODER_FILE_MISSING' });
    await writeFile(file, JSON.stringify({ modelTopology: { model_config: {} }, weightsManifest: [] }));
    await expect(installFromPath(models, file)).rejects.toThrow(/layers model/);
    await writeFile(file, '{"modelTopology":');
    await expect(installFromPath(models, file)).rejects.toMatchObject({ code: 'ENCODER_DAMAGED' });
  });
});
