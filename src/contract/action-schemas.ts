import { z } from 'zod';
import type { DuplicateSet } from './explore-schemas.ts';
import { rowId } from './schemas.ts';

/** Absolute path of a file or folder. */
const path = z.string().min(1).max(4096);

/**
 * What is done with files: into the system's trash, into another folder, a copy or a hard link there, or (`replace`) a hard link to the file that is
 * kept in the place of one with the same bytes.
 */
export const actionKind = z.enum(['trash', 'move', 'copy', 'link', 'replace']);
export type ActionKind = z.infer<typeof actionKind>;

/** Why something is not done with a file, or not undone. */
export const ACTION_REASONS = {
  gone: 'The file is not where it was.',
  changed: 'The file has changed since it was last looked at.',
  offline: 'Its drive is not here.',
  outside: 'It does not lie in a folder of this library.',
  'not-a-file': 'It is a link, not a file.',
  'read-only': 'Its folder cannot be written to.',
  'no-trash': 'There is no trash on its drive, and none can be made.',
  'already-there': 'It lies in that folder already.',
  'other-drive': 'A hard link cannot lead to another drive.',
  'no-links': 'This drive knows no hard links.',
  'different-bytes': 'Its bytes are not those of the file that is kept.',
  'already-one': 'It is a hard link to the kept file already.',
  'same-file': 'It is the kept file itself, by another path.',
  'kept-missing': 'The file that is to be kept is not there, or has changed.',
  taken: 'There is another file at that place now.',
  needed: 'A picture that it is for too stays where it is.',
  'not-in-trash': 'It is not in the trash any more.',
  'system-trash': 'Only the system can take it out of its trash: put it back there.',
  'original-changed': 'The file that it was made from is gone or has changed, so that this may be the only one.',
  failed: 'The system refused it.',
} as const;
export type ActionReason = keyof typeof ACTION_REASONS;
const actionReason = z.enum(Object.keys(ACTION_REASONS) as [ActionReason, ...ActionReason[]]);

/** A picture that something is done with. */
export const actionPicture = z.object({
  id: rowId,
  /** One of its files; without it all of them, or of what is copied or linked the first that is there. */
  path: path.optional(),
  /** What is kept in its place: it gets what was said of this one. With `path`, the file that a hard link leads to. */
  kept: z.object({ id: rowId, path: path.optional() }).optional(),
});
export type ActionPicture = z.infer<typeof actionPicture>;

export const actionInput = z.object({
  kind: actionKind,
  pictures: z.array(actionPicture).min(1).max(100_000),
  /** Where to, of `move`, `copy` and `link`: a folder that the person picked. */
  folder: path.optional(),
});
export type ActionInput = z.infer<typeof actionInput>;

const stepState = z.enum(['planned', 'begun', 'done', 'undoing', 'undone', 'failed']);

/** One file of a plan. */
export const actionStep = z.object({
  /** Counts from 0. */
  number: z.number().int().nonnegative(),
  state: stepState,
  /** A picture, or what goes with it: a sidecar, or the other half of a pair. */
  role: z.enum(['picture', 'sidecar', 'pair']),
  source: path,
  /** Where it goes; of `replace` the file that the link leads to. */
  target: path,
  bytes: z.number().int().nonnegative(),
  /** Why it was not done, or not undone; null where nothing went wrong. */
  reason: actionReason.nullable(),
});
export type ActionStep = z.infer<typeof actionStep>;

const refusedFile = z.object({ path, reason: actionReason });
export type RefusedFile = z.infer<typeof refusedFile>;

const planState = z.enum(['planned', 'running', 'stopped', 'done', 'undoing', 'undo-stopped', 'undone']);

/** A plan and how far it is. */
export const actionSummary = z.object({
  id: rowId,
  kind: actionKind,
  /**
   * `stopped`: cancelled, or the program was ended before its end; it can go on, and be undone. `undo-stopped`: so was undoing it, and that can
   * go on.
   */
  state: planState,
  /** Where to; null for what has no such folder. */
  folder: path.nullable(),
  /** ISO 8601. */
  at: z.string(),
  files: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
  /** Files with which it is done, and not undone. */
  done: z.number().int().nonnegative(),
  failed: z.number().int().nonnegative(),
  /** Files that undoing can bring back: all that are done, but those in a trash that only the system can look into. */
  undoable: z.number().int().nonnegative(),
  /** Files that are being done, or undone. Where nothing is under way: of which it is not known yet what came of them, as their drive is away. */
  unsettled: z.number().int().nonnegative(),
  /** For people: "Moved 12 files to the trash". */
  description: z.string(),
});
export type ActionSummary = z.infer<typeof actionSummary>;

/** What would be done, before anything is. */
export const actionPlan = actionSummary.extend({
  /** Pictures among its files; the others go with them. */
  pictures: z.number().int().nonnegative(),
  /** The first of its files, at most 200; `actions.steps` gives the others. */
  steps: z.array(actionStep),
  /** What cannot be done, and why: the first 200. */
  refused: z.array(refusedFile),
  refusedFiles: z.number().int().nonnegative(),
  /** Bytes that are free where they are needed; null where none are. */
  free: z.number().nonnegative().nullable(),
});
export type ActionPlan = z.infer<typeof actionPlan>;

/** How doing or undoing ended. */
export const actionOutcome = actionSummary.extend({
  /** What was not done, or after undoing what was not undone, and why: the first 200. */
  refused: z.array(refusedFile),
  refusedFiles: z.number().int().nonnegative(),
  /** Set where it ended early: the code and sentence of what was in the way. */
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type ActionOutcome = z.infer<typeof actionOutcome>;

/** All files of a set but the one to keep, and which that is. */
export function sparePictures({ pictures }: DuplicateSet): ActionPicture[] {
  const [kept, ...others] = pictures;
  const [path, ...copies] = kept?.paths ?? [];
  if (!kept || path === undefined) return [];
  const keptFile = { id: kept.id, path };
  return [
    ...copies.map((copy) => ({ id: kept.id, path: copy, kept: keptFile })),
    ...others.flatMap((other) => other.paths.map((file) => ({ id: other.id, path: file, kept: keptFile }))),
  ];
}
