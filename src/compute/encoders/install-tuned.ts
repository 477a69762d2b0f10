/** Installs what a deep teaching made of the built-in encoder: an encoder of its own, prepared for as the built-in one. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { builtinModel } from '../encoder.ts';
import { readOnnxGraph, withWeights } from '../training/deep/onnx-graph.ts';
import { ServiceError } from '../../contract/errors.ts';
import { encoderDefinition, type EncoderDefinition } from './definition.ts';
import { finishInstall } from './finish-install.ts';
import { openInstalled, readInstalled, stagingFolder, verifyInstalled, type InstalledEncoder } from './installed.ts';
import { BUILTIN_ENCODER, registeredEncoder, TUNED_PREFIX } from './registry.ts';
import { requireSpace, storageError, sumOf, writeParts } from './storage.ts';

const MODEL = 'model.onnx';
/**
 * Installs a tuned encoder beside all others; one of the same weights is installed already and stays. Vectors of its features are made by
 * the built-in projection, which it was tuned with.
 *
 * @param models the folder of all encoders
 * @param encoder an ONNX file of the built-in encoder's structure
 * @param name for people
 * @throws ServiceError DISK_FULL, LIBRARY_READ_ONLY; ENCODER_UNSUITABLE where it tells pictures no longer apart
 */
export async function installTuned(models: string, encoder: Uint8Array, name: string): Promise<InstalledEncoder> {
  const sha256 = createHash('sha256').update(encoder).digest('hex');
  const id = `${TUNED_PREFIX}${sha256.slice(0, 8)}`;
  const known = await intact(models, id, sha256);
  if (known) return known;
  const staging = stagingFolder(models, id, 'new');
  try {
    await mkdir(staging, { recursive: true });
    // the prepared model is written while the original is still there
    await requireSpace(models, 2 * encoder.length);
    await writeParts(path.join(staging, MODEL), [encoder]);
    const sum = await sumOf(path.join(staging, MODEL));
    const definition = tunedDefinition(id, name, sum);
    return (await finishInstall(models, definition, staging, new Map([[MODEL, sum]]))).encoder;
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw storageError(error, staging);
  }
}

/** Null where it is not installed, or damaged. */
async function intact(models: string, id: string, sha256: string): Promise<InstalledEncoder | null> {
  try {
    await verifyInstalled(models, id);
    const installed = await readInstalled(models, id);
    return installed.sources.some((source) => source.sha256 === sha256) ? installed : null;
  } catch (error) {
    if (error instanceof ServiceError) return null;
    throw error;
  }
}

/**
 * The weights in which an installed tuned encoder differs from the built-in one, by name: a quarter of all where one block was trained.
 *
 * @throws ServiceError ENCODER_NOT_INSTALLED, ENCODER_FILE_MISSING, ENCODER_SIZE, ENCODER_DAMAGED
 */
export async function weightsOfTuned(models: string, id: string): Promise<Map<string, Float32Array>> {
  const { model } = await openInstalled(models, id);
  const { weights: builtin } = readOnnxGraph(await readFile(builtinModel().model.file));
  const { weights } = readOnnxGraph(await readFile(model));
  const differ = (a: Float32Array, b: Float32Array): boolean => a.some((value, i) => !Object.is(value, b[i]));
  return new Map(
    [...builtin].flatMap(([name, { values }]): [string, Float32Array][] => {
      const own = weights.get(name)?.values;
      return own && differ(own, values) ? [[name, own]] : [];
    }),
  );
}

/**
 * Installs the encoder that {@link weightsOfTuned} describes: the same bytes, and so the same id.
 *
 * @throws RangeError where the weights are not the built-in encoder's; otherwise as {@link installTuned}
 */
export async function installTunedWeights(
  models: string,
  weights: ReadonlyMap<string, Float32Array>,
  name: string,
): Promise<InstalledEncoder> {
  return installTuned(models, withWeights(await readFile(builtinModel().model.file), weights), name);
}

function tunedDefinition(id: string, name: string, sum: { sha256: string; bytes: number }): EncoderDefinition {
  const { preprocessing, output, licence, relatedScore } = registeredEncoder(BUILTIN_ENCODER);
  return encoderDefinition.parse({
    id,
    name,
    description: 'The built-in encoder, its last blocks taught with groups of this library.',
    source: 'own',
    licence,
    files: [{ path: MODEL, role: 'vision', ...sum, bytesAre: 'exact', url: null }],
    preprocessing,
    output,
    readsWords: null,
    relatedScore,
    projection: BUILTIN_ENCODER,
  });
}
