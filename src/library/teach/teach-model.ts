import type { HeadWeights } from '../../compute/training/head.ts';
import { normalize } from '../vectors/vector-index.ts';
import { applyHead } from './apply-head.ts';
import type { ScoredExample } from './calibrate-group.ts';
import { chooseSettings, type TeachingSettings } from './choose-settings.ts';
import { closedFormHead } from './closed-form-head.ts';
import { typicalQueries } from './evaluate-teaching.ts';
import type { LabelledGroup } from './labelled-groups.ts';
import { lossCurvesOf } from './loss-curves.ts';
import type { AnsweredPicture } from './model-description.ts';
import { relatedLines } from './related-lines.ts';
import { rowsOf } from './rows.ts';
import { momentsOfOne, samePairs } from './same-pictures.ts';
import { shownEvaluation, shownExamples } from './shown-evaluation.ts';
import { groupsByPicture, splitLabelled } from './split.ts';
import { scoredExamples, type CalibrationFold, type TwofoldPicture } from './suggest.ts';
import { teachGroups, type TeachingOptions, type TeachingResult } from './teach-groups.ts';
import type { TaughtGroup, TaughtModel, TeachTask, TeachTaskChoices, TuningDivision } from './teach-task.ts';
import type { HeadTrainer } from './train-head.ts';

/** A tuning is judged once, by one part of so many: each would take a tuning of its own. */
const TUNING_FOLDS = 5;

/** Examples that are shown. */
const SHOWN = 10;

/** Scored examples kept of all groups together: 40,000 are some 3 MB in the catalog. */
const MOST_EXAMPLES = 40_000;
/** And of a group, even where there are hundreds. */
const LEAST_EXAMPLES = 60;

type Vectors = (id: number) => Float32Array;

/**
 * Teaches, and works out all that is kept of a version: a long computation, for a worker.
 *
 * @throws Error with a sentence for the person where nothing can be taught; what `teachGroups` throws
 */
export async function teachModel(
  asked: TeachTask,
  trainer: HeadTrainer,
  options: TeachingOptions,
): Promise<TaughtModel> {
  const task = encodedOnly(asked);
  const { dimensions, base, groups } = task;
  const known = new Map(task.pictures.map((picture) => [picture.id, picture]));
  const tuned = tunedVectors(task);
  const judged = new Set([...groups.flatMap(({ members }) => members), ...task.sample]);
  const evidence = task.pictures.filter(({ id }) => judged.has(id));
  const inseparable = samePairs(evidence);
  const result = await teachGroups(
    {
      groups,
      vectorOf: (id) => known.get(id)?.vector ?? null,
      dimensions,
      ceiling: base.smoothing?.ceiling ?? null,
      sample: task.sample,
      inseparable,
      ofOneVideo: momentsOfOne(evidence),
      settings: chosenSettings(groups, task.choices),
      seen: task.seen,
      tuned: tuned && { vectorOf: (id) => tuned.get(id) ?? null, heldOut: task.tuned?.heldOut ?? [] },
    },
    trainer,
    options,
  );
  if (result.problem !== null) throw new TeachingProblemError(result.sentence);
  const zeros = new Float32Array(dimensions);
  const before: Vectors = (id) => known.get(id)?.vector ?? zeros;
  return await describe(task, result, before, tuned ? (id) => tuned.get(id) ?? zeros : before);
}

/** Without the pictures that a tuned encoder could not be shown: they cannot be compared. */
function encodedOnly(task: TeachTask): TeachTask {
  const { pictures, tuned } = task;
  if (!tuned) return task;
  const isEncoded = (_: unknown, i: number): boolean => tuned.vectors[i] !== null;
  return {
    ...task,
    pictures: pictures.filter(isEncoded),
    tuned: { ...tuned, vectors: tuned.vectors.filter(isEncoded) },
  };
}

/** The vectors of a tuned encoder by picture; undefined where none was tuned. */
function tunedVectors({ pictures, tuned }: TeachTask): Map<number, Float32Array> | undefined {
  if (!tuned) return undefined;
  return new Map(
    pictures.flatMap(({ id }, i): [number, Float32Array][] => {
      const vector = tuned.vectors[i];
      return vector ? [[id, vector]] : [];
    }),
  );
}

