import { z } from 'zod';
import { contentHash, rowId } from './schemas.ts';

/** Id of a model version: what `semblance models` lists. */
export const modelId = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,119}$/);
export type ModelId = z.infer<typeof modelId>;

/**
 * How a version came to be: `base` is the encoder's own projection, `head` was taught from groups, `deep` with the encoder's last blocks,
 * which makes it a version of an encoder of its own, `adapted` was fitted to the library without any label, `imported` came from another
 * library.
 */
export const modelKind = z.enum(['base', 'head', 'deep', 'adapted', 'imported']);
export type ModelKind = z.infer<typeof modelKind>;

/** A mean with its 95 % interval. */
const estimate = z.object({ mean: z.number(), low: z.number(), high: z.number() });
export type Estimate = z.infer<typeof estimate>;

const comparison = z.object({ before: estimate, after: estimate, change: estimate });
export type Comparison = z.infer<typeof comparison>;

const examplePicture = z.object({ id: rowId, hash: contentHash });

/** A held-out picture's first results before and after: `right` is null for pictures without a label. */
const exampleResult = examplePicture.extend({ right: z.boolean().nullable() });
export const beforeAndAfter = z.object({
  query: examplePicture.extend({ groups: z.array(z.string()) }),
  before: z.array(exampleResult),
  after: z.array(exampleResult),
});
export type BeforeAndAfter = z.infer<typeof beforeAndAfter>;

/** Before and after, on pictures that were not taught. */
export const teachingEvaluation = z.object({
  /** Held-out pictures that asked. */
  queries: z.number().int().nonnegative(),
  p1: comparison,
  p10: comparison,
  map10: comparison,
  recall: comparison,
  /** P@10 of results drawn at random. */
  chance: z.number(),
  /** By mAP@10. */
  byGroup: z.array(z.object({ name: z.string(), queries: z.number().int(), before: z.number(), after: z.number() })),
  /** Does it still work for everything else? Each null where there is nothing to tell it by. */
  general: z.object({
    /** mAP@10 of groups that were left out of a teaching as a whole. */
    untaught: comparison.nullable(),
    /** Whether the other of two copies or of a burst is found first. */
    samePairs: comparison.nullable(),
    /** Whether a part of a picture that an adapting did not see finds the picture first; versions of before it was asked have none. */
    views: comparison.nullable().default(null),
    /** Share of the first ten results of pictures without a label that stay. */
    kept: estimate.nullable(),
  }),
  /** At most ten. */
  examples: z.array(beforeAndAfter),
});
export type TeachingEvaluation = z.infer<typeof teachingEvaluation>;

export const teachingVerdict = z.object({
  activate: z.boolean(),
  reason: z.enum(['BETTER', 'TOO_FEW', 'NOT_BETTER', 'FIRST_WORSE', 'CHANCE', 'GENERAL_WORSE', 'COPIES_LOST']),
  /** In plain words. */
  sentence: z.string(),
  /** What would help most: "12 more pictures of Receipts". */
  advice: z.array(z.object({ group: z.string(), pictures: z.number().int().positive(), sentence: z.string() })),
});
export type TeachingVerdict = z.infer<typeof teachingVerdict>;

const lossPoint = z.object({ step: z.number().int().nonnegative(), loss: z.number() });

/** Loss over steps as it is drawn: at most some hundred points. */
export const lossCurves = z.object({ training: z.array(lossPoint), heldOut: z.array(lossPoint) });
export type LossCurves = z.infer<typeof lossCurves>;

export const modelVersion = z.object({
  id: modelId,
  name: z.string(),
  kind: modelKind,
  /** Id of the encoder that it belongs to. */
  encoder: z.string(),
  createdAt: z.string().nullable(),
  active: z.boolean(),
  /** False where its encoder is not there, or is another version of it. */
  usable: z.boolean(),
  /** As they were when it was taught. */
  groups: z.array(z.object({ name: z.string(), pictures: z.number().int().nonnegative() })),
  /** Null for what was never judged: the base, and imports. */
  evaluation: teachingEvaluation.nullable(),
  verdict: teachingVerdict.nullable(),
  curves: lossCurves.nullable(),
  /** Settings of the teaching in a line: "multi-similarity loss, 200 steps". */
  recipe: z.string(),
  /** Bytes of its index on disk; its stored vectors take about as much again. */
  bytes: z.number().int().nonnegative(),
});
export type ModelVersion = z.infer<typeof modelVersion>;

/** How often pictures of one group (by its place in `groups`) were answered by each other; null where no result had a group. */
const confusionCell = z.object({
  actual: z.number().int().nonnegative(),
  answered: z.number().int().nonnegative().nullable(),
  count: z.number().int().positive(),
});

/** Which groups a version takes for which: each picture searches, and the group of its first labelled result is the answer. */
export const modelConfusion = z.object({
  groups: z.array(z.string()),
  /** True where each picture was judged by a model that was not taught it. */
  heldOut: z.boolean(),
  before: z.array(confusionCell),
  after: z.array(confusionCell),
  /** Share answered by a group of their own, 0–1; 0 where there is no picture. */
  right: z.object({ before: z.number(), after: z.number() }),
  pictures: z.array(
    examplePicture.extend({
      groups: z.array(z.number().int().nonnegative()),
      before: z.number().int().nonnegative().nullable(),
      after: z.number().int().nonnegative().nullable(),
    }),
  ),
});
export type ModelConfusion = z.infer<typeof modelConfusion>;

