import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import * as t from './teach-schemas.ts';
import { filePath, procedure } from './procedure.ts';
import * as s from './schemas.ts';

/** Everything is chosen by the program where nothing is given. */
const teachInput = t.teachInput.prefault({});

/** Teaching: one at a time, in the background. */
export const teach = {
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
};

/** What teachings made: versions of the model. */
export const models = {
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
    .input(z.object({ id: t.modelId, path: filePath }))
    .output(z.object({ path: z.string(), bytes: z.number().int() })),
  /** Reads what `exportTo` wrote. MODEL_FILE_DAMAGED, EXPORT_NEWER, MODEL_OF_OTHER_ENCODER. */
  importFrom: procedure.input(z.object({ path: filePath })).output(t.modelVersion),
};
