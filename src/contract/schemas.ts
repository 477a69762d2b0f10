import { z } from 'zod';
import { FILE_FAILURES, type FileFailureCode } from './errors.ts';

/** A row of the catalog, positive. Media, sources and files each count their own. */
export const rowId = z.number().int().positive();

/** Content hash of a picture: SHA-256 as 64 lowercase hex digits. */
export const contentHash = z.string().regex(/^[0-9a-f]{64}$/);

export const fileFailureCode = z.enum(Object.keys(FILE_FAILURES) as [FileFailureCode, ...FileFailureCode[]]);

export const source = z.object({
  id: rowId,
  /** Absolute path of the folder. */
  path: z.string(),
  /** `offline`: the folder is not there now; its pictures stay searchable. */
  state: z.enum(['online', 'offline']),
  /**
   * How changes in it are noticed while the library is open: told by the system, by looking through it every now and then (network
   * drives, too many folders), or not at all (offline, or nobody watches: the command line).
   */
  watching: z.enum(['events', 'polling', 'none']),
  pictures: z.number().int().nonnegative(),
});
export type Source = z.infer<typeof source>;

export const libraryStatus = z.object({
  libraryFolder: z.string(),
  /** Where `thumb://` looks; see `thumbnailPath`. */
  thumbsFolder: z.string(),
  sources: z.array(source),
  pictures: z.number().int().nonnegative(),
  vectors: z.number().int().nonnegative(),
  model: z.object({ id: z.string(), name: z.string(), dimensions: z.number().int().positive() }),
  /** Id of the encoder that answers, as `encoders` lists it. */
  encoder: z.string(),
  /** Whether it finds pictures by words. */
  readsWords: z.boolean(),
  /** How many sources are offline. */
  offline: z.number().int().nonnegative(),
  failures: z.number().int().nonnegative(),
});
export type LibraryStatus = z.infer<typeof libraryStatus>;

export const fileFailure = z.object({
  path: z.string(),
  code: fileFailureCode,
  message: z.string(),
  /** ISO 8601, when the failure was first seen. */
  since: z.string(),
});
export type FileFailure = z.infer<typeof fileFailure>;

const counts = {
  /** Files seen on disk that were considered. `found = indexed + unchanged + moved + failed` once a run is complete. */
  found: z.number().int().nonnegative(),
  indexed: z.number().int().nonnegative(),
  unchanged: z.number().int().nonnegative(),
  /** Known content at a new path: nothing was decoded or encoded again. */
  moved: z.number().int().nonnegative(),
  removed: z.number().int().nonnegative(),
  failed: z.number().int().nonnegative(),
};

/** True for a run that changes on disk began, not a person: it is shown only while there is something to read. */
const quiet = z.boolean();

export const indexState = z.enum(['idle', 'scanning', 'indexing', 'paused', 'cancelling']);

export const indexProgress = z.object({
  type: z.literal('progress'),
  state: indexState,
  quiet,
  ...counts,
  /** Over the last seconds; 0 before the first picture is done. */
  picturesPerSecond: z.number().nonnegative(),
  /** Honest estimate, or null while it cannot be known (scanning, paused, nothing done yet). */
  secondsLeft: z.number().nonnegative().nullable(),
  /** Grows with each change to the set of pictures: ask for the layout again when it does. */
  revision: z.number().int().nonnegative(),
});
export type IndexProgress = z.infer<typeof indexProgress>;

