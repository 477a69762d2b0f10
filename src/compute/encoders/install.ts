/** Installs encoders from a file or folder on disk: one of the registry, one with its own `encoder.json`, or the user's model. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { ServiceError } from '../../contract/errors.ts';
import { convertTfModel } from './convert-tf.ts';
import { encoderDefinition, type EncoderDefinition } from './definition.ts';
import { finishInstall, visionFile, type FinishOptions, type InstallReport } from './finish-install.ts';
import { stagingFolder } from './installed.ts';
import { requireLicence } from './licence.ts';
import { openModel } from './model-file.ts';
import { readOwnModel, type ModelQuestion, type OwnModelAnswers, type OwnModelReading } from './own-model.ts';
import { ENCODER_REGISTRY, registeredEncoder } from './registry.ts';
import { copyFile, requireSpace, storageError, sumOf, writeParts, type FileSum } from './storage.ts';

export interface InstallOptions extends FinishOptions {
  /** Which encoder of the registry the folder holds; without it, what the folder or file says. */
  readonly id?: string | undefined;
  /** That the user has agreed to a licence that restricts the use. */
  readonly acceptLicence?: boolean | undefined;
  /** Of the user's own model: what it does not say. */
  readonly answers?: OwnModelAnswers | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes copied and of all. */
  readonly onProgress?: ((bytes: number, total: number) => void) | undefined;
  /** Free bytes of a folder's drive; asked of the system where not given. */
  readonly freeBytes?: ((folder: string) => Promise<number>) | undefined;
}

export type InstallOutcome =
  | ({ readonly kind: 'installed' } & InstallReport)
  /** Nothing is installed yet: answer these and call again. */
  | { readonly kind: 'questions'; readonly needs: readonly ModelQuestion[] };

const DEFINITION_FILE = 'encoder.json';

/**
 * Installs an encoder from disk. The source is only read; what is installed before stays until the new one is complete.
 *
 * @param models - the folder of all encoders
 * @param source - a folder with the files of an encoder (its listed paths, or their last parts), or with an `encoder.json`; an
 *   ONNX file; a `model.json` of TF.js; a folder with one of these
 * @throws ServiceError ENCODER_UNKNOWN, ENCODER_FILE_MISSING, ENCODER_CHECKSUM, ENCODER_SIZE, ENCODER_DAMAGED, ENCODER_SHAPE,
 *   ENCODER_OPERATION, ENCODER_UNSUITABLE, ENCODER_LICENCE, DISK_FULL
 */
export async function installFromPath(
  models: string,
  source: string,
  options: InstallOptions = {},
): Promise<InstallOutcome> {
  if (!existsSync(source)) throw new ServiceError('ENCODER_FILE_MISSING', source);
  if (options.id !== undefined) return installFolder(models, source, registeredEncoder(options.id), options);
  const definition = await definitionIn(source);
  if (definition !== undefined) return installFolder(models, source, definition, options);
  return installOwn(models, await ownModelIn(source), options);
}

/** The definition that a folder brings. One with the id of the registry's is the registry's: its sums hold. */
async function definitionIn(source: string): Promise<EncoderDefinition | undefined> {
  const file = path.join(source, DEFINITION_FILE);
  if (!(await stat(source)).isDirectory() || !existsSync(file)) return undefined;
  try {
    const own = encoderDefinition.parse(JSON.parse(await readFile(file, 'utf8')));
    return ENCODER_REGISTRY.find((known) => known.id === own.id) ?? { ...own, source: 'own' };
  } catch (error) {
    throw new ServiceError('ENCODER_DAMAGED', file, { cause: error });
  }
}

async function installFolder(
  models: string,
  source: string,
  definition: EncoderDefinition,
  options: InstallOptions,
): Promise<InstallOutcome> {
  if (definition.source === 'built-in')
    throw new ServiceError('ENCODER_UNKNOWN', `${definition.id}: it is part of the program`);
  requireLicence(definition, options.acceptLicence);
  const sources = new Map(definition.files.map((file) => [file.path, locate(source, file.path)]));
  const staging = await openStaging(models, definition.id);
  return withStaging(staging, async () => {
    const sums = await copyAll(models, sources, staging, visionFile(definition).path, options);
    return { kind: 'installed', ...(await finishInstall(models, definition, staging, sums, options)) };
  });
}

/** A listed file in a folder: at its path, or by its last part alone, as browsers save them. */
function locate(folder: string, file: string): string {
  const found = [path.join(folder, file), path.join(folder, path.basename(file))].find((place) => existsSync(place));
  if (found === undefined) throw new ServiceError('ENCODER_FILE_MISSING', `${path.join(folder, file)} is not there`);
  return found;
}

async function openStaging(models: string, id: string): Promise<string> {
  const staging = stagingFolder(models, id, 'new');
  try {
    await mkdir(staging, { recursive: true });
  } catch (error) {
    throw storageError(error, staging);
  }
  return staging;
}

/** Leaves nothing half-done behind. */
async function withStaging<T>(staging: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
}

