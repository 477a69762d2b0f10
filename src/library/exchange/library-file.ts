import { z } from 'zod';
import { ServiceError } from '../../contract/errors.ts';
import { contentHash } from '../../contract/schemas.ts';
import { modelDescription } from '../teach/model-description.ts';
import { tunedPart } from '../teach/tuned-weights.ts';
import { readChecked, writeChecked } from './checked-file.ts';

/** Two million labels, or ten versions with heads of 2,048 × 2,048, are 220 MB. A string of over 512 MB cannot be made. */
const MOST_BYTES = 400 * 1024 * 1024;

/** The first had no encoders. */
const FORMAT = { format: 'semblance-library', version: 2, mostBytes: MOST_BYTES } as const;

const featuresId = z.string().min(1).max(200);

const madeGroup = z.object({
  name: z.string().min(1).max(1000),
  createdAt: z.iso.datetime(),
  /** Content hashes, in the order in which it was said. */
  members: z.array(contentHash),
  refused: z.array(contentHash),
});

const madeVersion = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,100}$/),
  encoder: featuresId,
  base: z.string().min(1).max(200),
  createdAt: z.iso.datetime(),
  description: modelDescription,
  /** Base64 of what `packHead` makes. */
  head: z.base64(),
});

/** Encoders that were tuned, by the id of their features. */
const madeEncoder = tunedPart.extend({ id: featuresId });

/** What a person made, as one file: JSON. See `docs/library-file.md`. */
const libraryFile = z.object({
  format: z.literal(FORMAT.format),
  version: z.number(),
  createdAt: z.iso.datetime(),
  groups: z
    .array(madeGroup)
    .refine((groups) => new Set(groups.map(({ name }) => name.normalize('NFC').toLowerCase())).size === groups.length),
  encoders: z.array(madeEncoder).default([]),
  models: z.array(madeVersion),
  sha256: z.string(),
});
export type LibraryContent = Pick<z.infer<typeof libraryFile>, 'groups' | 'encoders' | 'models'>;

/** @returns bytes written. @throws ServiceError EXPORT_TOO_LARGE, FOLDER_MISSING, DISK_FULL, LIBRARY_READ_ONLY */
export async function writeLibraryFile(path: string, { groups, encoders, models }: LibraryContent): Promise<number> {
  return writeChecked(path, FORMAT, { createdAt: new Date().toISOString(), groups, encoders, models });
}

/** @throws ServiceError LIBRARY_FILE_DAMAGED, EXPORT_NEWER */
export async function readLibraryFile(path: string): Promise<LibraryContent> {
  try {
    return await readChecked(path, FORMAT, libraryFile);
  } catch (cause) {
    if (cause instanceof ServiceError) throw cause;
    throw new ServiceError('LIBRARY_FILE_DAMAGED', path, { cause });
  }
}