export const indexSummary = z.object({
  type: z.literal('summary'),
  quiet,
  ...counts,
  seconds: z.number().nonnegative(),
  picturesPerSecond: z.number().nonnegative(),
  /** True where the run was cancelled: what was done stays done. */
  cancelled: z.boolean(),
  /** Set where the run ended early by an error: its code and sentence. */
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type IndexSummary = z.infer<typeof indexSummary>;

export const indexEvent = z.discriminatedUnion('type', [
  indexProgress,
  z.object({ type: z.literal('failure'), path: z.string(), code: fileFailureCode, message: z.string() }),
  indexSummary,
]);
export type IndexEvent = z.infer<typeof indexEvent>;

/** Where in a video a picture is: a moment that stands for it. */
export const momentPlace = z.object({
  /** The video's own row, whose picture is the poster. */
  id: rowId,
  /** Seconds from the start. */
  at: z.number().nonnegative(),
  /** Of the whole video. */
  seconds: z.number().nonnegative(),
});
export type MomentPlace = z.infer<typeof momentPlace>;

export const picture = z.object({
  id: rowId,
  hash: contentHash,
  /** Set for a moment of a video, whose paths, size and date these are. */
  video: momentPlace.nullable(),
  /** Absolute path of the first copy; `copies` are further paths with the same content. */
  path: z.string(),
  copies: z.array(z.string()),
  /** Files that go with them, which it is shown for: the camera raw file of the same name, the film of a Live Photo. */
  companions: z.array(z.string()),
  /** Pixels, upright (EXIF orientation applied). */
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  bytes: z.number().int().nonnegative(),
  format: z.string(),
  /** ISO 8601 without zone: what the clock showed where it was taken. Null where nothing says so: `modifiedAt` stands for it. */
  takenAt: z.string().nullable(),
  /** How far that clock was ahead of UTC, in minutes; null where nothing says so. */
  takenOffset: z.number().int().min(-720).max(840).nullable(),
  /** Where the time was read; `file`: nowhere, it is the file's. */
  takenFrom: z.enum(['exif', 'xmp', 'iptc', 'video', 'sidecar', 'file']),
  /** ISO 8601, the file's own time. */
  modifiedAt: z.string(),
  camera: z.string().nullable(),
  lens: z.string().nullable(),
  /** Degrees, north and east; both or none. */
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  /** Stars, 0 to 5; −1 for a picture that was rejected. */
  rating: z.number().int().min(-1).max(5).nullable(),
  keywords: z.array(z.string()),
  title: z.string().nullable(),
  description: z.string().nullable(),
});
export type Picture = z.infer<typeof picture>;

/** A day, a month, a year or a minute: `2019-07-04`, `2019-07`, `2019`, `2019-07-04T16:20`. Times of the clock where pictures were taken. */
export const moment = z.string().regex(/^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?)?)?)?$/, 'A date is needed: 2019-07-04.');

const word = z.string().trim().min(1).max(200);

export const ratingFilter = z.union([z.number().int().min(1).max(5), z.enum(['rejected', 'unrated'])]);
export type RatingFilter = z.infer<typeof ratingFilter>;

/** Which pictures are meant: those for which all of it holds. */
export const pictureFilter = z.object({
  /** Lies in this folder (absolute) or below. FOLDER_NOT_INDEXED where no source holds it. */
  folder: z.string().min(1).max(4096).optional(),
  /** Belongs to this group. GROUP_UNKNOWN. */
  group: rowId.optional(),
  /** Taken from the beginning of this day, month, year or minute on. Where no picture says when it was taken, its file's time counts. */
  after: moment.optional(),
  /** Taken before the beginning of it. */
  before: moment.optional(),
  /** Has at least so many stars; was rejected; or nobody said whether it is good. */
  rating: ratingFilter.optional(),
  /** Has all of these keywords, whatever their capitals. */
  keywords: z.array(word).max(20).optional(),
  /** The whole name of the camera, or a part of it where none has that name. */
  camera: word.optional(),
  /** As of `camera`. */
  lens: word.optional(),
  /** Taken at most `km` kilometres from there. */
  near: z
    .object({
      latitude: z.number().min(-90).max(90),
      longitude: z.number().min(-180).max(180),
      km: z.number().positive().max(20_100),
    })
    .optional(),
  /** Says where it was taken, or does not. */
  placed: z.boolean().optional(),
  /** Is a photo, or a video. */
  kind: z.enum(['photo', 'video']).optional(),
  /** Is one of these: what a person selected on the map, say. A moment stands for its video. */
  among: z.array(rowId).min(1).max(200_000).optional(),
});
export type PictureFilter = z.infer<typeof pictureFilter>;

const counted = z.object({ name: z.string(), pictures: z.number().int().positive() });

/** What pictures can be filtered by, the most frequent first. */
export const pictureFacets = z.object({
  cameras: z.array(counted),
  lenses: z.array(counted),
  /** At most 5,000. */
  keywords: z.array(counted),
  /** First and last time that pictures say they were taken; null where none says so. */
  taken: z.object({ first: z.string(), last: z.string() }).nullable(),
  /** How many have at least one star, and how many say where they were taken. */
  rated: z.number().int().nonnegative(),
  placed: z.number().int().nonnegative(),
});
export type PictureFacets = z.infer<typeof pictureFacets>;

const wanted = z.boolean().default(true);

/** One example of a query: a library picture, a file anywhere on disk, or bytes (a pasted image). */
export const queryExample = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('picture'), id: rowId, wanted }),
  z.object({ kind: z.literal('file'), path: z.string().min(1).max(4096), wanted }),
  z.object({ kind: z.literal('bytes'), bytes: z.instanceof(Blob), wanted }),
]);
export type QueryExample = z.input<typeof queryExample>;

