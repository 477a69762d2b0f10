import { z } from 'zod';
import { rowId } from './schemas.ts';

/**
 * What runs, or ran: an index run that a person began (`index`) or changes on disk (`rescan`), the index made anew from the vectors (`rebuild`),
 * encoding for another encoder (`encode`) or what the active one lacks (`fill`), teaching, adapting and activating versions, export, import,
 * verification, looking for duplicates, file actions and what brings them back, the layout of the map. `forget` never runs for long: pictures that
 * went 30 days after they were deleted.
 */
export const jobKind = z.enum([
  'index',
  'rescan',
  'rebuild',
  'encode',
  'fill',
  'teach',
  'adapt',
  'activate',
  'export',
  'import',
  'verify',
  'duplicates',
  'forget',
  'actions',
  'undo-actions',
  'map',
]);
export type JobKind = z.infer<typeof jobKind>;

/** When work goes on that nobody asked for just now: looks for changes, encoding that is made up for or goes on after a start. */
export const backgroundMode = z.enum(['always', 'not-on-battery', 'only-when-idle']);
export type BackgroundMode = z.infer<typeof backgroundMode>;

/** Why such work waits: the computer runs on battery, or somebody uses it. */
export const backgroundHold = z.enum(['battery', 'use']);
export type BackgroundHold = z.infer<typeof backgroundHold>;

/** For `jobs.pause`, `resume` and `cancel`; one that ended is never met again under its id. */
export const jobId = z.string().max(40);

export const job = z.object({
  id: jobId,
  kind: jobKind,
  state: z.enum(['running', 'paused', 'waiting', 'ending']),
  /** What waiting waits for: its turn behind what goes first, or a {@link backgroundHold}. Null where it does not wait. */
  waitsFor: z.enum(['turn', ...backgroundHold.options]).nullable(),
  /** The encoder or version that it is about; empty where there is none. */
  name: z.string(),
  /** What is done now, for people; empty where the counts say all. */
  sentence: z.string(),
  /** How much is done, of how much: pictures, or thousandths of a teaching. Both 0 where it cannot be known. */
  done: z.number().nonnegative(),
  total: z.number().nonnegative(),
  /** Pictures a second; 0 where that is not known. */
  rate: z.number().nonnegative(),
  secondsLeft: z.number().nonnegative().nullable(),
  canPause: z.boolean(),
  canCancel: z.boolean(),
});
export type Job = z.infer<typeof job>;

export const endedJob = z.object({
  id: rowId,
  kind: jobKind,
  name: z.string(),
  /** ISO 8601. */
  began: z.string(),
  ended: z.string(),
  /** `cut`: the program was ended before it; `gave-way`: a quiet one ended early, for what a person asked for, the battery, or by cancelling; what is left is done later. */
  outcome: z.enum(['done', 'cancelled', 'failed', 'cut', 'gave-way']),
  /** Counts by what they count: `indexed`, `failed`, `skipped`, … */
  counts: z.record(z.string(), z.number()),
  /** What went wrong, or came of it, for people; empty where the counts say all. */
  message: z.string(),
});
export type EndedJob = z.infer<typeof endedJob>;

export const jobsState = z.object({
  type: z.literal('progress'),
  /** What runs or waits, what goes first before what waits for it. */
  jobs: z.array(job),
  mode: backgroundMode,
  /** Why background work is held now; null where it is not, also where it was told to go on anyway. */
  hold: backgroundHold.nullable(),
  /** Grows when `jobs.ended` has changed. */
  revision: z.number().int().nonnegative(),
});
export type JobsState = z.infer<typeof jobsState>;
