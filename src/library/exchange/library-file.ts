import { z } from 'zod';
import { ServiceError } from '../../contract/errors.ts';
import { ignoreRule } from '../../contract/ignore-schemas.ts';
import { contentHash } from '../../contract/schemas.ts';
import { modelDescription } from '../teach/model-description.ts';
import { tunedPart } from '../teach/tuned-weights.ts';
import { readChecked, writeChecked } from '../checked-file.ts';

/** Two million labels, or ten versions with heads of 2,048 × 2,048, are 220 MB. A string of over 512 MB cannot be made. */
const MOST_BYTES = 400 * 1024 * 1024;

/** The first had no encoders, the second no names of clusters, the third nothing of duplicates, of clusters kept apart and of what is left out. */
const FORMAT = { format: 'semblance-library', version: 4, mostBytes: MOST_BYTES } as const;

const featuresId = z.string().min(1).max(200);

const madeGroup = z.object({
  name: z.string().min(1).max(1000),
  createdAt: z.iso.datetime(),
  /** Content hashes, in the order in which it was said. */
  members: z.array(contentHash),
  refused: z.array(contentHash),
});

const madeCluster = madeGroup.extend({
  granularity: z.number().min(0).max(1),
  pinned: z.boolean(),
  hidden: z.boolean(),
  /** Names of others of which it was said that they are not one with it. */
  apart: z.array(z.string()).default([]),
});

/** What was said of pictures that look like one: that they are different, all wanted, or that one is to be kept rather than its copies. */
const madeDecision = z.object({
  decision: z.enum(['not-duplicates', 'keep-both', 'kept']),
  at: z.iso.datetime(),
  /** Content hashes. */
  pictures: z.array(contentHash).min(1),
});

/** What is left out. */
const madeRule = z.object({
  rule: ignoreRule,
  /** Of the file that a rule is about, where it is about one and that could be read. */
  hash: contentHash.nullable(),
});
export type MadeRule = z.infer<typeof madeRule>;

const madeVersion = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,100}$/),
  encoder: featuresId,
  base: z.string().min(1).max(200),
  createdAt: z.iso.datetime(),
  description: modelDescription,
  /** Base64 of what `packHead` makes. */
  head: z.base64(),
});

function hasNoNameTwice(named: readonly { readonly name: string }[]): boolean {
  return new Set(named.map(({ name }) => name.normalize('NFC').toLowerCase())).size === named.length;
}

/** Encoders that were tuned, by the id of their features. */
const madeEncoder = tunedPart.extend({ id: featuresId });

/** What a person made, as one file: JSON. See `docs/library-file.md`. */
const libraryFile = z.object({
  format: z.literal(FORMAT.format),
  version: z.number(),
  createdAt: z.iso.datetime(),
  groups: z.array(madeGroup).refine(hasNoNameTwice),
  clusters: z.array(madeCluster).refine(hasNoNameTwice).default([]),
  duplicates: z.array(madeDecision).default([]),
  rules: z.array(madeRule).default([]),
  encoders: z.array(madeEncoder).default([]),
  models: z.array(madeVersion),
  sha256: z.string(),
});
export type LibraryContent = Pick<
  z.infer<typeof libraryFile>,
  'groups' | 'clusters' | 'duplicates' | 'rules' | 'encoders' | 'models'
>;

/** @returns bytes written. @throws ServiceError EXPORT_TOO_LARGE, FOLDER_MISSING, DISK_FULL, LIBRARY_READ_ONLY */
export async function writeLibraryFile(path: string, content: LibraryContent): Promise<number> {
  const { groups, clusters, duplicates, rules, encoders, models } = content;
  const createdAt = new Date().toISOString();
  return writeChecked(path, FORMAT, { createdAt, groups, clusters, duplicates, rules, encoders, models });
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
