import { createHash, randomBytes } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { z } from 'zod';
import { ServiceError } from '../../contract/errors.ts';
import type { TaughtModelRow } from '../catalog/model-store.ts';
import { writeError } from '../library-folder.ts';
import { modelDescription } from './model-description.ts';
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
 * @throws ServiceError DISK_FULL, LIBRARY_READ_ONLY
 */
export async function writeModelFile(path: string, row: TaughtModelRow): Promise<number> {
  const described = modelDescription.parse(JSON.parse(row.description));
  const groups = described.groups.map((group) => ({ ...group, id: null, members: [], examples: [] }));
  const evaluation = described.evaluation && { ...described.evaluation, examples: [] };
  const content: ModelFile = {
    format: 'semblance-model',
    version: 1,
    encoder: row.encoder,
    base: row.base,
    createdAt: row.createdAt,
    description: { ...described, groups, evaluation },
    head: Buffer.from(row.head).toString('base64'),
    sha256: '',
  };
  const text = JSON.stringify({ ...content, sha256: sumOf(content) });
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
    throw writeError(cause as NodeJS.ErrnoException);
  }
  return Buffer.byteLength(text);
}

/**
 * Reads what {@link writeModelFile} wrote, as a version with a new id.
 *
 * @throws ServiceError MODEL_FILE_DAMAGED
 */
export async function readModelFile(path: string): Promise<TaughtModelRow> {
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES) throw new RangeError(`it has ${size} bytes`);
    const content = modelFile.parse(JSON.parse(await readFile(path, 'utf8')));
    if (sumOf(content) !== content.sha256) throw new RangeError('its checksum is wrong');
    const head = Buffer.from(content.head, 'base64');
    const { inputs } = unpackHead(head);
    const { encoder, base, createdAt, description } = content;
    const id = `imported-${createdAt.slice(0, 10)}-${content.sha256.slice(0, 4)}${randomBytes(2).toString('hex')}`;
    if (inputs === 0) throw new RangeError('its head takes nothing');
    return {
      id,
      encoder,
      base,
      kind: 'imported',
      createdAt,
      removedAt: null,
      description: JSON.stringify(description),
      head,
    };
  } catch (cause) {
    throw new ServiceError('MODEL_FILE_DAMAGED', path, { cause });
  }
}