/**
 * Divides the labelled pictures for a tuning: a fifth judges it, copies and bursts on one side.
 *
 * @throws TeachingProblemError where they cannot be divided
 */
export function divideForTuning({ groups, pictures, dimensions, choices }: TeachTask): TuningDivision {
  const settings = chosenSettings(groups, choices);
  const labelled = new Set(groups.flatMap(({ members }) => members));
  const evidence = pictures.filter(({ id }) => labelled.has(id));
  const [fold] = splitLabelled(
    groups,
    [...samePairs(evidence), ...momentsOfOne(evidence)],
    TUNING_FOLDS,
    settings.seed,
  );
  if (!fold)
    throw new TeachingProblemError('The pictures of your groups show the same, so that none is left to judge by.');
  const known = new Map(pictures.map(({ id, vector }) => [id, vector]));
  const of = groupsByPicture(groups);
  const rows = fold.taught.flatMap((id) => (of.get(id) ?? []).map((label) => ({ id, label })));
  const head = closedFormHead(
    {
      rows: rowsOf(
        rows.map(({ id }) => id),
        (id) => known.get(id) ?? null,
        dimensions,
      ),
      dimensions,
      labels: rows.map(({ label }) => label),
    },
    settings.closedForm,
  );
  return { heldOut: fold.heldOut, head };
}

/** The groups cannot be taught; the message is for the person. */
export class TeachingProblemError extends Error {}

/** What the program chooses, with what a person chose in its place. */
function chosenSettings(groups: readonly LabelledGroup[], choices: TeachTaskChoices): TeachingSettings {
  const { seed, loss, steps, learningRate } = choices;
  const closedForm = loss === 'closed-form';
  // whoever asks for steps asks for a training
  const asked = loss ?? (steps !== undefined || learningRate !== undefined ? 'multisim_loss' : undefined);
  const settings = chooseSettings(groups, { seed, ...(!closedForm && asked !== undefined && { loss: asked }) });
  if (closedForm || settings.training === null) return { ...settings, training: null };
  return {
    ...settings,
    training: {
      ...settings.training,
      ...(steps !== undefined && { steps }),
      ...(learningRate !== undefined && { learningRate }),
    },
  };
}

/** @param heads what the heads take: `before`, or what a tuned encoder makes of the pictures */
async function describe(
  task: TeachTask,
  result: TeachingResult,
  before: Vectors,
  heads: Vectors,
): Promise<TaughtModel> {
  const { dimensions, base } = task;
  const { head, settings, groups, pictures, evaluation, verdict } = result;
  const rows = rowsOf(pictures, before, dimensions);
  const after = applyHead(head.weights, rowsOf(pictures, heads, dimensions), dimensions);
  const outputs = head.weights.kernel.length / dimensions;
  return {
    weights: head.weights,
    inputs: dimensions,
    outputs,
    recipe: [task.tuned?.recipe, recipeOf(settings, head.losses.length)].filter(Boolean).join(', '),
    seed: settings.seed,
    groups: describeGroups(task, result, heads),
    labelled: new Set(groups.flatMap(({ members }) => members)).size,
    evaluation: shownEvaluation(evaluation, groups, null),
    examples: shownExamples(typicalQueries(evaluation.perQuery, SHOWN), pictures, groups),
    answered: answeredPictures(result),
    verdict: {
      ...verdict,
      advice: verdict.advice.map(({ group, ...rest }) => ({ group: groups[group]?.name ?? '', ...rest })),
    },
    curves: task.tuned ? lossCurvesOf(task.tuned.losses, []) : lossCurvesOf(head.losses, head.heldOutLosses),
    lines: await relatedLines(base, { rows, dimensions }, { rows: after, dimensions: outputs }),
  };
}

const LOSS_NAMES: Readonly<Record<string, string>> = {
  multisim_loss: 'multi-similarity loss',
  triplet_loss: 'triplet loss',
  circle_loss: 'circle loss',
  soft_nn_loss: 'soft nearest neighbour loss',
  pn_loss: 'PN loss',
};

