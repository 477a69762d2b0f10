import { z } from 'zod';
import { contentHash, momentPlace, rowId } from './schemas.ts';

/** What a person calls a group; names differ in more than case. */
export const groupName = z.string().trim().min(1).max(200);

/** Pictures of one request: a group of 50,000 is made at once. */
export const pictureIds = z.array(rowId).max(200_000);

export const pictureGroup = z.object({
  id: rowId,
  name: z.string(),
  /** Members. A picture may be in several groups. */
  pictures: z.number().int().nonnegative(),
  /** Pictures that a person said are not in this group. */
  refused: z.number().int().nonnegative(),
  /** Content hashes of the members that were added last, at most 4: its cover. */
  cover: z.array(contentHash),
  createdAt: z.string(),
});
export type PictureGroup = z.infer<typeof pictureGroup>;

/** `in` belongs, `out` does not ("not in this group"), `none` says nothing. */
export const verdict = z.enum(['in', 'out', 'none']);
export type LabelVerdict = z.infer<typeof verdict>;

export const groupPictures = z.object({
  /** Newest label first. */
  members: z.array(rowId),
  refused: z.array(rowId),
});
export type GroupPictures = z.infer<typeof groupPictures>;

/** A change that was stored, and can be undone. */
export const groupChange = z.object({
  /** For `groups.undo`; changes count upwards. */
  change: rowId,
  /** What was done, for people: "Added 12 pictures to Receipts". */
  description: z.string(),
  /** The group it is about as it is now; null where it is gone. */
  group: pictureGroup.nullable(),
});
export type GroupChange = z.infer<typeof groupChange>;

/** A group that a picture is in, or that it was refused for. */
export const pictureLabel = z.object({ group: rowId, name: z.string(), verdict: z.enum(['in', 'out']) });
export type PictureLabel = z.infer<typeof pictureLabel>;

export const groupsEvent = z.object({
  type: z.literal('groups'),
  /** Grows with each change to groups and labels: ask again when it does. */
  revision: z.number().int().nonnegative(),
});
export type GroupsEvent = z.infer<typeof groupsEvent>;

const shownPicture = z.object({
  id: rowId,
  hash: contentHash,
  /** Set for a moment of a video. */
  video: momentPlace.nullable(),
  path: z.string(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
});

export const suggestion = shownPicture.extend({
  /** How near it is to the nearest members, as search scores are. */
  score: z.number(),
  /** That it belongs, 0–1, calibrated on pictures that the model was not taught. */
  probability: z.number().min(0).max(1),
});
export type Suggestion = z.infer<typeof suggestion>;

/** What a threshold is to give: a share of right suggestions, or the best balance of precision and recall. */
export const suggestionTarget = z.union([z.number().min(0.5).max(0.999), z.literal('f1')]);

export const suggestions = z.object({
  group: rowId,
  /** Most likely first; none of its members or refused ones. */
  suggestions: z.array(suggestion),
  /** Pictures from this score on are suggested; null where there are too few members to calibrate it: then the nearest are offered. */
  threshold: z.number().nullable(),
  /** At the threshold, on held-out members; null without one. */
  precision: z.number().nullable(),
  recall: z.number().nullable(),
  /** What to know of them, in a sentence; null where there is nothing. */
  sentence: z.string().nullable(),
});
export type Suggestions = z.infer<typeof suggestions>;

/** A picture whose label would teach most, and the groups that it may belong to, most likely first. */
export const labelQuestion = shownPicture.extend({
  candidates: z.array(z.object({ group: rowId, name: z.string(), probability: z.number().min(0).max(1) })),
});
export type LabelQuestion = z.infer<typeof labelQuestion>;
