/** The last steps of every installation: files held against their sums, the model prepared and tried, all renamed into place. */
import { createHash } from 'node:crypto';
import { readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { ServiceError } from '../../contract/errors.ts';
import { encoderDefinition, type EncoderDefinition } from './definition.ts';
import { MANIFEST, readInstalled, replaceFolder, type InstalledEncoder, type InstalledManifest } from './installed.ts';
import { inputsOf, openModel, outputsOf } from './model-file.ts';
import { checkSum, pinFiles, readPins } from './pins.ts';
import { prepareModel } from './prepare-model.ts';
import { sumOf, writeJson, writeParts, type FileSum } from './storage.ts';
import { openTextEncoder } from './text-encoder.ts';
import { tryModel, type TrialResult } from './trial.ts';

/** Goes up with each change to what `prepare-model.ts` computes: features made before are another encoder's. */
const PREPARE_REVISION = 1;

export interface FinishOptions {
  /** Ten pictures of the encoder's size to try it on; made ones where not given. */
  readonly pictures?: Uint8Array | undefined;
}

export interface InstallReport {
  readonly encoder: InstalledEncoder;
  /** Files whose sum nobody knew before: pinned now. */
  readonly firstSeen: readonly { readonly path: string; readonly sha256: string }[];
}

/**
 * Makes an installed encoder of the files in `staging`, replacing one of the same id in one step.
 * @param sums - of all files of the definition, as they lie in `staging`
 * @throws ServiceError ENCODER_CHECKSUM, ENCODER_SIZE, and what {@link tryModel} and `openTextEncoder` throw
 */
export async function finishInstall(
  models: string,
  definition: EncoderDefinition,
  staging: string,
  sums: ReadonlyMap<string, FileSum>,
  options: FinishOptions = {},
): Promise<InstallReport> {
  const pins = await readPins(models);
  for (const file of definition.files) checkSum(definition, file, required(sums, file.path), pins);
  const { prepared, batch } = await prepareVision(definition, staging, options);
  await checkWords(definition, staging);

  const vision = visionFile(definition);
  const kept = new Map(sums);
  kept.delete(vision.path);
  await rm(path.join(staging, vision.path));
  kept.set(prepared, await sumOf(path.join(staging, prepared)));
  const manifest: InstalledManifest = {
    format: 1,
    definition: encoderDefinition.parse(definition),
    sources: records(sums),
    files: records(kept),
    vision: prepared,
    batch,
    featuresId: featuresId(definition, weightSums(definition, sums)),
    installedAt: new Date().toISOString(),
  };
  await writeJson(path.join(staging, MANIFEST), manifest);
  const firstSeen = await pinFiles(models, definition, sums);
  await removeOthers(staging, new Set([MANIFEST, ...kept.keys()]));
  await replaceFolder(models, definition.id, staging);
  return {
    encoder: await readInstalled(models, definition.id),
    firstSeen: firstSeen.map((file) => ({ path: file, sha256: required(sums, file).sha256 })),
  };
}

function required(sums: ReadonlyMap<string, FileSum>, file: string): FileSum {
  const sum = sums.get(file);
  if (sum === undefined) throw new ServiceError('ENCODER_FILE_MISSING', file);
  return sum;
}

function records(sums: ReadonlyMap<string, FileSum>): InstalledManifest['files'] {
  return [...sums].map(([file, sum]) => ({ path: file, ...sum }));
}

/** The vision model of a definition. */
export function visionFile(definition: EncoderDefinition): EncoderDefinition['files'][number] {
  const file = definition.files.find((candidate) => candidate.role === 'vision');
  if (file === undefined) throw new ServiceError('ENCODER_FILE_MISSING', `${definition.id}: no vision model`);
  return file;
}

/** The vision model's, and where it keeps weights beside itself also those files'. */
function weightSums({ files }: EncoderDefinition, sums: ReadonlyMap<string, FileSum>): string {
  const beside = files.filter(({ role }) => role === 'data');
  const vision = files.filter(({ role }) => role === 'vision');
  return [...vision, ...beside].map(({ path: file }) => required(sums, file).sha256).join();
}

/** Of the weights, of how pixels are prepared and of which output is taken; names and descriptions do not matter. */
function featuresId({ id, preprocessing, output }: EncoderDefinition, sha256: string): string {
  const recipe = JSON.stringify([PREPARE_REVISION, sha256, preprocessing, output.name, output.axes, output.pooling]);
  return `${id}-${createHash('sha256').update(recipe).digest('hex').slice(0, 8)}`;
}

/** Writes the prepared model beside the original (weights that it refers to are found there), and tries it. */
async function prepareVision(
  definition: EncoderDefinition,
  staging: string,
  { pictures }: FinishOptions,
): Promise<{ prepared: string; batch: TrialResult['batch'] }> {
  const file = visionFile(definition).path;
  const label = `${definition.id}/${file}`;
  const prepared = `${file.replace(/\.onnx$/, '')}.prepared.onnx`;
  const names = await readNames(definition, path.join(staging, file), label);
  const { preprocessing, output } = definition;
  try {
    const model = await readFile(path.join(staging, file));
    await writeParts(path.join(staging, prepared), prepareModel(model, { preprocessing, output, ...names }));
  } catch (error) {
    if (error instanceof RangeError) throw new ServiceError('ENCODER_DAMAGED', label, { cause: error });
    throw error;
  }
  const session = await openModel(path.join(staging, prepared), label);
  try {
    const { size, batch } = await tryModel(session, label, preprocessing, pictures);
    if (size !== output.size) {
      throw new ServiceError('ENCODER_SHAPE', `${label} gives ${size} values a picture, not ${output.size}`);
    }
    return { prepared, batch: names.batch ?? batch };
  } finally {
    await session.release();
  }
}

/** Names of input and output, held against the definition. */
async function readNames(
  { preprocessing, output }: EncoderDefinition,
  file: string,
  label: string,
): Promise<{ inputName: string; outputName: string; batch: 1 | null }> {
  const session = await openModel(file, label);
  const [inputs, outputs] = [inputsOf(session), outputsOf(session)];
  await session.release();
  const input = preprocessing.input === null ? inputs[0] : inputs.find((value) => value.name === preprocessing.input);
  const taken = output.name === null ? outputs[0] : outputs.find((value) => value.name === output.name);
  const names = (values: readonly { name: string }[]): string => values.map((value) => value.name).join(', ');
  if (input === undefined) {
    throw new ServiceError(
      'ENCODER_SHAPE',
      `${label} has no input ${preprocessing.input ?? ''} (it has ${names(inputs)})`,
    );
  }
  if (taken === undefined) {
    throw new ServiceError('ENCODER_SHAPE', `${label} has no output ${output.name ?? ''} (it has ${names(outputs)})`);
  }
  if (inputs.length > 1)
    throw new ServiceError('ENCODER_SHAPE', `${label} has ${inputs.length} inputs (${names(inputs)}), not one`);
  if (input.shape.length !== 4) {
    throw new ServiceError(
      'ENCODER_SHAPE',
      `the input ${input.name} of ${label} has ${input.shape.length} sides, not four`,
    );
  }
  const rank = { rows: 2, tokens: 3, planes: 4, pixels: 4 }[output.axes];
  if (taken.shape.length > 0 && taken.shape.length !== rank) {
    throw new ServiceError(
      'ENCODER_SHAPE',
      `the output ${taken.name} of ${label} has ${taken.shape.length} sides, not ${rank}`,
    );
  }
  return { inputName: input.name, outputName: taken.name, batch: input.shape[0] === 1 ? 1 : null };
}

/** One text through the text side: it opens, and its rows are as long as a picture's. */
async function checkWords(definition: EncoderDefinition, staging: string): Promise<void> {
  if (definition.readsWords === null) return;
  const words = await openTextEncoder(staging, definition);
  try {
    const [row] = await words.encode(['a tree by the water']);
    if (row?.length !== definition.output.size) {
      const found = `${row?.length ?? 0} values a text, ${definition.output.size} a picture`;
      throw new ServiceError('ENCODER_SHAPE', `${definition.id} gives ${found}`);
    }
    if (row.some((value) => !Number.isFinite(value))) {
      throw new ServiceError('ENCODER_UNSUITABLE', `${definition.id} gives values that are not finite for words`);
    }
  } finally {
    await words.close();
  }
}

/** Of earlier tries and other versions there may be more: only what the manifest lists is installed. */
async function removeOthers(staging: string, files: ReadonlySet<string>): Promise<void> {
  for (const entry of await readdir(staging, { recursive: true, withFileTypes: true })) {
    const place = path.join(entry.parentPath, entry.name);
    const name = path.relative(staging, place).replaceAll(path.sep, '/');
    if (!entry.isDirectory() && !files.has(name)) await rm(place, { force: true });
  }
}
