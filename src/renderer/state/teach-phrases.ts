import type {
  Comparison,
  DeepEstimate,
  Estimate,
  ModelKind,
  ModelVersion,
  TeachingEvaluation,
  TeachingLoss,
  TeachProgress,
  TeachReadiness,
} from '../../contract/teach-schemas.ts';
import { counted, duration, number } from './phrases.ts';

const STATE_WORDS: Readonly<Record<TeachProgress['state'], string>> = {
  idle: '',
  preparing: 'Getting ready',
  training: 'Learning',
  evaluating: 'Comparing before and after',
  activating: 'Bringing it into use',
};

const KIND_WORDS: Readonly<Record<ModelKind, string>> = {
  base: 'Untaught',
  head: 'Taught from groups',
  deep: 'Taught deeply',
  adapted: 'Adapted without groups',
  imported: 'Imported',
};

/** The losses that can be chosen, as the panel for those who know them names them. */
export const LOSS_WORDS: Readonly<Record<TeachingLoss, string>> = {
  multisim_loss: 'Multi-similarity',
  triplet_loss: 'Triplet',
  circle_loss: 'Circle',
  soft_nn_loss: 'Soft nearest neighbours',
  pn_loss: 'Positive–negative',
  'closed-form': 'Closed form (trains nothing)',
};

/** How a version came to be, in a word or two. */
export function kindWord(kind: ModelKind): string {
  return KIND_WORDS[kind];
}

/** What is being done, and how far it is; without the time. */
export function teachState({ state, paused, sentence }: TeachProgress): string {
  const doing = [STATE_WORDS[state], sentence].filter((part) => part !== '').join(' · ');
  return paused ? `Paused · ${sentence === '' ? STATE_WORDS[state] : sentence}` : doing;
}

/** "1 min 30 s left"; empty where it is not known, or nothing goes on. */
export function timeLeft({ secondsLeft, paused }: Pick<TeachProgress, 'secondsLeft' | 'paused'>): string {
  return secondsLeft === null || paused ? '' : `${duration(secondsLeft)} left`;
}

/** The line of the sidebar. */
export function teachLine(progress: TeachProgress): string {
  return [teachState(progress), timeLeft(progress)].filter((part) => part !== '').join(' · ');
}

/** "About 45 s on this computer." */
export function estimateLine({ seconds }: TeachReadiness): string {
  return `It takes about ${duration(seconds)} on this computer. Searches go on meanwhile.`;
}

/** What training the last layers would take, or why it cannot be done. */
export function deepLine({ possible, sentence, seconds, pictures, encodingSeconds }: DeepEstimate): string {
  if (!possible) return sentence;
  const anew = `${number(pictures)} ${pictures === 1 ? 'picture' : 'pictures'} in ${duration(encodingSeconds)}`;
  return `About ${duration(seconds)}, and then ${anew}. ${sentence}`;
}

/** Fewer changed labels than this, and than a twentieth of all, are not worth another teaching. */
const FEW_CHANGES = 5;

/** How many labels have changed that are worth teaching; 0 where it would change little, or cannot begin. */
export function worthTeaching(readiness: TeachReadiness | null): number {
  if (!readiness?.ready) return 0;
  const { changedSince, labelled } = readiness;
  if (changedSince === null) return labelled;
  return changedSince >= Math.max(FEW_CHANGES, labelled / 20) ? changedSince : 0;
}

export interface MeasureRow {
  readonly name: string;
  /** What it means, with its numbers. */
  readonly sentence: string;
  readonly before: string;
  readonly after: string;
  readonly change: string;
  /** Beyond the interval or within it. */
  readonly direction: 'better' | 'worse' | 'same';
}

/** The four measures, in words that need no course. Of each, what was, what is, and the difference, with 95 % intervals. */
export function measureRows({ p1, p10, map10, recall }: TeachingEvaluation): MeasureRow[] {
  return [
    measureRow(
      'Right among ten',
      p10,
      TENTHS,
      (before, after) => `Of ten results, ${before} were right before and ${after} are now.`,
    ),
    measureRow(
      'Right at first place',
      p1,
      PERCENT,
      (before, after) =>
        `The very first result was right ${before} of the time before, and is ${after} of the time now.`,
    ),
    measureRow(
      'Right ones on top',
      map10,
      PERCENT,
      (before, after) =>
        `Of what the first ten could be at best, with all right ones on top, they were ${before} before and are ${after} now.`,
    ),
    measureRow(
      'Group found',
      recall,
      PERCENT,
      (before, after) => `Of a picture’s group, ${before} stood before all else, and ${after} does now.`,
    ),
  ];
}

