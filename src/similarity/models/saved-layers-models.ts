import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { readFile, writeFile } from 'node:fs/promises';
// Their layers have to be known wherever a model is read.
import '../layers/index.ts';
import { damaged, readSaved, writeSaved } from '../files/saved.ts';

/** What the description says of one model. */
interface ModelDescription {
  readonly topology: object;
  readonly weightSpecs: tf.io.WeightsManifestEntry[];
  /** Where its weights begin among the data, and how many they are, in bytes. */
  readonly begin: number;
  readonly length: number;
}

/** The topology of a model as JSON, and its weights. */
async function artifactsOf(
  model: tfl.LayersModel,
): Promise<{ readonly weights: ArrayBuffer } & Omit<ModelDescription, 'begin' | 'length'>> {
  const named: tf.NamedTensorMap = {};
  for (const layer of model.layers) for (const weight of layer.weights) named[weight.originalName] = weight.read();
  const { data, specs } = await tf.io.encodeWeights(named);
  return { weights: data, weightSpecs: specs, topology: model.toJSON(undefined, false) as object };
}

/**
 * Writes models, topology and weights, into an existing folder: one description `NAME.json` and one file of weights. Both are
 * written aside first; what had the same name there before is replaced once the new one is whole.
 *
 * @param models by what they are called in the description
 * @param description whatever else belongs to them, as JSON
 */
export async function saveLayersModels(
  folder: string,
  name: string,
  models: Readonly<Record<string, tfl.LayersModel>>,
  description: Readonly<Record<string, unknown>>,
): Promise<void> {
  const described: Record<string, ModelDescription> = {};
  const buffers: Uint8Array[] = [];
  let begin = 0;
  for (const [part, model] of Object.entries(models)) {
    const { weights, ...rest } = await artifactsOf(model);
    described[part] = { ...rest, begin, length: weights.byteLength };
    buffers.push(new Uint8Array(weights));
    begin += weights.byteLength;
  }
  await writeSaved(folder, name, { ...description, models: described }, (file) =>
    writeFile(file, Buffer.concat(buffers)),
  );
}

/**
 * Reads what {@link saveLayersModels} wrote, its checksums verified.
 *
 * @returns the models, the caller's to dispose of, and the description
 * @throws SimilarityError FILE_MISSING or FILE_DAMAGED
 */
export async function loadLayersModels(
  folder: string,
  name: string,
): Promise<{
  readonly models: Record<string, tfl.LayersModel>;
  readonly description: Readonly<Record<string, unknown>>;
}> {
  const { description, file } = await readSaved(folder, name);
  if (file === undefined) throw damaged(folder, `its ${name}.json has no weights`);
  const data = new Uint8Array(await readFile(file));
  const models: Record<string, tfl.LayersModel> = {};
  try {
    for (const [part, saved] of Object.entries(description['models'] as Record<string, ModelDescription>)) {
      models[part] = await tfl.loadLayersModel(
        tf.io.fromMemory({
          modelTopology: saved.topology,
          weightSpecs: saved.weightSpecs,
          weightData: data.buffer.slice(saved.begin, saved.begin + saved.length),
        }),
      );
    }
  } catch (error) {
    for (const model of Object.values(models)) model.dispose();
    throw damaged(file, 'its layers cannot be made again', error);
  }
  return { models, description };
}
