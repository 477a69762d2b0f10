import { calibrateGroup, exampleScore, probability } from './calibrate-group.ts';
import type { CalibrationTarget, GroupCalibration, ScoredExample } from './calibrate-group.ts';

/** A picture by both models: scores are the taught one's, and whether it is like anything known is the untaught one's to say. */
export interface TwofoldPicture {
  readonly id: number;
  /** By the model in use, unit length. */
  readonly taught: ArrayLike<number>;
  /** By the untaught model, unit length; the same where nothing is taught. */
  readonly untaught: ArrayLike<number>;
}

/** A group that pictures are suggested for. */
export interface SuggestingGroup {
  readonly id: number;
  readonly members: readonly TwofoldPicture[];
  /** Ids that a person said do not belong. */
  readonly refused: ReadonlySet<number>;
  readonly calibration: GroupCalibration;
}

export interface Suggestion {
  readonly id: number;
  readonly group: number;
  readonly score: number;
  /** Probability that it belongs, 0–1. */
  readonly confidence: number;
}

/** How near a picture is to a group. */
export interface GroupFit {
  readonly group: SuggestingGroup;
  readonly score: number;
}

/**
 * Pictures that may belong to groups, the most likely first. Each is suggested for the group that it is nearest to, of those that it
 * is no member of and was not refused for; never below that group's threshold, and never where it is like no group at all.
 */
export function suggest(candidates: readonly TwofoldPicture[], groups: readonly SuggestingGroup[]): Suggestion[] {
  return candidates
    .flatMap((candidate) => {
      const fit = nearestGroup(candidate, groups);
      if (fit === null) return [];
      const { group, score } = fit;
      const { calibration } = group;
      if (calibration.threshold === null || score < calibration.threshold) return [];
      if (familiarityOf(candidate, group.members) < calibration.leastFamiliar) return [];
      return [{ id: candidate.id, group: group.id, score, confidence: probability(calibration, score) }];
    })
    .sort((a, b) => b.confidence - a.confidence || b.score - a.score || a.id - b.id);
}

/** How much a picture is like members of a group in what was there before any teaching. */
function familiarityOf(picture: TwofoldPicture, members: readonly TwofoldPicture[]): number {
  return exampleScore(
    picture.untaught,
    members.filter(({ id }) => id !== picture.id).map(({ untaught }) => untaught),
  );
}

function scoreOf(picture: TwofoldPicture, members: readonly TwofoldPicture[]): number {
  return exampleScore(
    picture.taught,
    members.filter(({ id }) => id !== picture.id).map(({ taught }) => taught),
  );
}

/** How near a picture is to each group that it was not refused for, the nearest first. */
export function groupFits(picture: TwofoldPicture, groups: readonly SuggestingGroup[]): GroupFit[] {
  return groups
    .filter(({ refused }) => !refused.has(picture.id))
    .map((group) => ({ group, score: scoreOf(picture, group.members) }))
    .sort((a, b) => b.score - a.score);
}

/** The nearest of all groups, or null where it is a member of that: the second nearest is no answer then. */
function nearestGroup(picture: TwofoldPicture, groups: readonly SuggestingGroup[]): GroupFit | null {
  const [best] = groupFits(picture, groups);
  return !best || best.group.members.some(({ id }) => id === picture.id) ? null : best;
}

/** A fold of a teaching: who was taught, and who was not, by that fold's model. */
export interface CalibrationFold {
  /** For each group its members that were taught. */
  readonly taught: readonly (readonly TwofoldPicture[])[];
  /** Pictures that were not, with the groups that they are in; refused ones are in none of those that they were refused for. */
  readonly heldOut: readonly { readonly picture: TwofoldPicture; readonly groups: readonly number[] }[];
}

/**
 * What each group's calibration learns from: the pictures that the models were not taught, those of all folds together.
 *
 * @returns examples of each group, in the order of `CalibrationFold.taught`
 */
export function scoredExamples(folds: readonly CalibrationFold[], groups: number): ScoredExample[][] {
  const examples = Array.from({ length: groups }, (): ScoredExample[] => []);
  for (const { taught, heldOut } of folds) {
    for (const { picture, groups: inside } of heldOut) {
      const scores = taught.map((members) => scoreOf(picture, members));
      const best = Math.max(...scores);
      for (const [group, score] of scores.entries()) {
        const familiarity = familiarityOf(picture, taught[group] ?? []);
        examples[group]?.push({ score, belongs: inside.includes(group), nearest: score === best, familiarity });
      }
    }
  }
  return examples;
}

/**
 * Calibrates each group on pictures that the models were not taught: those of all folds together.
 *
 * @returns a calibration for each group, in the order of `CalibrationFold.taught`
 */
export function calibrateGroups(
  folds: readonly CalibrationFold[],
  groups: number,
  target: CalibrationTarget,
): GroupCalibration[] {
  return scoredExamples(folds, groups).map((some) => calibrateGroup(some, target));
}
