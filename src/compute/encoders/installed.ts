/**
 * Encoders in the models folder: `<models>/<id>/` with the files, the prepared vision model and `installed.json`. A folder is
 * there completely or not at all: it is made aside (`.<id>.part`, `.<id>.new`) and renamed.
 */
import { existsSync } from 'node:fs';
import { readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { ServiceError } from '../../contract/errors.ts';
import { encoderDefinition, type EncoderDefinition } from './definition.ts';
import { pixelRequest, type PixelRequest } from './pixels.ts';
import { storageError, sumOf } from './storage.ts';

export const MANIFEST = 'installed.json';

const fileRecord = z.object({ path: z.string(), sha256: z.string(), bytes: z.number().int().nonnegative() });

const installedManifest = z.object({
  format: z.literal(1),
  definition: encoderDefinition,
  /** What was installed, as it came: the pins. */
  sources: z.array(fileRecord),
  /** What lies in the folder. */
  files: z.array(fileRecord),
  /** Path of the prepared vision model in the folder. */
  vision: z.string(),
  /** Pictures that it takes at once, where it can only take one; `null` for any number. */
  batch: z.literal(1).nullable(),
  /** Id of the features: features of two ids are never mixed. */
  featuresId: z.string(),
  /** When, as ISO 8601. */
  installedAt: z.string(),
});
export type InstalledManifest = z.infer<typeof installedManifest>;

export interface InstalledEncoder extends InstalledManifest {
  /** The encoder's folder. */
  readonly folder: string;
  /** Bytes on disk. */
  readonly bytes: number;
}

/** An installed encoder, as what encodes needs it. */
export interface OpenedEncoder {
  readonly definition: EncoderDefinition;
  /** Id of the features that it makes. */
  readonly featuresId: string;
  /**
   * Path of an ONNX model with one input, uint8 [n, height, width, 3], and one output, float32 [n, featureSize]; ask the
   * session for their names.
   */
  readonly model: string;
  readonly width: number;
  readonly height: number;
  readonly featureSize: number;
  /** The most pictures to give it at once; `null` for any number. */
  readonly batch: 1 | null;
  /** What the decode workers have to be told. */
  readonly pixels: PixelRequest;
  /** Folder of its tokenizer and text model. */
  readonly folder: string;
}

/** The folder of an encoder; the id is one of a definition, so it leads nowhere else. */
function encoderFolder(models: string, id: string): string {
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(id)) throw new ServiceError('ENCODER_UNKNOWN', id);
  return path.join(models, id);
}

/**
 * Where an encoder is put together before it is renamed into place: `part` by a download, which keeps it to go on, `new` from
 * disk.
 */
export function stagingFolder(models: string, id: string, kind: 'part' | 'new'): string {
  return path.join(models, `.${path.basename(encoderFolder(models, id))}.${kind}`);
}

export interface InstalledList {
  readonly encoders: readonly InstalledEncoder[];
  /** Folders that are no encoder any more, and why. */
  readonly damaged: readonly { readonly id: string; readonly reason: string }[];
}

/** What is installed, by name. An empty list where the models folder is not there yet. Files are not read, but for manifests. */
export async function listInstalled(models: string): Promise<InstalledList> {
  const encoders: InstalledEncoder[] = [];
  const damaged: { id: string; reason: string }[] = [];
  for (const id of await foldersIn(models)) {
    try {
      encoders.push(await readInstalled(models, id));
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      damaged.push({ id, reason: error.message });
    }
  }
  encoders.sort((a, b) => a.definition.name.localeCompare(b.definition.name));
  return { encoders, damaged };
}

async function foldersIn(models: string): Promise<string[]> {
  if (!existsSync(models)) return [];
  const entries = await readdir(models, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name);
}

/**
 * The manifest of an installed encoder, its files there and of the right length.
 * @throws ServiceError ENCODER_NOT_INSTALLED, ENCODER_FILE_MISSING, ENCODER_SIZE, ENCODER_DAMAGED
 */
