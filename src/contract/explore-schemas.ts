import { z } from 'zod';
import { contentHash, rowId } from './schemas.ts';

/** What a person calls a cluster; names differ in more than case. */
export const clusterName = z.string().trim().min(1).max(200);

/** 0: few clusters, 1: many. It is rounded to the steps of the slider. */
export const granularity = z.number().min(0).max(1);

/** A cluster among those of one answer: `n7` is the named one of id 7, `c0` the largest that has no name, `alone` what is like nothing else. */
export const clusterKey = z.string().regex(/^(n[1-9]\d*|c\d+|alone)$/);

const typicalPicture = z.object({ id: rowId, hash: contentHash });

export const pictureCluster = z.object({
  key: clusterKey,
  /** The name that a person gave it, and what else they said of it. */
  named: z.object({ id: rowId, name: z.string(), pinned: z.boolean(), hidden: z.boolean() }).nullable(),
  /** What it could be called: a folder that most of it lies in, a word that tells it from the others, or when most of it was taken. */
  proposedName: z.string().nullable(),
  pictures: z.number().int().nonnegative(),
  /** Mean cosine of its pictures and their neighbors in it. */
  cohesion: z.number(),
  /** Its pictures are less alike than what a search calls related. */
  loose: z.boolean(),
  /** The most typical pictures, at most 18, the most typical first. */
  typical: z.array(typicalPicture),
});
export type PictureCluster = z.infer<typeof pictureCluster>;

/** What a named cluster and the pictures as they lie now do not agree on; nothing is changed until a person answers. */
export const clusterQuestion = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('split'),
    cluster: rowId,
    name: z.string(),
    /** The kinds that its pictures are of now, the largest first. */
    parts: z.array(z.object({ pictures: z.number().int(), typical: z.array(typicalPicture) })),
  }),
  /** Two named clusters that lie in one. */
  z.object({ type: z.literal('merge'), cluster: rowId, name: z.string(), other: rowId, otherName: z.string() }),
]);
export type ClusterQuestion = z.infer<typeof clusterQuestion>;

export const pictureClusters = z.object({
  granularity,
  /** Names it: a request about one of its clusters is refused once there is another. */
  version: z.number().int().nonnegative(),
  /** False where pictures have come or gone since it was made. */
  current: z.boolean(),
  /** Pinned ones first, then by size. */
  clusters: z.array(pictureCluster),
  questions: z.array(clusterQuestion),
});
export type PictureClusters = z.infer<typeof pictureClusters>;

/** One of the clusters of an answer. */
export const clusterOf = z.object({ granularity, version: z.number().int().nonnegative(), key: clusterKey });
export type ClusterOf = z.infer<typeof clusterOf>;

/** A change of named clusters that was stored, and can be undone. */
export const clusterChange = z.object({
  change: rowId,
  /** What was done, for people: "Named 120 pictures Beach". */
  description: z.string(),
  /** The named cluster that it is about; null where it is gone. */
  cluster: rowId.nullable(),
});
export type ClusterChange = z.infer<typeof clusterChange>;

/** Files of the same bytes; the same picture in another size, compression or format; changed by hand; of one moment. */
const duplicateKind = z.enum(['identical', 'resized', 'edited', 'near']);
export type DuplicateKind = z.infer<typeof duplicateKind>;

/**
 * Why a picture is proposed to be kept; `chosen`: a person said so; `unedited`: a larger one was made of it; `same`: its files are all the
 * same.
 */
const keptReason = z.enum(['chosen', 'larger', 'sharper', 'less-compressed', 'older', 'unedited', 'same']);
export type KeptReason = z.infer<typeof keptReason>;

const duplicatePicture = z.object({
  id: rowId,
  hash: contentHash,
  /** Absolute paths of its files: several where they are identical. */
  paths: z.array(z.string()),
  bytes: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
  /** Lower case: `jpeg`, `heic`, … */
  format: z.string(),
  takenAt: z.string().nullable(),
  /** When the oldest of its files was written: ISO 8601, UTC. */
  modifiedAt: z.string(),
  /** How it was found to be of the kept one, which is `identical` to itself. */
  kind: duplicateKind,
  /** Its sharpness as a share of that of the sharpest of the set, 0–1; null where it is edited, or alone in being not, or nothing can be said. */
  sharpness: z.number().min(0).max(1).nullable(),
  /** It is clearly less sharp than that one. */
  blurred: z.boolean(),
});
export type DuplicatePicture = z.infer<typeof duplicatePicture>;

const duplicateSet = z.object({
  /** What is furthest from the kept one. */
  kind: duplicateKind,
  reason: keptReason,
  /** The one to keep first. */
  pictures: z.array(duplicatePicture).min(1),
});
export type DuplicateSet = z.infer<typeof duplicateSet>;

