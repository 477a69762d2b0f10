/**
 * What each file of an encoder was when it was first installed: `pins.json` in the models folder, kept when an encoder is
 * removed. Where the registry knows no sum, this is what a later download is held against.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { ServiceError } from '../../contract/errors.ts';
import type { EncoderDefinition, EncoderFile } from './definition.ts';
import { writeJson, type FileSum } from './storage.ts';

const pinsFile = z.record(
  z.string(),
  z.record(z.string(), z.object({ sha256: z.string(), bytes: z.number().int().nonnegative() })),
);
export type Pins = z.infer<typeof pinsFile>;

/** How much a size may be off, as a part of it. */
const TOLERANCE = { exact: 0, rounded: 0.01, estimated: 1 } as const satisfies Record<EncoderFile['bytesAre'], number>;

function locationOf(models: string): string {
  return path.join(models, 'pins.json');
}

/** All pins. None where nothing was installed yet. ServiceError ENCODER_DAMAGED where the file cannot be read. */
export async function readPins(models: string): Promise<Pins> {
  try {
    return pinsFile.parse(JSON.parse(await readFile(locationOf(models), 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    // Starting without pins would accept any file: the user decides, by deleting it.
    throw new ServiceError('ENCODER_DAMAGED', locationOf(models), { cause: error });
  }
}

/** Pins what was installed. Gives the paths that had no sum before, in the registry or here. */
export async function pinFiles(
  models: string,
  definition: EncoderDefinition,
  sums: ReadonlyMap<string, FileSum>,
): Promise<string[]> {
  const pins = await readPins(models);
  const own = pins[definition.id] ?? {};
  const firstSeen = definition.files.filter((file) => file.sha256 === null && own[file.path] === undefined);
  await writeJson(locationOf(models), { ...pins, [definition.id]: { ...own, ...Object.fromEntries(sums) } });
  return firstSeen.map((file) => file.path);
}

/**
 * Holds a file against the registry, or where that knows no sum, against its pin.
 * @throws ServiceError ENCODER_SIZE, ENCODER_CHECKSUM, with both figures
 */
export function checkSum(definition: EncoderDefinition, file: EncoderFile, found: FileSum, pins: Pins): void {
  const pinned = pins[definition.id]?.[file.path];
  const label = `${definition.id}/${file.path}`;
  const expected = file.sha256 ?? pinned?.sha256;
  checkSize(label, file, found.bytes, file.sha256 === null ? pinned?.bytes : undefined);
  if (expected === undefined || expected === found.sha256) return;
  const since = file.sha256 === null ? 'pinned when it was first installed' : 'listed';
  throw new ServiceError('ENCODER_CHECKSUM', `${label} has SHA-256 ${found.sha256}, ${since} is ${expected}`);
}

/** Holds a size against what is listed or pinned. ServiceError ENCODER_SIZE. */
export function checkSize(label: string, file: EncoderFile, bytes: number, pinned?: number): void {
  const expected = pinned ?? file.bytes;
  if (expected === null) return;
  const tolerance = pinned === undefined ? Math.ceil(expected * TOLERANCE[file.bytesAre]) : 0;
  if (Math.abs(bytes - expected) <= tolerance) return;
  throw new ServiceError(
    'ENCODER_SIZE',
    `${label} has ${bytes} bytes, ${tolerance > 0 ? 'about ' : ''}${expected} are expected`,
  );
}

/** Bytes after which a download is given up, whatever the server says. */
export function mostBytes(file: EncoderFile): number {
  // 2 GiB is the most that a model file, which is one message, can have.
  return file.bytes === null ? 2 ** 31 : Math.ceil(file.bytes * (1 + TOLERANCE[file.bytesAre])) + 1024;
}
