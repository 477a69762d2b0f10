import type { HeadWeights, StepDone } from '../../compute/training/head.ts';
import { createRandom } from '../../similarity/random.ts';
import { applyHead } from './apply-head.ts';
import { chooseSettings, type TeachingChoices, type TeachingSettings } from './choose-settings.ts';
import type { LabelledRows } from './closed-form-head.ts';
import { evaluateTeaching, type JudgedQueries, type TeachingEvaluation } from './evaluate-teaching.ts';
import { teachableGroups, type LabelledGroup, type TeachingProblem } from './labelled-groups.ts';
import { rowsOf } from './rows.ts';
import { groupsByPicture, splitLabelled, type Fold } from './split.ts';
import { trainHead, type HeadTrainer, type TaughtHead } from './train-head.ts';
import { judgeTeaching, judgeTuning, type Verdict } from './verdict.ts';

/** Everything that a teaching is made from. */
export interface TeachingInput {
  readonly groups: readonly LabelledGroup[];
  /** Vector of a picture by the untaught model, unit length; null where it has none. */
  readonly vectorOf: (id: number) => Float32Array | null;
  readonly dimensions: number;
  /** See `Smoothing.ceiling`; null where the model's scores are plain cosines. */
  readonly ceiling: number | null;
  /** Pictures of the library as they come, to see that those without a label are found as before; labelled ones among them are left out. */
  readonly sample: readonly number[];
  /** Copies and bursts: lists of pictures that show the same. */
  readonly inseparable: readonly (readonly number[])[];
  /** Moments of one video: they stay on one side too, but need not be found by each other. */
  readonly ofOneVideo?: readonly (readonly number[])[];
  readonly choices?: TeachingChoices;
  /** Instead of what is chosen from the amount of labels. */
  readonly settings?: TeachingSettings;
  /** Pictures that the encoder was tuned with before: nothing is judged by them. */
  readonly seen?: readonly number[] | undefined;
  /** Where the encoder itself was tuned with the groups. */
  readonly tuned?: TunedVectors | undefined;
}

/** What a tuned encoder makes of the pictures. */
interface TunedVectors {
  /** What heads take then: as `vectorOf`, by the tuned encoder. */
  readonly vectorOf: (id: number) => Float32Array | null;
  /** The labelled pictures that it was not tuned with: they alone can judge it. */
  readonly heldOut: readonly number[];
}

/** What a teaching is doing. */
export type TeachingProgress =
  /** Heads are made: one a fold, those without some groups, and the last, of everything. */
  | { readonly stage: 'training'; readonly head: number; readonly heads: number; readonly step: StepDone | null }
  | { readonly stage: 'evaluating' };

export interface TeachingOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TeachingProgress) => void) | undefined;
}

/** A taught model, before anybody uses it. */
export interface TeachingResult {
  readonly problem: null;
  /** Maps vectors of the untaught model. */
  readonly head: TaughtHead;
  readonly settings: TeachingSettings;
  /** As they were taught; their order is that of groups in the evaluation. */
  readonly groups: readonly LabelledGroup[];
  /** Ids of the pictures that it was judged with: a position in the evaluation is one of these. */
  readonly pictures: readonly number[];
  readonly evaluation: TeachingEvaluation;
  readonly verdict: Verdict;
  /** A head a fold, for the calibration of the groups: pictures that it was not taught, and it. */
  readonly folds: readonly { readonly heldOut: readonly number[]; readonly weights: HeadWeights }[];
  readonly notices: readonly string[];
}

/** Pictures that ask in an evaluation, and groups that are left out as a whole: from so many groups of so many pictures. */
const LEAST_GROUPS = 4;
const LEAST_MEMBERS = 4;
const MOST_QUERIES = 600;
/** Beside the labelled: so that each picture has the company that a search gives it. */
const MOST_SAMPLE = 500;

/**
 * Teaches, and judges what came of it. Each fold's head is taught without the pictures that judge it; the head that comes back is
 * taught all of them. With a tuned encoder there is one fold, since each would need an encoder of its own.
 *
 * @returns a problem where the groups cannot be taught as they are
 * @throws DeviceLostError where no device is left to train on; the reason of the signal
 */
