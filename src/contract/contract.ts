import { eventIterator, oc, type ContractRouterClient } from '@orpc/contract';
import { z } from 'zod';
import * as a from './action-schemas.ts';
import { SERVICE_ERRORS, type ServiceErrorCode } from './errors.ts';
import * as e from './encoder-schemas.ts';
import * as x from './explore-schemas.ts';
import * as g from './group-schemas.ts';
import * as i from './ignore-schemas.ts';
import * as j from './job-schemas.ts';
import * as s from './schemas.ts';
import * as t from './teach-schemas.ts';
import * as w from './timeline-schemas.ts';

/** oRPC's error map, made from the one table of codes. `detail` is what the sentence is about: a path, a reason. */
const errors = Object.fromEntries(
  Object.keys(SERVICE_ERRORS).map((code) => [code, { data: z.object({ detail: z.string() }) }]),
) as Record<ServiceErrorCode, { data: z.ZodObject<{ detail: z.ZodString }> }>;

const procedure = oc.errors(errors);

/** Everything is chosen by the program where nothing is given. */
const teachInput = t.teachInput.prefault({});

/** Everything that the library service offers: the renderer, main, the command line and the tests are typed by it. */
export const contract = {
  status: procedure.output(s.libraryStatus),
  sources: {
    /** Adds a folder (or gives the source that holds it already). Indexing is started apart. */
    add: procedure.input(z.object({ path: z.string().min(1).max(4096) })).output(s.source),
    /** Forgets a folder. Features stay, by content hash, so that adding it again decodes nothing. */
    remove: procedure.input(z.object({ id: s.rowId })).output(z.void()),
  },
  indexing: {
    /**
     * Starts a run over sources by id, over folders (made sources where they lie in none; only they are scanned where they
     * are part of one), or over everything. INDEXING_BUSY where a run is under way. Returns at once; see `watch`.
     */
    start: procedure
      .input(
        z.object({ sourceIds: z.array(s.rowId).optional(), folders: z.array(z.string().min(1).max(4096)).optional() }),
      )
      .output(z.void()),
    /**
     * Tries files again that failed: these paths (absolute), those of a code, or all where neither is given. Gives how many there are; where a run is
     * under way they are read after it.
     */
    retry: procedure
      .input(
        z.object({
          paths: z.array(z.string().min(1).max(4096)).max(100_000).optional(),
          code: s.fileFailureCode.optional(),
        }),
      )
      .output(z.object({ files: z.number().int().nonnegative() })),
    pause: procedure.output(z.void()),
    resume: procedure.output(z.void()),
    /** Resolves when the run has ended; what was done stays done. */
    cancel: procedure.output(z.void()),
    /**
     * The present state at once, then every change of it, each failure, and each run's summary; never ends by itself. With
     * `lastRun`, the summary of the run that ended before (in this process) comes first: a window that opens late misses it.
     */
    watch: procedure
      .input(z.object({ lastRun: z.boolean().default(false) }).default({ lastRun: false }))
      .output(eventIterator(s.indexEvent)),
  },
  pictures: {
    /**
     * All pictures, newest first, packed for the grid: see `picture-layout.ts`. With `since`, only those whose id is
     * greater; the renderer merges them in.
     */
    layout: procedure
      .input(z.object({ since: z.number().int().nonnegative().default(0) }))
      .output(z.object({ revision: z.number().int().nonnegative(), rows: z.instanceof(Blob) })),
    get: procedure.input(z.object({ id: s.rowId })).output(s.picture),
    /** The ids of the pictures for which a filter holds, ascending, as uint32, little-endian. FOLDER_NOT_INDEXED, GROUP_UNKNOWN. */
    matching: procedure.input(z.object({ filter: s.pictureFilter })).output(z.instanceof(Blob)),
    /** The ids of the pictures that lie on nothing but sources that are offline, ascending, as uint32, little-endian. */
    offline: procedure.output(z.instanceof(Blob)),
    /** What can be filtered by. */
    facets: procedure.output(s.pictureFacets),
    /** The pictures of files by absolute path; null for a file that is not in the library. */
    at: procedure
      .input(z.object({ paths: z.array(z.string().min(1).max(4096)).max(100_000) }))
      .output(z.array(s.rowId.nullable())),
    /** The original's path, checked to lie inside a source by its real path. PICTURE_MISSING where it is gone. */
    locate: procedure.input(z.object({ id: s.rowId })).output(z.object({ path: z.string() })),
    /** A file that a browser can show: the original, or a rendering of it kept in the library. */
    display: procedure.input(z.object({ id: s.rowId })).output(z.object({ path: z.string(), mimeType: z.string() })),
  },
  search: {
    similar: procedure.input(s.similarQuery).output(s.similarResult),
  },
  encoders: {
    /** The built-in one first, then what is installed, what can be downloaded, and what only has features here. */
    list: procedure.output(z.array(e.encoderEntry)),
    /**
     * Installs from a folder or file on disk; what is installed before stays until the new one is complete. ENCODER_BUSY where
     * another is being installed, ENCODER_LICENCE where its licence has to be agreed to, and other ENCODER_* for what is wrong.
     */
    install: procedure.input(e.installInput).output(e.installResult),
    /**
     * Starts a download and returns at once; see `watch`. This is the one procedure that asks the network for anything.
     * ENCODER_BUSY where one is under way.
     */
    download: procedure
      .input(z.object({ id: e.encoderId, acceptLicence: z.boolean().default(false) }))
      .output(z.void()),
    /** What was loaded is kept: the next download goes on from there. */
    cancelDownload: procedure.output(z.void()),
    /** Removes the files of an encoder. Its features stay. ENCODER_IN_USE where it is active or upcoming. */
    remove: procedure.input(z.object({ id: e.encoderId })).output(z.void()),
    /**
     * Encodes the library with this encoder in the background, and then lets it take over in one step; searches go on with the
     * old one until then. With the active one it cancels what is under way. Returns when it has begun; see `watch`.
     */
    use: procedure.input(z.object({ id: e.encoderId })).output(z.void()),
    pause: procedure.output(z.void()),
    resume: procedure.output(z.void()),
    /** Deletes the features and vectors kept of an encoder. ENCODER_IN_USE where it is active or upcoming. */
    deleteFeatures: procedure.input(z.object({ id: e.encoderId })).output(z.void()),
    /** The present state at once, then every change of it and what happens; never ends by itself. */
    watch: procedure.output(eventIterator(e.encodersEvent)),
  },
  compute: {
    /** What can encode on this computer. The first call starts the trial of the devices; `wait` waits for its end. */
    devices: procedure
      .input(z.object({ wait: z.boolean().default(false) }).default({ wait: false }))
      .output(e.computeReport),
    /** Encodes on that device from now on, or with `auto` on the fastest; kept in the library. DEVICE_UNKNOWN. */
    choose: procedure.input(z.object({ device: z.string().min(1).max(200) })).output(e.computeReport),
  },
  groups: {
    /** By name. */
    list: procedure.output(z.array(g.pictureGroup)),
    /** What belongs to a group, and what was refused for it. GROUP_UNKNOWN. */
    pictures: procedure.input(z.object({ id: s.rowId })).output(g.groupPictures),
    /** The groups of one picture. */
    of: procedure.input(z.object({ picture: s.rowId })).output(z.array(g.pictureLabel)),
    /** GROUP_NAME_TAKEN where there is one of that name. */
    create: procedure.input(z.object({ name: g.groupName, pictures: g.pictureIds.default([]) })).output(g.groupChange),
    /**
     * Makes a group of each sub-folder of a folder, named after it, of the pictures in it and below; a group of that name gets
     * them added. FOLDER_MISSING, FOLDER_NOT_INDEXED.
     */
    createFromFolders: procedure
      .input(z.object({ root: z.string().min(1).max(4096) }))
      .output(z.object({ change: s.rowId, groups: z.array(g.pictureGroup) })),
    /** Says of pictures whether they belong. Durable when it returns. GROUP_UNKNOWN, PICTURE_UNKNOWN. */
    label: procedure
      .input(z.object({ id: s.rowId, pictures: g.pictureIds.min(1), verdict: g.verdict }))
      .output(g.groupChange),
    rename: procedure.input(z.object({ id: s.rowId, name: g.groupName })).output(g.groupChange),
    remove: procedure.input(z.object({ id: s.rowId })).output(g.groupChange),
    /** Puts all labels of one group into another, and removes it. A picture that one has in and the other out is in. */
    merge: procedure.input(z.object({ from: s.rowId, into: s.rowId })).output(g.groupChange),
    /** Moves members into a new group. */
    split: procedure
      .input(z.object({ id: s.rowId, pictures: g.pictureIds.min(1), name: g.groupName }))
      .output(g.groupChange),
    /**
     * Undoes a change, the newest where none is named; all that it touched is as before it. The undoing is a change itself: to undo
     * it is to redo. NOTHING_TO_UNDO, CHANGE_TOO_OLD where something later touched the same.
     */
    undo: procedure.input(z.object({ change: s.rowId.optional() }).default({})).output(g.groupChange),
    /** Pictures that may belong to a group, by nearest examples; calibrated where there are labels enough. */
    suggest: procedure
      .input(
        z.object({
          id: s.rowId,
          k: z.number().int().min(1).max(1000).default(20),
          target: g.suggestionTarget.default(0.9),
        }),
      )
      .output(g.suggestions),
    /** Which pictures to label next: those that would teach most. */
    suggestNext: procedure
      .input(z.object({ k: z.number().int().min(1).max(200).default(20) }).default({ k: 20 }))
      .output(z.array(g.labelQuestion)),
    /** The present state at once, then each change; never ends by itself. */
    watch: procedure.output(eventIterator(g.groupsEvent)),
  },
  teach: {
    readiness: procedure.input(teachInput).output(t.teachReadiness),
    /** What teaching the last layers of the encoder would take, measured by some steps of it: the first time that takes some seconds. */
    estimateDeep: procedure.input(teachInput).output(t.deepEstimate),
    /**
     * Teaches in the background, judges what came of it and activates it where it is better; returns when it has begun, see
     * `watch`. TEACHING_BUSY, TEACHING_IMPOSSIBLE.
     */
    start: procedure.input(teachInput).output(z.void()),
    pause: procedure.output(z.void()),
    resume: procedure.output(z.void()),
    /** Resolves when nothing runs any more. */
    cancel: procedure.output(z.void()),
    /** The present state at once, then every change of it and what happens; never ends by itself. */
    watch: procedure.output(eventIterator(t.teachEvent)),
  },
  models: {
    /** Versions of all encoders, the newest first, and last what there was before any teaching. */
    list: procedure.output(z.array(t.modelVersion)),
    /**
     * Makes vectors and an index with this version aside and swaps to it in one step; returns when it has begun, see `teach.watch`.
     * One of an encoder that was tuned switches to that, which encodes what it has not yet. TEACHING_BUSY, MODEL_UNKNOWN,
     * MODEL_OF_OTHER_ENCODER.
     */
    use: procedure.input(z.object({ id: t.modelId })).output(z.void()),
    /** Forgets a version; MODEL_IN_USE. `restore` brings it back for 30 days. */
    remove: procedure.input(z.object({ id: t.modelId })).output(z.void()),
    restore: procedure.input(z.object({ id: t.modelId })).output(z.void()),
    /** Which groups this version takes for which. MODEL_UNKNOWN, MODEL_OF_OTHER_ENCODER where it has to be worked out for that. */
    confusion: procedure.input(z.object({ id: t.modelId })).output(t.modelConfusion),
    /** What the untaught encoder and this version answer for a picture. MODEL_UNKNOWN, MODEL_OF_OTHER_ENCODER, PICTURE_UNKNOWN. */
    neighbors: procedure
      .input(z.object({ id: t.modelId, picture: s.rowId, k: z.number().int().min(1).max(100).default(10) }))
      .output(t.modelNeighbors),
    /** The labelled pictures and a sample of the others as points of a plane. MODEL_UNKNOWN, MODEL_OF_OTHER_ENCODER. */
    projection: procedure.input(z.object({ id: t.modelId })).output(t.modelProjection),
    /** Writes a version with its groups' prototypes as one file. */
    exportTo: procedure
      .input(z.object({ id: t.modelId, path: z.string().min(1).max(4096) }))
      .output(z.object({ path: z.string(), bytes: z.number().int() })),
    /** Reads what `exportTo` wrote. MODEL_FILE_DAMAGED, EXPORT_NEWER, MODEL_OF_OTHER_ENCODER. */
    importFrom: procedure.input(z.object({ path: z.string().min(1).max(4096) })).output(t.modelVersion),
  },
  explore: {
    /**
     * What belongs together, at a granularity; names that were given lie over what is found. Worked out where it is not yet, some seconds in a
     * large library; `fresh` does so where pictures have come or gone since.
     */
    clusters: procedure
      .input(
        z
          .object({
            granularity: x.granularity.default(0.5),
            fresh: z.boolean().default(false),
            /** Waits for names by words, which otherwise come later where the encoder has not read them yet: see `watch`. */
            words: z.boolean().default(false),
          })
          .default({ granularity: 0.5, fresh: false, words: false }),
      )
      .output(x.pictureClusters),
    /** The pictures of a cluster, the most typical first. CLUSTERS_CHANGED, CLUSTER_UNKNOWN. */
    pictures: procedure.input(x.clusterOf).output(z.array(s.rowId)),
    /** Gives a cluster a name, which its pictures keep whatever is found later. CLUSTERS_CHANGED, CLUSTER_UNKNOWN, CLUSTER_NAME_TAKEN. */
    name: procedure.input(x.clusterOf.extend({ name: x.clusterName })).output(x.clusterChange),
    rename: procedure.input(z.object({ id: s.rowId, name: x.clusterName })).output(x.clusterChange),
    /** Takes a name away; its pictures lie where they are found. */
    unname: procedure.input(z.object({ id: s.rowId })).output(x.clusterChange),
    mark: procedure
      .input(z.object({ id: s.rowId, pinned: z.boolean().optional(), hidden: z.boolean().optional() }))
      .output(x.clusterChange),
    /** Says that pictures are not in a named cluster. */
    refuse: procedure.input(z.object({ id: s.rowId, pictures: g.pictureIds.min(1) })).output(x.clusterChange),
    merge: procedure.input(z.object({ from: s.rowId, into: s.rowId })).output(x.clusterChange),
    /** Answers the question of a split: the cluster stays one, or the largest of its kinds alone keeps the name. */
    answerSplit: procedure.input(z.object({ id: s.rowId, answer: z.enum(['keep', 'split']) })).output(x.clusterChange),
    /** Answers the question of a merge with no; with yes it is `merge`. */
    keepApart: procedure.input(z.object({ id: s.rowId, other: s.rowId })).output(x.clusterChange),
    /** Undoes a change of names. NOTHING_TO_UNDO, CHANGE_TOO_OLD. */
    undo: procedure.input(z.object({ change: s.rowId })).output(x.clusterChange),
    /**
     * Pictures that are the same, in sets around the one to keep. Worked out where they are not yet, up to a minute in a large library; `fresh`
     * does so where pictures have come or gone since.
     */
    duplicates: procedure
      .input(z.object({ fresh: z.boolean().default(false) }).default({ fresh: false }))
      .output(x.duplicates),
    /** Says for good that pictures are different ones, or are all wanted. PICTURE_UNKNOWN. */
    decideDuplicates: procedure
      .input(z.object({ pictures: g.pictureIds.min(2), decision: x.duplicateDecision }))
      .output(x.decidedDuplicates),
    /** Says for good that this one of its copies is to be kept, whatever is proposed. PICTURE_UNKNOWN. */
    keepPicture: procedure.input(z.object({ id: s.rowId })).output(x.decidedDuplicates),
    /** Where one picture is in another, found on their thumbnails. PICTURE_UNKNOWN. */
    alignment: procedure.input(x.picturePair).output(x.pictureAlignment),
    /** Where one picture differs from another, on their originals. PICTURE_UNKNOWN, PICTURE_MISSING, PICTURE_UNREADABLE. */
    difference: procedure.input(x.picturePair).output(x.pictureDifference),
    /** Takes such a decision back. NOTHING_TO_UNDO. */
    undoDecision: procedure.input(z.object({ decision: s.rowId })).output(z.void()),
    map: {
      /**
       * The map of all pictures. Laid out where it is not yet, half a minute and more in a large library, as a job that can be cancelled (MAP_CANCELLED).
       * Where pictures have come or gone since, what there is is given at once, and they are put on it or taken off in the background, without moving
       * the others; a `map` event tells when that is done. Where most of it is new, or with `fresh` where anything is, all of it is laid out anew.
       */
      layout: procedure
        .input(z.object({ fresh: z.boolean().default(false) }).default({ fresh: false }))
        .output(x.mapLayout),
      /** The categories of the points of a layout. MAP_CHANGED where there is another one. */
      colors: procedure.input(x.mapColorsInput).output(x.mapColors),
    },
    /**
     * When pictures were taken, in events: how many there are of each month. Worked out where it is not yet, a second or two in a large library; `fresh`
     * does so where anything has changed since.
     */
    timeline: procedure
      .input(z.object({ fresh: z.boolean().default(false) }).default({ fresh: false }))
      .output(w.timeline),
    /** Some events of a timeline, fewer where it ends. EXPLORED_CHANGED. */
    events: procedure.input(w.eventsPart).output(z.array(w.pictureEvent)),
    /** The event that a picture is of. PICTURE_UNKNOWN. */
    eventOf: procedure.input(z.object({ picture: s.rowId })).output(w.eventPictures),
    /** Where pictures were taken, in places of a scale; with bounds those of a part of the Earth. */
    places: procedure
      .input(
        z.object({
          km: w.placeScale,
          bounds: w.bounds.optional(),
          /** How many of the largest are left out: what comes before it was asked for. */
          first: z.number().int().nonnegative().default(0),
          fresh: z.boolean().default(false),
        }),
      )
      .output(w.places),
    /** The place that a picture is of, at a scale. PICTURE_UNKNOWN, where it does not say where it was taken too. */
    placeOf: procedure.input(z.object({ picture: s.rowId, km: w.placeScale })).output(w.placePictures),
    /** The present state at once, then each change; never ends by itself. */
    watch: procedure.output(eventIterator(x.exploreEvent)),
  },
  library: {
    /** Writes groups, what was refused for them, and taught versions as one file, by content hash: see docs/library-file.md. */
    exportTo: procedure.input(z.object({ path: z.string().min(1).max(4096) })).output(s.libraryExport),
    /**
     * Merges what `exportTo` wrote into this library; importing it twice does nothing more. Groups of one name become one, a picture that one has in
     * and the other out is in. LIBRARY_FILE_DAMAGED, EXPORT_NEWER.
     */
    importFrom: procedure.input(z.object({ path: z.string().min(1).max(4096) })).output(s.libraryImport),
  },
  actions: {
    /**
     * Works out what would be done with files, and keeps that for `run`; nothing is touched. Sidecars and the other half of a pair go with their
     * picture, nothing is ever replaced. FOLDER_*, PICTURE_UNKNOWN, TRASH_UNAVAILABLE.
     */
    plan: procedure.input(a.actionInput).output(a.actionPlan),
    /** The files of a plan, in order. ACTION_UNKNOWN. */
    steps: procedure
      .input(
        z.object({
          id: s.rowId,
          from: z.number().int().nonnegative().default(0),
          count: z.number().int().min(1).max(1000).default(200),
        }),
      )
      .output(z.array(a.actionStep)),
    /** Does what was planned, or goes on with it; resolves when that has ended. ACTION_UNKNOWN, ACTION_BUSY, ACTION_ENDED, FOLDER_*. */
    run: procedure.input(z.object({ id: s.rowId })).output(a.actionOutcome),
    /** Brings back what was done; resolves when that has ended. ACTION_UNKNOWN, ACTION_BUSY, NOTHING_TO_UNDO. */
    undo: procedure.input(z.object({ id: s.rowId })).output(a.actionOutcome),
    /** What was done, the newest first: a hundred at most. */
    list: procedure.output(z.array(a.actionSummary)),
  },
  failures: procedure.output(z.array(s.fileFailure)),
  jobs: {
    /** What has ended, the newest first: a hundred at most. */
    ended: procedure.output(z.array(j.endedJob)),
    /** Where a job cannot be paused, or has ended, nothing happens. */
    pause: procedure.input(z.object({ id: j.jobId })).output(z.void()),
    resume: procedure.input(z.object({ id: j.jobId })).output(z.void()),
    /** Resolves when the job has ended; what was done stays done. */
    cancel: procedure.input(z.object({ id: j.jobId })).output(z.void()),
    /** When work goes on that nobody asked for just now; kept in the library. */
    background: procedure.input(z.object({ mode: j.backgroundMode })).output(z.void()),
    /** Lets work go on that waits for mains power or an idle computer, until there is no reason to wait any more. */
    goOnAnyway: procedure.output(z.void()),
    /** The present state at once, then every change of it; never ends by itself. */
    watch: procedure.output(eventIterator(j.jobsState)),
  },
  ignore: {
    /** The rules about what is left out of the library, in the order in which they were made. */
    list: procedure.output(z.array(i.keptIgnoreRule)),
    /**
     * Leaves files out from now on. What they hold is not shown or found any more, all is kept of it, and what failed is out of the failures
     * when this returns. Rules that are there already are given as they are. FILE_OUTSIDE.
     */
    add: procedure.input(z.object({ rules: z.array(i.ignoreRule).min(1).max(1000) })).output(z.array(i.keptIgnoreRule)),
    /** What these rules left out comes back, with all that is kept of it. */
    remove: procedure.input(z.object({ ids: z.array(s.rowId).min(1).max(1000) })).output(z.void()),
    /** What a rule would leave out that is not left out yet. Takes some seconds for many files; no search waits for it. */
    preview: procedure.input(z.object({ rule: i.ignoreRule })).output(i.ignorePreview),
    /** What each rule leaves out, and what is left out without one. */
    survey: procedure.output(i.ignoreSurvey),
  },
  /**
   * Retrieval over the pictures, the label being the parent folder's name, or a group: each picture against all others, or with `heldOut`
   * parts, each part in turn against a library without it.
   */
  evaluate: procedure
    .input(
      z.object({
        labels: z.enum(['folders', 'groups']).default('folders'),
        heldOut: z.number().int().min(2).max(100).optional(),
      }),
    )
    .output(s.evaluation),
  verify: procedure.input(z.object({ repair: z.boolean().default(false) })).output(s.verification),
};

export type ServiceClient = ContractRouterClient<typeof contract>;