function recipeOf({ training, seed }: TeachingSettings, steps: number): string {
  if (training === null) return `closed form, seed ${seed}`;
  return `${LOSS_NAMES[training.loss] ?? training.loss}, ${steps} steps, seed ${seed}`;
}

function describeGroups(task: TeachTask, result: TeachingResult, heads: Vectors): TaughtGroup[] {
  const { dimensions } = task;
  const { groups, head } = result;
  const limit = Math.max(LEAST_EXAMPLES, Math.floor(MOST_EXAMPLES / groups.length));
  const examples = scoredExamples(
    result.folds.map(({ heldOut, weights }, i) => calibrationFold(task, result, heads, { heldOut, weights, i })),
    groups.length,
  );
  return groups.map(({ id, name, members }, group) => ({
    id,
    name,
    members,
    examples: mostTelling(examples[group] ?? [], limit),
    prototype: Array.from(
      meanVector(applyHead(head.weights, rowsOf(members, heads, dimensions), dimensions), members.length),
    ),
  }));
}

/** A fold as the calibration takes it. Refused pictures were taught to none: each is asked by one of the folds. */
function calibrationFold(
  { dimensions, pictures }: TeachTask,
  { groups, folds }: TeachingResult,
  heads: Vectors,
  { heldOut, weights, i }: { readonly heldOut: readonly number[]; readonly weights: HeadWeights; readonly i: number },
): CalibrationFold {
  const labelled = groupsByPicture(groups);
  const known = new Set(pictures.map(({ id }) => id));
  const refused = [...new Set(groups.flatMap((group) => group.refused))]
    .filter((id) => !labelled.has(id) && known.has(id))
    .filter((_, position) => position % folds.length === i);
  const twofold = twofoldPictures([...labelled.keys(), ...refused], heads, weights, dimensions);
  const out = new Set(heldOut);
  const of = (ids: readonly number[]): TwofoldPicture[] => ids.flatMap((id) => twofold.get(id) ?? []);
  return {
    taught: groups.map(({ members }) => of(members.filter((id) => !out.has(id)))),
    heldOut: of([...heldOut, ...refused]).map((picture) => ({ picture, groups: labelled.get(picture.id) ?? [] })),
  };
}

function twofoldPictures(
  ids: readonly number[],
  heads: Vectors,
  weights: HeadWeights,
  dimensions: number,
): Map<number, TwofoldPicture> {
  const after = applyHead(weights, rowsOf(ids, heads, dimensions), dimensions);
  const outputs = weights.kernel.length / dimensions;
  return new Map(
    ids.map((id, i) => [id, { id, taught: after.subarray(i * outputs, (i + 1) * outputs), untaught: heads(id) }]),
  );
}

/**
 * The examples that a calibration learns most from where there are too many: the members, the ones that no other group is nearer
 * to, and of the others the nearest. Those far away say the same, that they do not belong.
 */
function mostTelling(examples: readonly ScoredExample[], limit: number): ScoredExample[] {
  const weight = ({ belongs, nearest, score }: ScoredExample): number =>
    (belongs ? 20 : 0) + (nearest ? 10 : 0) + score;
  return examples
    .toSorted((a, b) => weight(b) - weight(a))
    .slice(0, limit)
    .map((one) => ({ ...one, score: rounded(one.score), familiarity: rounded(one.familiarity) }));
}

/** Float32 has no more digits than these: the catalog need not keep them. */
function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

function meanVector(rows: Float32Array, count: number): Float32Array {
  const mean = new Float32Array(rows.length / Math.max(1, count));
  for (const [i, value] of rows.entries()) mean[i % mean.length] = (mean[i % mean.length] ?? 0) + value;
  return normalize(mean).map(rounded);
}

function answeredPictures({ evaluation, pictures, groups }: TeachingResult): AnsweredPicture[] {
  const labelled = groupsByPicture(groups);
  const groupsAt = (position: number | null): number[] =>
    position === null ? [] : (labelled.get(pictures[position] ?? 0) ?? []);
  return evaluation.perQuery.map(({ query, answered }) => ({
    id: pictures[query] ?? 0,
    groups: groupsAt(query),
    before: groupsAt(answered.before),
    after: groupsAt(answered.after),
  }));
}