export const duplicates = z.object({
  /** False where pictures have come or gone since they were found. */
  current: z.boolean(),
  /** Pictures that were looked at. */
  pictures: z.number().int().nonnegative(),
  sets: z.array(duplicateSet),
});
export type Duplicates = z.infer<typeof duplicates>;

/** What a person says of pictures of a set: they are different ones, or both are wanted. They are never in one set again. */
export const duplicateDecision = z.enum(['not-duplicates', 'keep-both']);
export type DuplicateDecision = z.infer<typeof duplicateDecision>;

/** A decision that was stored, and can be taken back. */
export const decidedDuplicates = z.object({ decision: rowId, description: z.string() });
export type DecidedDuplicates = z.infer<typeof decidedDuplicates>;

/** What a person said of pictures that look like one, the newest first, as far as it holds. `kept`: of its copies this one is to be kept. */
export const duplicateDecisions = z.object({
  total: z.number().int().nonnegative(),
  decisions: z.array(
    z.object({
      id: rowId,
      decision: z.enum([...duplicateDecision.options, 'kept']),
      /** ISO 8601, UTC. */
      at: z.string(),
      /** `path` is null where it has no file now. */
      pictures: z.array(z.object({ id: rowId, hash: contentHash, path: z.string().nullable() })),
    }),
  ),
});
export type DuplicateDecisions = z.infer<typeof duplicateDecisions>;

/** Names a layout of the map: another one, or another start of the service, has another. */
const mapRevision = z.number().int().nonnegative();

/**
 * Where each picture lies on the map: what is alike lies together. A video has a point for each of its moments, as it has in clusters.
 * Numbers are packed, little-endian: a Blob is what stays binary on its way to a page.
 */
export const mapLayout = z.object({
  revision: mapRevision,
  /** False where pictures came or went since. */
  current: z.boolean(),
  /** How many points there are. */
  pictures: z.number().int().nonnegative(),
  /** Media ids, int32, ascending. */
  ids: z.instanceof(Blob),
  /** x and y of each in turn, float32, from -1 to 1, in the order of `ids`. */
  positions: z.instanceof(Blob),
});
export type MapLayout = z.infer<typeof mapLayout>;

/** What points are coloured by. */
export const mapColoring = z.enum(['cluster', 'group', 'folder', 'date']);
export type MapColoring = z.infer<typeof mapColoring>;

export const mapColorsInput = z.object({
  revision: mapRevision,
  by: mapColoring,
  /** Of clusters. */
  granularity: granularity.default(0.5),
});

/** The index of no category. */
export const NO_CATEGORY = 65_535;

export const mapColors = z.object({
  revision: mapRevision,
  /**
   * By cluster: keys, names and order of `explore.clusters`. By group: ids and names, by name; of several groups the smallest counts. By folder: the
   * parts of the sources that hold them, by path. By date: days, months or years without a gap, the oldest first, for a scale.
   */
  categories: z.array(z.object({ key: z.string(), label: z.string(), pictures: z.number().int().nonnegative() })),
  /** For each point, in the order of `ids`, the index of its category, uint16, little-endian; {@link NO_CATEGORY} where it has none. */
  values: z.instanceof(Blob),
});
export type MapColors = z.infer<typeof mapColors>;

/** Two pictures of a library. */
export const picturePair = z.object({ a: rowId, b: rowId });

/**
 * Where what B shows is in A: a point (u, v) of B, as fractions of its sides, is at (m0 u + m2 v + m4, m1 u + m3 v + m5) of A. Null where
 * they do not show the same.
 */
export const pictureAlignment = z
  .tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()])
  .nullable();
export type PictureAlignment = z.infer<typeof pictureAlignment>;

/** Where B differs from A: a picture to be laid on B, transparent where they are the same. */
export const pictureDifference = z.object({
  path: z.string(),
  mimeType: z.string(),
  /** Of the picture, what differs: 0–1. */
  share: z.number().min(0).max(1),
  /** Where the two lie on each other, as closely as could be found. */
  alignment: pictureAlignment,
});
export type PictureDifference = z.infer<typeof pictureDifference>;

export const exploreEvent = z.discriminatedUnion('type', [
  /** The names changed: ask again. */
  z.object({ type: z.literal('names'), revision: z.number().int().nonnegative() }),
  /** What was found while the neighbors of some pictures were not known yet can be found anew. */
  z.object({ type: z.literal('outdated') }),
  /** Names are proposed by words that were not read yet: ask again. */
  z.object({ type: z.literal('words') }),
  /** A decision about duplicates was made or taken back: ask again. */
  z.object({ type: z.literal('duplicates') }),
  /** There is another layout of the map: ask for it. */
  z.object({ type: z.literal('map'), revision: mapRevision }),
]);
export type ExploreEvent = z.infer<typeof exploreEvent>;