export async function readInstalled(models: string, id: string): Promise<InstalledEncoder> {
  const folder = encoderFolder(models, id);
  if (!existsSync(folder)) throw new ServiceError('ENCODER_NOT_INSTALLED', id);
  const manifest = await readManifest(path.join(folder, MANIFEST));
  for (const file of manifest.files) {
    const location = path.join(folder, file.path);
    if (!existsSync(location)) throw new ServiceError('ENCODER_FILE_MISSING', location);
    const { size } = await stat(location);
    if (size !== file.bytes) {
      throw new ServiceError('ENCODER_SIZE', `${location} has ${size} bytes, ${file.bytes} were installed`);
    }
  }
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  return { ...manifest, folder, bytes };
}

async function readManifest(file: string): Promise<InstalledManifest> {
  try {
    return installedManifest.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new ServiceError('ENCODER_FILE_MISSING', file, { cause: error });
    }
    throw new ServiceError('ENCODER_DAMAGED', file, { cause: error });
  }
}

/** An installed encoder for use. Throws as {@link readInstalled}. */
export async function openInstalled(models: string, id: string): Promise<OpenedEncoder> {
  const { definition, folder, vision, batch, featuresId } = await readInstalled(models, id);
  const { width, height } = definition.preprocessing;
  return {
    definition,
    featuresId,
    model: path.join(folder, vision),
    width,
    height,
    featureSize: definition.output.size,
    batch,
    pixels: pixelRequest(definition.preprocessing),
    folder,
  };
}

/** Reads all files of an installed encoder and holds them against their sums. ServiceError ENCODER_CHECKSUM for the first that differs. */
export async function verifyInstalled(models: string, id: string): Promise<void> {
  const { folder, files } = await readInstalled(models, id);
  for (const file of files) {
    const { sha256 } = await sumOf(path.join(folder, file.path));
    if (sha256 === file.sha256) continue;
    throw new ServiceError(
      'ENCODER_CHECKSUM',
      `${id}/${file.path} has SHA-256 ${sha256}, installed was ${file.sha256}`,
    );
  }
}

/**
 * Removes an encoder, and what a broken-off download left of it. Its pins stay: what comes next under the same name has to be
 * the same.
 * @throws ServiceError ENCODER_NOT_INSTALLED where there is nothing of it
 */
export async function removeEncoder(models: string, id: string): Promise<void> {
  const staging = (['part', 'new'] as const).map((kind) => stagingFolder(models, id, kind));
  const places = [encoderFolder(models, id), ...staging].filter((place) => existsSync(place));
  if (places.length === 0) throw new ServiceError('ENCODER_NOT_INSTALLED', id);
  for (const place of places) {
    // Renamed first: gone in one step, whatever happens to the deleting of hundreds of megabytes.
    const aside = path.join(models, `.${path.basename(place)}.${process.pid}.removed`);
    try {
      await rename(place, aside);
      await rm(aside, { recursive: true, force: true });
    } catch (error) {
      throw storageError(error, place);
    }
  }
}

/** What {@link replaceFolder} calls the encoder that it replaces, until the new one is in its place. */
const OLD = /^\.(.+)\.old$/;

/** What a crash leaves of removing, installing from disk and writing pins. */
const LEFT_OVER = /^\..+\.(removed|new)$|^pins\.json\.\d+\.tmp$/;

/** Puts a complete folder in an encoder's place. A crash between the two renames is made good by {@link recoverModels}. */
export async function replaceFolder(models: string, id: string, complete: string): Promise<void> {
  const target = encoderFolder(models, id);
  const old = path.join(models, `.${id}.old`);
  try {
    await rm(old, { recursive: true, force: true });
    if (existsSync(target)) await rename(target, old);
    await rename(complete, target);
    await rm(old, { recursive: true, force: true });
  } catch (error) {
    throw storageError(error, target);
  }
}

/**
 * After a crash: an encoder that was moved aside and not replaced comes back, and what was half removed or half copied goes.
 * Downloads that were broken off stay. To be called when the library is opened for writing, before anything is installed.
 */
export async function recoverModels(models: string): Promise<void> {
  if (!existsSync(models)) return;
  for (const name of await readdir(models)) {
    const place = path.join(models, name);
    const id = OLD.exec(name)?.[1];
    if (id !== undefined && !existsSync(path.join(models, id))) await rename(place, path.join(models, id));
    else if (id !== undefined || LEFT_OVER.test(name)) await rm(place, { recursive: true, force: true });
  }
}