export async function teachGroups(
  input: TeachingInput,
  trainer: HeadTrainer,
  options: TeachingOptions = {},
): Promise<TeachingResult | TeachingProblem> {
  const teachable = teachableGroups(input.groups, (id) => input.vectorOf(id) !== null);
  if (teachable.problem !== null) return teachable;
  const { groups, notices } = teachable;
  const settings = input.settings ?? chooseSettings(groups, input.choices);
  const { tuned } = input;
  const headVectorOf = tuned?.vectorOf ?? input.vectorOf;
  const split = tuned
    ? [withoutHeldOut(groups, tuned.heldOut)]
    : splitLabelled(groups, onOneSide(input), settings.folds, settings.seed);
  const halves = tuned ? [] : halvesOf(groups, settings.seed);
  const heads = tuned ? 3 : split.length + halves.length + 1;
  let head = 0;
  const train = async (some: readonly LabelledGroup[], of = headVectorOf): Promise<TaughtHead> => {
    const number = head++;
    options.onProgress?.({ stage: 'training', head: number, heads, step: null });
    return await trainHead(labelledRows(some, of, input.dimensions), settings, trainer, {
      signal: options.signal,
      onStep: (step) => options.onProgress?.({ stage: 'training', head: number, heads, step }),
    });
  };

  const folds = [];
  for (const { taught, heldOut } of split) folds.push({ heldOut, head: await train(onlyOf(groups, new Set(taught))) });
  const untaught = [];
  for (const { taught, left } of halves) untaught.push({ left, head: await train(taught) });
  const final = await train(groups);
  // what a head alone finds says whether the tuning was worth it
  const plain = tuned && (await train(onlyOf(groups, new Set(split[0]?.taught)), input.vectorOf));

  options.signal?.throwIfAborted();
  options.onProgress?.({ stage: 'evaluating' });
  const pictures = judgedIds(input, groups);
  const position = new Map(pictures.map((id, i) => [id, i]));
  const before = rowsOf(pictures, input.vectorOf, input.dimensions);
  const headRows = tuned ? rowsOf(pictures, tuned.vectorOf, input.dimensions) : before;
  const random = createRandom(settings.seed);
  const seen = shownBy(input);
  const ask = (ids: readonly number[], weights: HeadWeights, most: number): JudgedQueries => ({
    queries: random
      .sample(seen.size === 0 ? ids : ids.filter((id) => !seen.has(id)), most)
      .map((id) => position.get(id) as number),
    after: applyHead(weights, headRows, input.dimensions),
  });
  const groupsOf = groupsByPicture(groups);
  const judged = {
    before,
    dimensions: input.dimensions,
    groupsOf: pictures.map((id) => groupsOf.get(id) ?? []),
    ceiling: input.ceiling,
    samePairs: pairsAmong(input.inseparable, position),
  };
  const evaluation = await evaluateTeaching(judged, {
    folds: folds.map((fold) => ask(fold.heldOut, fold.head.weights, Math.ceil(MOST_QUERIES / folds.length))),
    untaught: untaught.map(({ left, head: { weights } }) => ask(left, weights, MOST_QUERIES / 4)),
    final: applyHead(final.weights, headRows, input.dimensions),
  });
  const asHeadAlone = (head: TaughtHead): Promise<TeachingEvaluation> => {
    const after = applyHead(head.weights, before, input.dimensions);
    const queries = tuned?.heldOut.flatMap((id) => position.get(id) ?? []) ?? [];
    return evaluateTeaching(judged, { folds: [{ queries, after }], untaught: [], final: after });
  };
  return {
    problem: null,
    head: final,
    settings,
    groups,
    pictures,
    evaluation,
    verdict: plain ? judgeTuning(groups, evaluation, await asHeadAlone(plain)) : judgeTeaching(groups, evaluation),
    folds: folds.map(({ heldOut, head: { weights } }) => ({ heldOut, weights })),
    notices,
  };
}

/** Lists of pictures of which one must not judge what another was taught. */
function onOneSide({ inseparable, ofOneVideo = [] }: TeachingInput): (readonly number[])[] {
  return [...inseparable, ...ofOneVideo];
}

/** What an encoder was tuned with before, and what shows the same. */
function shownBy(input: TeachingInput): ReadonlySet<number> {
  const { seen = [] } = input;
  const shown = new Set(seen);
  const alike = onOneSide(input)
    .filter((together) => together.some((id) => shown.has(id)))
    .flat();
  return new Set([...shown, ...alike]);
}

function withoutHeldOut(groups: readonly LabelledGroup[], heldOut: readonly number[]): Fold {
  const out = new Set(heldOut);
  return { taught: [...groupsByPicture(groups).keys()].filter((id) => !out.has(id)), heldOut };
}

/** The groups as if only these pictures had been labelled. */
function onlyOf(groups: readonly LabelledGroup[], taught: ReadonlySet<number>): LabelledGroup[] {
  return groups.map((group) => ({ ...group, members: group.members.filter((id) => taught.has(id)) }));
}

/** A row for each group that a picture is in. */
function labelledRows(
  groups: readonly LabelledGroup[],
  vectorOf: TeachingInput['vectorOf'],
  dimensions: number,
): LabelledRows {
  const labelled = groups.flatMap(({ members }, label) => members.map((id) => ({ id, label })));
  return {
    rows: rowsOf(
      labelled.map(({ id }) => id),
      vectorOf,
      dimensions,
    ),
    dimensions,
    labels: labelled.map(({ label }) => label),
  };
}

/** The groups in two halves, each of which is left out once; none where that leaves too little to teach. */
function halvesOf(
  groups: readonly LabelledGroup[],
  seed: number,
): { readonly taught: LabelledGroup[]; readonly left: number[] }[] {
  const large = createRandom(seed).shuffled(groups.filter(({ members }) => members.length >= LEAST_MEMBERS));
  if (large.length < LEAST_GROUPS) return [];
  return [0, 1].map((half) => {
    const taught = large.filter((_, i) => i % 2 === half);
    const known = new Set(taught.flatMap(({ members }) => members));
    const left = large.filter((_, i) => i % 2 !== half).flatMap(({ members }) => members);
    return { taught, left: [...new Set(left)].filter((id) => !known.has(id)) };
  });
}

/** The labelled pictures, and some of the others. */
function judgedIds(input: TeachingInput, groups: readonly LabelledGroup[]): number[] {
  const labelled = new Set(groups.flatMap(({ members }) => members));
  const others = [...new Set(input.sample)].filter((id) => !labelled.has(id) && input.vectorOf(id) !== null);
  return [...labelled, ...others.slice(0, MOST_SAMPLE)];
}

/** Of lists of pictures that show the same, the first two of each that are judged, by their positions. */
export function pairsAmong(
  inseparable: readonly (readonly number[])[],
  position: ReadonlyMap<number, number>,
): [number, number][] {
  return inseparable.flatMap((together) => {
    const [a, b] = together.flatMap((id) => position.get(id) ?? []);
    return a === undefined || b === undefined ? [] : [[a, b]];
  });
}
