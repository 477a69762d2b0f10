import type { LabelledGroup } from './labelled-groups.ts';
import { typicalSize } from './choose-settings.ts';
import type { TeachingEvaluation } from './evaluate-teaching.ts';

/** Why a taught model is used, or kept aside. */
type VerdictReason = 'BETTER' | 'TOO_FEW' | 'NOT_BETTER' | 'FIRST_WORSE' | 'CHANCE' | 'GENERAL_WORSE' | 'COPIES_LOST';

export interface Verdict {
  readonly activate: boolean;
  readonly reason: VerdictReason;
  /** What was found, in a sentence or two. */
  readonly sentence: string;
  /** What would help most, the first first; empty where it is good. */
  readonly advice: readonly Advice[];
}

interface Advice {
  readonly group: number;
  /** How many more pictures. */
  readonly pictures: number;
  /** "5 more pictures of Receipts". */
  readonly sentence: string;
}

/** With fewer in a group, as a rule, teaching cannot be told from luck: three a group cost as many first places as it won. */
const LEAST_A_GROUP = 5;
/** Held-out pictures below which no interval means anything. */
export const LEAST_QUERIES = 20;
/**
 * How far results must be above chance, of the way from chance to all right. An interval above chance does not do: results of one query
 * are alike, so that with labels shuffled 2 of 20 teachings were "better" by it. None is by this.
 */
const ABOVE_CHANCE = 0.1;
/** What was not taught may get so much worse, mAP@10. */
const GENERAL_LOSS = 0.02;
/** Pairs that show the same may be lost as first result so often. */
export const COPIES_LOSS = 0.02;
/** What a tuned encoder has to find more than a head alone, mAP@10: for less nobody wants to encode everything anew. */
const WORTH_ENCODING = 0.005;
/** Sizes at which a group's quality rises by a step: `docs/teaching.md`. */
const STEPS = [8, 16, 24];
const MOST_ADVICE = 3;

/** Decides whether a taught model takes over. The person may decide otherwise. */
export function judgeTeaching(groups: readonly LabelledGroup[], evaluation: TeachingEvaluation): Verdict {
  const reason = reasonOf(groups, evaluation);
  const activate = reason === 'BETTER';
  return {
    activate,
    reason,
    sentence: sentenceOf(reason, evaluation),
    advice: activate ? [] : adviceFor(groups, evaluation),
  };
}

/**
 * The same for a tuned encoder, which also has to find more than a head alone that was taught the same, and no fewer first results: it
 * costs an encoding anew, and on photos it won mAP@10 and lost first results to a head (`docs/teaching.md`).
 *
 * @param headAlone of the same pictures
 */
export function judgeTuning(
  groups: readonly LabelledGroup[],
  evaluation: TeachingEvaluation,
  headAlone: TeachingEvaluation,
): Verdict {
  const verdict = judgeTeaching(groups, evaluation);
  if (!verdict.activate) return verdict;
  const { p1, p10, map10 } = headAlone.measures;
  const tuned = evaluation.measures;
  if (tuned.p1.after.mean < p1.after.mean) {
    const sentence = `Without the last layers of the encoder the first result is right more often: ${percent(p1.after.mean)}, and ${percent(tuned.p1.after.mean)} with them. The search stays as it is.`;
    return { activate: false, reason: 'FIRST_WORSE', sentence, advice: [] };
  }
  if (tuned.map10.after.mean > map10.after.mean + WORTH_ENCODING) return verdict;
  const sentence = `Without the last layers of the encoder teaching finds as much: of ten results ${inTen(p10.after.mean)} were right, and ${inTen(tuned.p10.after.mean)} with them. The search stays as it is.`;
  return { activate: false, reason: 'NOT_BETTER', sentence, advice: [] };
}

function reasonOf(
  groups: readonly LabelledGroup[],
  { queries, measures, chance, general }: TeachingEvaluation,
): VerdictReason {
  if (queries < LEAST_QUERIES || typicalSize(groups) < LEAST_A_GROUP) return 'TOO_FEW';
  if (measures.map10.change.low <= 0) return 'NOT_BETTER';
  if (measures.p10.after.low <= chance + ABOVE_CHANCE * (1 - chance)) return 'CHANCE';
  if (measures.p1.change.high < 0) return 'FIRST_WORSE';
  const { untaught, samePairs } = general;
  if (untaught !== null && untaught.change.mean < -GENERAL_LOSS && untaught.change.high < 0) return 'GENERAL_WORSE';
  if (samePairs !== null && samePairs.change.mean < -COPIES_LOSS) return 'COPIES_LOST';
  return 'BETTER';
}

function sentenceOf(reason: VerdictReason, { queries, measures, general }: TeachingEvaluation): string {
  const { before, after } = measures.p10;
  const found = `Of ten results ${inTen(before.mean)} were right before and ${inTen(after.mean)} are now`;
  const pictures = `${queries} pictures that it had not been taught`;
  const rest =
    general.untaught !== null
      ? ' What it was not taught is found as well as before.'
      : general.samePairs !== null
        ? ' Copies and bursts are found as well as before.'
        : '';
  switch (reason) {
    case 'BETTER':
      return `${found}, on ${pictures}.${rest}`;
    case 'TOO_FEW':
      return 'There are too few pictures in your groups to tell whether teaching helps, so the search stays as it is.';
    case 'NOT_BETTER':
      return `${found}, on ${pictures}: no difference that could not be chance. The search stays as it is.`;
    case 'CHANCE':
      return 'What your groups have in common could not be seen: results are no better than drawn at random.';
    case 'FIRST_WORSE':
      return `${found}, but the very first result is right less often (${percent(measures.p1.before.mean)} before, ${percent(measures.p1.after.mean)} now).`;
    case 'GENERAL_WORSE':
      return `${found}, but groups that it was not taught are found worse (${percent(general.untaught?.before.mean ?? 0)} before, ${percent(general.untaught?.after.mean ?? 0)} now).`;
    case 'COPIES_LOST':
      return `${found}, but copies and bursts are found less often than before.`;
  }
}

/** A share of ten results: "6.2". */
export function inTen(share: number): string {
  return (10 * share).toFixed(1);
}

/** "93 %" */
export function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** The groups that are found worst, and how many pictures take each to its next step. */
function adviceFor(groups: readonly LabelledGroup[], { byGroup }: TeachingEvaluation): Advice[] {
  const quality = new Map(byGroup.map(({ group, after }) => [group, after]));
  return groups
    .map(({ name, members }, group) => {
      const size = members.length;
      const target = STEPS.find((step) => step > size) ?? Math.ceil(1.5 * size);
      const pictures = target - size;
      const sentence = `${pictures} more ${pictures === 1 ? 'picture' : 'pictures'} of ${name}`;
      return { group, pictures, sentence, quality: quality.get(group) ?? 0 };
    })
    .sort((a, b) => a.quality - b.quality || a.pictures - b.pictures)
    .slice(0, MOST_ADVICE)
    .map(({ group, pictures, sentence }) => ({ group, pictures, sentence }));
}
