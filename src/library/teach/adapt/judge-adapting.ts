import type { Comparison, TeachingVerdict } from '../../../contract/teach-schemas.ts';
import type { TeachingEvaluation } from '../evaluate-teaching.ts';
import { COPIES_LOSS, inTen, LEAST_QUERIES, percent } from '../verdict.ts';

type Reason = Exclude<TeachingVerdict['reason'], 'CHANCE'>;

/**
 * Decides whether a head that was fitted without labels takes over. Labels decide where there are enough: they say what a person means.
 * Without them it has to find pictures by a part of them more often than before. The person may decide otherwise.
 *
 * @param evaluation by labelled pictures, if any; by copies and bursts
 * @param views whether a view of a picture finds it first; null where none was asked
 */
export function judgeAdapting(evaluation: TeachingEvaluation, views: Comparison | null): TeachingVerdict {
  const reason = reasonOf(evaluation, views);
  return { activate: reason === 'BETTER', reason, sentence: sentenceOf(reason, evaluation, views), advice: [] };
}

function isLabelled({ queries }: TeachingEvaluation): boolean {
  return queries >= LEAST_QUERIES;
}

function reasonOf(evaluation: TeachingEvaluation, views: Comparison | null): Reason {
  const { measures, general } = evaluation;
  if (general.samePairs !== null && general.samePairs.change.mean < -COPIES_LOSS) return 'COPIES_LOST';
  if (views !== null && views.change.high < 0) return 'GENERAL_WORSE';
  if (isLabelled(evaluation)) {
    if (measures.map10.change.low <= 0) return 'NOT_BETTER';
    return measures.p1.change.high < 0 ? 'FIRST_WORSE' : 'BETTER';
  }
  if (views === null) return 'TOO_FEW';
  return views.change.low > 0 ? 'BETTER' : 'NOT_BETTER';
}

function sentenceOf(reason: Reason, evaluation: TeachingEvaluation, views: Comparison | null): string {
  const { measures, queries } = evaluation;
  const { before, after } = measures.p10;
  const byLabels = `Of ten results ${inTen(before.mean)} were right before and ${inTen(after.mean)} are now, on ${queries} pictures of your groups`;
  const byViews = `A part of a picture finds the picture ${percent(views?.after.mean ?? 0)} of the time, and did ${percent(views?.before.mean ?? 0)} before`;
  const found = isLabelled(evaluation) ? byLabels : byViews;
  switch (reason) {
    case 'BETTER':
      return `${found}.${isLabelled(evaluation) ? '' : ' Whether results are more alike in what you mean, groups will tell.'}`;
    case 'FIRST_WORSE':
      return `${found}, but the very first result is right less often (${percent(measures.p1.before.mean)} before, ${percent(measures.p1.after.mean)} now). The search stays as it is.`;
    case 'COPIES_LOST':
      return `${found}, but copies and bursts are found less often than before. The search stays as it is.`;
    case 'GENERAL_WORSE':
      return `${byViews}. The search stays as it is.`;
    case 'TOO_FEW':
      return 'There are too few pictures to tell whether it helps, so the search stays as it is.';
    case 'NOT_BETTER':
      return `${found}: no difference that could not be chance. The search stays as it is.`;
  }
}