async function copyAll(
  models: string,
  sources: ReadonlyMap<string, string>,
  staging: string,
  vision: string,
  { signal, onProgress, freeBytes }: InstallOptions,
): Promise<Map<string, FileSum>> {
  const sizes = await Promise.all([...sources].map(async ([file, place]) => [file, (await stat(place)).size] as const));
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  // The prepared model is written while the original is still there.
  await requireSpace(models, total + (new Map(sizes).get(vision) ?? 0), freeBytes);
  let copied = 0;
  const onBytes = (bytes: number): void => {
    copied += bytes;
    onProgress?.(copied, total);
  };
  const sums = new Map<string, FileSum>();
  for (const [file, place] of sources)
    sums.set(file, await copyFile(place, path.join(staging, file), { signal, onBytes }));
  return sums;
}

/** The model file that the user picked, or the only one in the folder. */
async function ownModelIn(source: string): Promise<string> {
  if (!(await stat(source)).isDirectory()) return source;
  const names = await readdir(source);
  const [found, second] = names.filter((name) => name.endsWith('.onnx') || name === 'model.json');
  if (found === undefined)
    throw new ServiceError('ENCODER_FILE_MISSING', `no .onnx file, model.json or encoder.json in ${source}`);
  if (second === undefined) return path.join(source, found);
  throw new ServiceError('ENCODER_FILE_MISSING', `${source} holds ${found} and ${second}: name the one to install`);
}

const OWN_MODEL = 'model.onnx';

async function installOwn(models: string, file: string, options: InstallOptions): Promise<InstallOutcome> {
  const label = path.basename(file);
  const original = await sumOf(file, options.signal);
  const name = options.answers?.name?.trim() ?? '';
  const title = name === '' ? path.basename(file, path.extname(file)) : name;
  const staging = await openStaging(models, ownId(title, original.sha256));
  return withStaging(staging, async (): Promise<InstallOutcome> => {
    await requireSpace(models, 2 * original.bytes, options.freeBytes);
    const sums = await stageOwn(file, staging, options);
    const reading = await read(path.join(staging, OWN_MODEL), label, options.answers ?? {});
    if (!('preprocessing' in reading)) {
      await rm(staging, { recursive: true, force: true });
      return { kind: 'questions', needs: reading.needs };
    }
    const id = ownId(title, recipeSum(sums, options.answers ?? {}));
    const definition = ownDefinition(id, title, label, sums, reading);
    return { kind: 'installed', ...(await finishInstall(models, definition, staging, sums, options)) };
  });
}

/** Another recipe, or other weights beside the model, is another encoder: nothing is replaced under one that is in use. */
function recipeSum(sums: ReadonlyMap<string, FileSum>, { name: _, ...answers }: OwnModelAnswers): string {
  const given = Object.entries(answers).sort(([a], [b]) => (a < b ? -1 : 1));
  const recipe = JSON.stringify([[...sums.values()].map(({ sha256 }) => sha256), given]);
  return createHash('sha256').update(recipe).digest('hex');
}

function ownId(title: string, sha256: string): string {
  const slug = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return `own-${slug === '' ? 'model' : slug}-${sha256.slice(0, 8)}`;
}

/** Copies an ONNX file, with the weights beside it; converts a TF.js model into one. */
async function stageOwn(file: string, staging: string, { signal }: InstallOptions): Promise<Map<string, FileSum>> {
  const target = path.join(staging, OWN_MODEL);
  if (file.endsWith('.json')) {
    await writeParts(target, [await convertTfModel(file)]);
    return new Map([[OWN_MODEL, await sumOf(target, signal)]]);
  }
  const sums = new Map([[OWN_MODEL, await copyFile(file, target, { signal })]]);
  // Under the names that exporters give them: the model refers to them by name.
  for (const ending of ['_data', '.data']) {
    const beside = path.basename(file) + ending;
    const place = path.join(path.dirname(file), beside);
    if (existsSync(place)) sums.set(beside, await copyFile(place, path.join(staging, beside), { signal }));
  }
  return sums;
}

async function read(file: string, label: string, answers: OwnModelAnswers): Promise<OwnModelReading> {
  const session = await openModel(file, label);
  try {
    return await readOwnModel(session, label, answers);
  } finally {
    await session.release();
  }
}

function ownDefinition(
  id: string,
  name: string,
  label: string,
  sums: ReadonlyMap<string, FileSum>,
  { preprocessing, output }: Extract<OwnModelReading, { preprocessing: unknown }>,
): EncoderDefinition {
  return encoderDefinition.parse({
    id,
    name,
    description: `Your own model, from ${label}.`,
    source: 'own',
    licence: { name: 'as you have it', url: null, file: null },
    files: [...sums].map(([file, sum]) => ({
      path: file,
      role: file === OWN_MODEL ? 'vision' : 'data',
      ...sum,
      bytesAre: 'exact',
      url: null,
    })),
    preprocessing,
    output,
    readsWords: null,
    relatedScore: 0.5,
  });
}
