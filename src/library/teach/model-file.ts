import { createHash, randomBytes } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Projection } from '../../compute/projection.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { TaughtModelRow } from '../catalog/model-store.ts';
import { writeError } from '../library-folder.ts';
import { modelDescription, parseDescription, type ModelDescription } from './model-description.ts';
import { unpackHead } from './packed-head.ts';

/** A head of 2,048 × 2,048 is 22 MB as base64. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * A version as one file: JSON. `head` is base64 of what `packHead` makes, `sha256` is of the JSON of all other fields in this order.
 * Pictures are named by ids of the library that it came from, which mean nothing elsewhere: groups keep their names and prototypes.
 */
const modelFile = z.object({
  format: z.literal('semblance-model'),
  version: z.literal(1),
  encoder: z.string().min(1).max(200),
  base: z.string().min(1).max(200),
  createdAt: z.iso.datetime(),
  description: modelDescription,
  head: z.base64(),
  sha256: z.string(),
});
type ModelFile = z.infer<typeof modelFile>;

function sumOf({ sha256: _, ...rest }: ModelFile): string {
  return createHash('sha256').update(JSON.stringify(rest)).digest('hex');
}

/**
 * Writes a version, aside and renamed. What names pictures of this library is left out.
 *
 * @returns bytes written
 * @throws ServiceError MODEL_OF_OTHER_ENCODER for a version of a tuned encoder, FOLDER_MISSING, DISK_FULL, LIBRARY_READ_ONLY
 */
export async function writeModelFile(path: string, row: TaughtModelRow): Promise<number> {
  // its encoder would have to go with it
  if (row.kind === 'deep') throw new ServiceError('MODEL_OF_OTHER_ENCODER', row.id);
  const content: ModelFile = {
    format: 'semblance-model',
    version: 1,
    encoder: row.encoder,
    base: row.base,
    createdAt: row.createdAt,
    description: withoutPictures(parseDescription(row.description)),
    head: Buffer.from(row.head).toString('base64'),
    sha256: '',
  };
  return writeAside(path, JSON.stringify({ ...content, sha256: sumOf(content) }));
}

/** A description without what names pictures by ids, which mean nothing in another library. */
export function withoutPictures(described: ModelDescription): ModelDescription {
  const groups = described.groups.map((group) => ({ ...group, id: null, members: [], examples: [] }));
  const { answered: _, ...rest } = described;
  return { ...rest, groups, evaluation: described.evaluation && { ...described.evaluation, examples: [] } };
}

/**
 * Writes a file aside and renames it: what has the name is whole.
 *
 * @returns bytes written
 * @throws ServiceError FOLDER_MISSING, DISK_FULL, LIBRARY_READ_ONLY
 */
export async function writeAside(path: string, text: string): Promise<number> {
  const aside = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const handle = await open(aside, 'wx');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, path);
  } catch (cause) {
    await rm(aside, { force: true });
    const error = cause as NodeJS.ErrnoException;
    throw error.code === 'ENOENT' ? new ServiceError('FOLDER_MISSING', dirname(path), { cause }) : writeError(error);
  }
  return Buffer.byteLength(text);
}

/**
 * Reads what {@link writeModelFile} wrote, as a version with a new id that is made now: when it was taught is told by its recipe.
 *
 * @param encoder id of the encoder in use
 * @param base its projection, whose vectors the version has to take
 * @throws ServiceError MODEL_FILE_DAMAGED, MODEL_OF_OTHER_ENCODER
 */
export async function readModelFile(path: string, encoder: string, base: Projection): Promise<TaughtModelRow> {
  const { content, head, inputs } = await readContent(path);
  if (content.encoder !== encoder || content.base !== base.id) {
    throw new ServiceError('MODEL_OF_OTHER_ENCODER', content.encoder);
  }
  if (inputs !== base.dimensions) {
    throw new ServiceError('MODEL_FILE_DAMAGED', `${path}: its head takes ${inputs} values, not ${base.dimensions}`);
  }
  const day = content.createdAt.slice(0, 10);
  const recipe = `${content.description.recipe}, taught on ${day} in another library`;
  return {
    id: `imported-${day}-${content.sha256.slice(0, 4)}${randomBytes(2).toString('hex')}`,
    encoder,
    base: base.id,
    kind: 'imported',
    createdAt: new Date().toISOString(),
    removedAt: null,
    description: JSON.stringify({ ...content.description, recipe }),
    head,
  };
}

async function readContent(path: string): Promise<{ content: ModelFile; head: Buffer; inputs: number }> {
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES) throw new RangeError(`it has ${size} bytes`);
    const content = modelFile.parse(JSON.parse(await readFile(path, 'utf8')));
    if (sumOf(content) !== content.sha256) throw new RangeError('its checksum is wrong');
    const head = Buffer.from(content.head, 'base64');
    return { content, head, inputs: unpackHead(head).inputs };
  } catch (cause) {
    throw new ServiceError('MODEL_FILE_DAMAGED', path, { cause });
  }
}
