import { eventIterator, type ContractRouterClient } from '@orpc/contract';
import { z } from 'zod';
import * as a from './action-schemas.ts';
import * as e from './encoder-schemas.ts';
import { explore } from './explore-procedures.ts';
import * as g from './group-schemas.ts';
import * as i from './ignore-schemas.ts';
import * as j from './job-schemas.ts';
import { filePath, procedure } from './procedure.ts';
import * as s from './schemas.ts';
import { models, teach } from './teach-procedures.ts';

/** Everything that the library service offers: the renderer, main, the command line and the tests are typed by it. */
export const contract = {
  status: procedure.output(s.libraryStatus),
  sources: {
    /** Adds a folder (or gives the source that holds it already). Indexing is started apart. */
    add: procedure.input(z.object({ path: filePath })).output(s.source),
    /** Forgets a folder. Features stay, by content hash, so that adding it again decodes nothing. */
    remove: procedure.input(z.object({ id: s.rowId })).output(z.void()),
  },
  indexing: {
    /**
     * Starts a run over sources by id, over folders (made sources where they lie in none; only they are scanned where they
     * are part of one), or over everything. INDEXING_BUSY where a run is under way. Returns at once; see `watch`.
     */
    start: procedure
      .input(z.object({ sourceIds: z.array(s.rowId).optional(), folders: z.array(filePath).optional() }))
      .output(z.void()),
    /**
     * Tries files again that failed: these paths (absolute), those of a code, or all where neither is given. Gives how many there are; where a run is
     * under way they are read after it.
     */
    retry: procedure
      .input(
        z.object({
          paths: z.array(filePath).max(100_000).optional(),
          code: s.fileFailureCode.optional(),
        }),
      )
      .output(z.object({ files: z.number().int().nonnegative() })),
    /** Has the run that is under way read what lies in a folder (absolute), a source or a part of one, before the rest; without a run it does nothing. */
    prefer: procedure.input(z.object({ folder: z.string().min(1).max(4096) })).output(z.void()),
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
    at: procedure.input(z.object({ paths: z.array(filePath).max(100_000) })).output(z.array(s.rowId.nullable())),
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
      .input(z.object({ root: filePath }))
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
  teach,
  models,
  explore,
  library: {
    /** Writes groups, what was refused for them, and taught versions as one file, by content hash: see docs/library-file.md. */
    exportTo: procedure.input(z.object({ path: filePath })).output(s.libraryExport),
    /**
     * Merges what `exportTo` wrote into this library; importing it twice does nothing more. Groups of one name become one, a picture that one has in
     * and the other out is in. LIBRARY_FILE_DAMAGED, EXPORT_NEWER.
     */
    importFrom: procedure.input(z.object({ path: filePath })).output(s.libraryImport),
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