/** Pictures near another by a version, best first, with the names of their groups as they are now. */
const modelNeighbor = examplePicture.extend({ path: z.string(), score: z.number(), groups: z.array(z.string()) });
export const modelNeighbors = z.object({
  query: examplePicture.extend({ path: z.string(), groups: z.array(z.string()) }),
  /** By the untaught encoder, and by the version. */
  before: z.array(modelNeighbor),
  after: z.array(modelNeighbor),
});
export type ModelNeighbors = z.infer<typeof modelNeighbors>;

const planePoint = z.object({ x: z.number(), y: z.number() });

/** Pictures as points of a plane, along the two directions in which their vectors vary most. */
export const modelProjection = z.object({
  groups: z.array(z.string()),
  /** Places in `groups` of each; empty for the sample of pictures without a group. */
  points: z.array(
    examplePicture.extend({
      groups: z.array(z.number().int().nonnegative()),
      before: planePoint,
      after: planePoint,
    }),
  ),
  /** Share of all differences that the plane shows, 0–1. */
  explained: z.object({ before: z.number(), after: z.number() }),
});
export type ModelProjection = z.infer<typeof modelProjection>;

/** Losses that can be chosen; `closed-form` trains nothing. */
export const teachingLoss = z.enum([
  'multisim_loss',
  'triplet_loss',
  'circle_loss',
  'soft_nn_loss',
  'pn_loss',
  'closed-form',
]);
export type TeachingLoss = z.infer<typeof teachingLoss>;

/**
 * How much is taught, and from what: a head on the features that are there, the last blocks of the encoder with one, or a head that adapts
 * to the library without any label.
 */
export const teachMethod = z.enum(['head', 'deep', 'adapt']);

export const teachInput = z.object({
  method: teachMethod.default('head'),
  /** Blocks of the encoder that are trained, of `deep`; the built-in encoder has 14 that can be. */
  blocks: z.number().int().min(1).max(14).default(1),
  /** Groups by id; all where not given. */
  groups: z.array(rowId).max(10_000).optional(),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31)
    .optional(),
  /** Chosen by the program from the amount of labels where not given. */
  loss: teachingLoss.optional(),
  steps: z.number().int().min(1).max(20_000).optional(),
  learningRate: z.number().positive().max(1).optional(),
});
export type TeachInput = z.input<typeof teachInput>;

/** Whether teaching can begin with the groups as they are. */
export const teachReadiness = z.object({
  ready: z.boolean(),
  /** What is in the way, or what will be done. */
  sentence: z.string(),
  /** What is left out and why, a sentence each. */
  notices: z.array(z.string()),
  groups: z.number().int().nonnegative(),
  labelled: z.number().int().nonnegative(),
  /** Changes to labels since the newest version was taught; null where there is none. */
  changedSince: z.number().int().nonnegative().nullable(),
  /** Honest guess for this computer. */
  seconds: z.number().nonnegative(),
});
export type TeachReadiness = z.infer<typeof teachReadiness>;

/** What a deep teaching would take. */
export const deepEstimate = z.object({
  possible: z.boolean(),
  /** What is in the way, or what it would take on what. */
  sentence: z.string(),
  /** Of the teaching itself, measured on this computer. */
  seconds: z.number().nonnegative(),
  /** Then all pictures are encoded anew in the background: so many, and so long. */
  pictures: z.number().int().nonnegative(),
  encodingSeconds: z.number().nonnegative(),
});
export type DeepEstimate = z.infer<typeof deepEstimate>;

export const teachProgress = z.object({
  type: z.literal('progress'),
  /**
   * `preparing` reads pictures and features; `activating` makes vectors and index of a version aside, and swaps. The library is
   * searched throughout.
   */
  state: z.enum(['idle', 'preparing', 'training', 'evaluating', 'activating']),
  paused: z.boolean(),
  /** Done of all of this state, 0–1. */
  done: z.number().min(0).max(1),
  secondsLeft: z.number().nonnegative().nullable(),
  /** What is done now, for people: "Fold 2 of 5, step 40 of 200". */
  sentence: z.string(),
  /** Of the head that is trained now. */
  curves: lossCurves,
  /** The version that is being activated. */
  model: modelId.nullable(),
  /** Grows when the list of versions has changed. */
  revision: z.number().int().nonnegative(),
});
export type TeachProgress = z.infer<typeof teachProgress>;

export const teachEvent = z.discriminatedUnion('type', [
  teachProgress,
  /** A teaching has ended and its version is kept, whether it will be activated or not. */
  z.object({
    type: z.literal('taught'),
    model: modelId,
    verdict: teachingVerdict.nullable(),
    evaluation: teachingEvaluation.nullable(),
    labelled: z.number().int().nonnegative(),
    /** What was left out and how it was judged, where that is not as always; a sentence each. */
    notices: z.array(z.string()),
    seconds: z.number().nonnegative(),
  }),
  /** Searches are answered with this version from now on: scores are others. */
  z.object({ type: z.literal('swapped'), model: modelId, name: z.string() }),
  /** What was under way ended by an error, or was cancelled (`code` is null then); what answered before still does. */
  z.object({
    type: z.literal('ended'),
    what: z.enum(['teaching', 'activation']),
    code: z.string().nullable(),
    message: z.string(),
  }),
]);
export type TeachEvent = z.infer<typeof teachEvent>;
