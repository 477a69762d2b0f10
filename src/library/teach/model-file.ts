import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { loadProjectionFor, type Projection } from '../../compute/projection.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { TaughtModelRow } from '../catalog/model-store.ts';
import { readChecked, writeChecked } from '../checked-file.ts';
import { modelDescription, parseDescription, type ModelDescription } from './model-description.ts';
import { unpackHead } from './packed-head.ts';
import { isOfThisProgram, packTuned, tunedPart, unpackTuned, type TunedWeights } from './tuned-weights.ts';

/** A head of 2,048 × 2,048 is 22 MB as base64. */
const MOST_BYTES = 64 * 1024 * 1024;

/** The first knew no tuned encoders. */
const FORMAT = { format: 'semblance-model', version: 2, mostBytes: MOST_BYTES } as const;

/**
 * A version as one file: JSON. `head` is base64 of what `packHead` makes. `tuned` is there where the version is of a tuned encoder.
 * Pictures are named by ids of the library that it came from, which mean nothing elsewhere: groups keep their names and prototypes.
 */
const modelFile = z.object({
  format: z.literal(FORMAT.format),
  version: z.number(),
  encoder: z.string().min(1).max(200),
  base: z.string().min(1).max(200),
  createdAt: z.iso.datetime(),
  description: modelDescription,
  head: z.base64(),
  tuned: tunedPart.optional(),
  sha256: z.string(),
});
type ModelFile = z.infer<typeof modelFile>;

/**
 * Writes a version, aside and renamed. What names pictures of this library is left out.
 *
 * @param tuned of its encoder, where that is a tuned one
 * @returns bytes written
 * @throws ServiceError EXPORT_TOO_LARGE, FOLDER_MISSING, DISK_FULL, LIBRARY_READ_ONLY
 */
export async function writeModelFile(path: string, row: TaughtModelRow, tuned: TunedWeights | null): Promise<number> {
  return writeChecked(path, FORMAT, {
    encoder: row.encoder,
    base: row.base,
    createdAt: row.createdAt,
    description: withoutPictures(parseDescription(row.description)),
    head: Buffer.from(row.head).toString('base64'),
    ...(tuned && { tuned: packTuned(tuned) }),
  });
}

/** A description without what names pictures by ids, which mean nothing in another library. */
export function withoutPictures(described: ModelDescription): ModelDescription {
  const groups = described.groups.map((group) => ({ ...group, id: null, members: [], examples: [] }));
  const { answered: _, ...rest } = described;
  return { ...rest, groups, evaluation: described.evaluation && { ...described.evaluation, examples: [] } };
}

/**
 * Reads what {@link writeModelFile} wrote, as a version with a new id that is made now: when it was taught is told by its recipe.
 *
 * @param encoder id of the encoder in use
 * @param base its projection, whose vectors the version has to take
 * @returns the version, and of one of a tuned encoder what has to be installed for it
 * @throws ServiceError MODEL_FILE_DAMAGED, EXPORT_NEWER, MODEL_OF_OTHER_ENCODER
 */
export async function readModelFile(
  path: string,
  encoder: string,
  base: Projection,
): Promise<{ readonly row: TaughtModelRow; readonly tuned: TunedWeights | null }> {
  const { content, head, inputs, tuned } = await readContent(path);
  // a tuned encoder brings itself, and its vectors are those of the built-in projection
  const own = tuned ? loadProjectionFor(content.encoder) : base;
  const fits = content.tuned ? isOfThisProgram(content.tuned) : content.encoder === encoder;
  if (!fits || content.base !== own.id) throw new ServiceError('MODEL_OF_OTHER_ENCODER', content.encoder);
  if (inputs !== own.dimensions) {
    throw new ServiceError('MODEL_FILE_DAMAGED', `${path}: its head takes ${inputs} values, not ${own.dimensions}`);
  }
  const day = content.createdAt.slice(0, 10);
  const recipe = `${content.description.recipe}, taught on ${day} in another library`;
  const row: TaughtModelRow = {
    id: `imported-${day}-${content.sha256.slice(0, 4)}${randomBytes(2).toString('hex')}`,
    encoder: content.encoder,
    base: own.id,
    kind: 'imported',
    createdAt: new Date().toISOString(),
    removedAt: null,
    description: JSON.stringify({ ...content.description, recipe }),
    head,
  };
  return { row, tuned };
}

interface ReadFile {
  readonly content: ModelFile;
  readonly head: Buffer;
  readonly inputs: number;
  readonly tuned: TunedWeights | null;
}

async function readContent(path: string): Promise<ReadFile> {
  try {
    const content = await readChecked(path, FORMAT, modelFile);
    const head = Buffer.from(content.head, 'base64');
    const tuned = content.tuned ? unpackTuned(content.tuned) : null;
    return { content, head, inputs: unpackHead(head).inputs, tuned };
  } catch (cause) {
    if (cause instanceof ServiceError) throw cause;
    throw new ServiceError('MODEL_FILE_DAMAGED', path, { cause });
  }
}