export const similarQuery = z
  .object({
    /** None where there are words. */
    examples: z.array(queryExample).max(64),
    /** Words for what is wanted, beside the examples or alone. ENCODER_READS_NO_WORDS where the encoder knows pictures only. */
    text: z.string().trim().min(1).max(1000).optional(),
    k: z.number().int().min(1).max(10_000).default(20),
    /** Only pictures for which this holds are found; their scores are what they are without it. */
    filter: pictureFilter.optional(),
    /** Scan every vector instead of asking the HNSW index: the reference that the index is measured against. */
    exact: z.boolean().default(false),
    /**
     * Rank what is found as a teaching with the groups as they are now would, without teaching: a preview, which follows each label.
     * TEACHING_IMPOSSIBLE where there is nothing to learn from yet.
     */
    preview: z.boolean().default(false),
  })
  .refine(
    ({ examples, text }) => text !== undefined || examples.some((example) => example.wanted),
    'At least one example must be wanted, or words given.',
  )
  .refine(
    ({ text, preview }) => text === undefined || !preview,
    'Groups say nothing of words: a preview takes examples.',
  );

export const neighbor = z.object({
  rank: z.number().int().positive(),
  id: rowId,
  hash: contentHash,
  /** Set for a moment of a video: the best of them, which stands for all. */
  video: momentPlace.nullable(),
  path: z.string(),
  copies: z.array(z.string()),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  /**
   * How alike the picture and the query are, at most 1; 1 is the same picture. At least their cosine: higher where their
   * neighbors in the library are alike too.
   */
  score: z.number(),
  /** False from where results are probably unrelated. */
  related: z.boolean(),
});
export type Neighbor = z.infer<typeof neighbor>;

export const similarResult = z.object({
  neighbors: z.array(neighbor),
  /** True where every vector was scanned (asked for, or because the index is being rebuilt). */
  exact: z.boolean(),
  seconds: z.number().nonnegative(),
  /** A WebP thumbnail for each example, in order: a dropped file has none in the library. */
  thumbnails: z.array(z.instanceof(Blob)),
});
export type SimilarResult = z.infer<typeof similarResult>;

export const evaluation = z.object({
  pictures: z.number().int().nonnegative(),
  classes: z.number().int().nonnegative(),
  /** In how many parts the pictures were held out of the library that they asked; null where they asked the one they are in. */
  heldOut: z.number().int().nullable(),
  p1: z.number(),
  p10: z.number(),
  map10: z.number(),
  model: z.string(),
});
export type Evaluation = z.infer<typeof evaluation>;

/** What an export of everything that a person made holds. */
export const libraryExport = z.object({
  path: z.string(),
  bytes: z.number().int(),
  groups: z.number().int().nonnegative(),
  /** What was said of pictures: members, and those that were refused. */
  labels: z.number().int().nonnegative(),
  /** Clusters that were named. */
  clusters: z.number().int().nonnegative(),
  /** What was said of duplicates. */
  decisions: z.number().int().nonnegative(),
  /** Of what is left out. */
  rules: z.number().int().nonnegative(),
  models: z.number().int().nonnegative(),
  /** Versions that were left out, because an encoder of their own belongs to them. */
  left: z.number().int().nonnegative(),
});
export type LibraryExport = z.infer<typeof libraryExport>;

export const libraryImport = z.object({
  /** For `groups.undo`: all groups and labels are one change. */
  change: rowId,
  /** Groups of the file, new or merged into those that there were. */
  groups: z.number().int().nonnegative(),
  /** Labels that were not there before. */
  labels: z.number().int().nonnegative(),
  /** Names of clusters that were not there before. */
  clusters: z.number().int().nonnegative(),
  /** What was said of duplicates, and had not been said here. */
  decisions: z.number().int().nonnegative(),
  /** Rules about what is left out that were not there before. */
  rules: z.number().int().nonnegative(),
  /** Pictures that the file names and that are not in this library. */
  missing: z.number().int().nonnegative(),
  /** Versions that were not there before. */
  models: z.number().int().nonnegative(),
});
export type LibraryImport = z.infer<typeof libraryImport>;

export const verification = z.object({
  ok: z.boolean(),
  catalog: z.enum(['ok', 'damaged']),
  pictures: z.number().int().nonnegative(),
  vectors: z.number().int().nonnegative(),
  /** Pictures that lack features, a vector or a thumbnail. */
  missing: z.number().int().nonnegative(),
  /** Features, vectors or thumbnails that belong to no picture. */
  stale: z.number().int().nonnegative(),
  /** Recall@10 of the index against the exact scan on up to 100 of its own pictures; null where there are none. */
  recall10: z.number().nullable(),
});
export type Verification = z.infer<typeof verification>;
