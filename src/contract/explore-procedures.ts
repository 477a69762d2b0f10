import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import * as x from './explore-schemas.ts';
import * as g from './group-schemas.ts';
import * as w from './timeline-schemas.ts';
import { procedure } from './procedure.ts';
import * as s from './schemas.ts';

/** What is in a library: clusters, duplicates, the map, events and places. */
export const explore = {
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
  /** Gives some pictures of a named cluster a name of their own; the two are not asked about as one. CLUSTER_UNKNOWN, CLUSTER_NAME_TAKEN. */
  split: procedure
    .input(z.object({ id: s.rowId, pictures: g.pictureIds.min(1), name: x.clusterName }))
    .output(x.clusterChange),
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
  /** What was said of pictures that look like one and holds: the newest `count`. Each can be taken back by `undoDecision`. */
  decisions: procedure.input(z.object({ count: z.number().int().min(1).max(10_000) })).output(x.duplicateDecisions),
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
};