interface Unit {
  readonly show: (value: number) => string;
  /** With a sign, and the unit where the number alone would mislead. */
  readonly showChange: (value: number) => string;
}

/** A share of 0–1. */
export function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

const TENTHS: Unit = { show: (value) => (10 * value).toFixed(1), showChange: (value) => signed(10 * value, 1) };
const PERCENT: Unit = {
  show: percent,
  showChange: (value) => signed(100 * value, 0),
};

function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return value < 0 ? `−${text}` : `+${text}`;
}

function measureRow(
  name: string,
  { before, after, change }: Comparison,
  { show, showChange }: Unit,
  sentence: (before: string, after: string) => string,
): MeasureRow {
  return {
    name,
    sentence: sentence(show(before.mean), show(after.mean)),
    before: withInterval(before, show),
    after: withInterval(after, show),
    change: `${showChange(change.mean)} (${showChange(change.low)} to ${showChange(change.high)})`,
    direction: directionOf(change),
  };
}

function withInterval({ mean, low, high }: Estimate, show: (value: number) => string): string {
  return `${show(mean)} (${show(low).replace(' %', '')} to ${show(high)})`;
}

function directionOf({ low, high }: Estimate): MeasureRow['direction'] {
  if (low > 0) return 'better';
  return high < 0 ? 'worse' : 'same';
}

/** Does it still work for everything else? A sentence for each thing that can be told. */
export function generalLines({ general }: TeachingEvaluation): string[] {
  const { untaught, samePairs, views, kept } = general;
  const lines: string[] = [];
  if (untaught !== null) lines.push(`Groups that it was not taught are found ${compared(untaught)}.`);
  if (samePairs !== null) lines.push(`Copies and pictures of one burst find each other ${compared(samePairs)}.`);
  if (views !== null) lines.push(`A part of a picture finds its picture first ${compared(views)}.`);
  if (kept !== null) {
    lines.push(`For pictures in no group, ${TENTHS.show(kept.mean)} of the first ten results are the same as before.`);
  }
  return lines;
}

const HOW = { better: 'better', worse: 'worse', same: 'as well as before' } as const;

function compared({ before, after, change }: Comparison): string {
  return `${HOW[directionOf(change)]} (${PERCENT.show(before.mean)} before, ${PERCENT.show(after.mean)} now)`;
}

/** A version's result in a line: "Of ten results 6.2 were right before, 8.1 after". */
export function resultLine({ kind, evaluation }: ModelVersion): string {
  if (evaluation !== null && evaluation.queries === 0 && evaluation.general.views !== null) {
    const { before, after } = evaluation.general.views;
    return `A part of a picture found it ${percent(before.mean)} of the time before, ${percent(after.mean)} after`;
  }
  if (evaluation !== null) {
    const { before, after } = evaluation.p10;
    return `Of ten results ${TENTHS.show(before.mean)} were right before, ${TENTHS.show(after.mean)} after`;
  }
  return kind === 'base'
    ? 'As the encoder was made, without anything of yours'
    : 'Not compared on pictures of this library';
}

/** "Receipts, Our dog and 3 more groups, 120 pictures"; empty where it was taught no group. */
export function groupsLine(groups: ModelVersion['groups']): string {
  if (groups.length === 0) return '';
  const named = groups.slice(0, 3).map(({ name }) => name);
  const more = groups.length - named.length;
  const pictures = groups.reduce((sum, group) => sum + group.pictures, 0);
  const names = more > 0 ? `${named.join(', ')} and ${counted(more, 'more group')}` : named.join(', ');
  return `${names} · ${counted(pictures, 'picture')}`;
}

/** 0.934 → "93 %"; never a certainty that nobody has. */
export function confidence(probability: number): string {
  return `${number(Math.min(99, Math.max(1, Math.round(100 * probability))))} %`;
}
