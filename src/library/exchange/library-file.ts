import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { ServiceError } from '../../contract/errors.ts';
import { contentHash } from '../../contract/schemas.ts';
import { modelDescription } from '../teach/model-description.ts';
import { tunedPart } from '../teach/tuned-weights.ts';
import { checkedJson, sumOf } from './checked-json.ts';

/** Two million labels, or ten versions with heads of 2,048 × 2,048, are 220 MB. A string of over 512 MB cannot be made. */
const MOST_BYTES = 400 * 1024 * 1024;

const VERSION = 1;

const head = z.object({ format: z.literal('semblance-library'), version: z.number().int().positive() });

/** What a person made, as one file: JSON. See `docs/library-file.md`. `sha256` is of the JSON of all other fields in this order. */
const libraryFile = z.object({
  format: z.literal('semblance-library'),
  version: z.literal(VERSION),
  createdAt: z.iso.datetime(),
  groups: z
    .array(
      z.object({
        name: z.string().min(1).max(1000),
        createdAt: z.iso.datetime(),
        /** Content hashes, in the order in which it was said. */
        members: z.array(contentHash),
        refused: z.array(contentHash),
      }),
    )
    .refine((groups) => new Set(groups.map(({ name }) => name.normalize('NFC').toLowerCase())).size === groups.length),
  models: z.array(
    z.object({
      id: z.string().regex(/^[a-z0-9-]{1,100}$/),
      encoder: z.string().min(1).max(200),
      base: z.string().min(1).max(200),
      createdAt: z.iso.datetime(),
      description: modelDescription,
      /** Base64 of what `packHead` makes. */
      head: z.base64(),
      /** Of a version of a tuned encoder: what that differs in. */
      tuned: tunedPart.optional(),
    }),
  ),
  sha256: z.string(),
});
type LibraryFile = z.infer<typeof libraryFile>;
export type LibraryContent = Pick<LibraryFile, 'groups' | 'models'>;

/** The text of a library file. */
export function libraryFileText({ groups, models }: LibraryContent): string {
  const createdAt = new Date().toISOString();
  const content = { format: 'semblance-library', version: VERSION, createdAt, groups, models, sha256: '' } as const;
  // in the order of the schema, which the checksum is made of
  const ordered = libraryFile.parse(content);
  return checkedJson(ordered);
}

/** @throws ServiceError LIBRARY_FILE_DAMAGED, LIBRARY_FILE_NEWER */
export async function readLibraryFile(path: string): Promise<LibraryContent> {
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES) throw new RangeError(`it has ${size} bytes`);
    const json: unknown = JSON.parse(await readFile(path, 'utf8'));
    const { version } = head.parse(json);
    if (version > VERSION) throw new ServiceError('LIBRARY_FILE_NEWER', `${path}: version ${version}`);
    const content = libraryFile.parse(json);
    // of what is in the file: a field that came later is filled in by the schema
    if (sumOf(json as LibraryFile) !== content.sha256) throw new RangeError('its checksum is wrong');
    return content;
  } catch (cause) {
    if (cause instanceof ServiceError) throw cause;
    throw new ServiceError('LIBRARY_FILE_DAMAGED', path, { cause });
  }
}
