import { makeClassificationMetric } from '../../similarity/classification-metrics/index.ts';
import { MemoryEvaluator } from '../../similarity/evaluators/memory-evaluator.ts';
import { tabulateLookups, type Lookup } from '../../similarity/lookup.ts';
import { MatchNearest } from '../../similarity/matchers/index.ts';
import { dot } from '../vectors/vector-index.ts';

/** What a threshold is to give. */
export type CalibrationTarget = { readonly kind: 'precision'; readonly value: number } | { readonly kind: 'f1' };

/** What a calibration learns from: a picture that no model in question was taught, and how near it is to the group. */
export interface ScoredExample {
  /** Score in the group, as {@link exampleScore} by the model. */
  readonly score: number;
  /** Whether the picture is in the group. */
  readonly belongs: boolean;
  /** Whether no other group is nearer. */
  readonly nearest: boolean;
  /** {@link exampleScore} by the untaught model. */
  readonly familiarity: number;
}

export interface GroupCalibration {
  /** From this score on pictures are suggested; null where no score keeps what was asked for. */
  readonly threshold: number | null;
  /** Precision and recall at the threshold, on the examples; 0 without one. */
  readonly precision: number;
  readonly recall: number;
  /** A picture less familiar than this is like no group at all: see {@link familiarityOf}. */
  readonly leastFamiliar: number;
  /** Whether an example does not belong: without one nothing can be said of precision, and the probability is 0.5. */
  readonly isTold: boolean;
  /** Probability of belonging at a score s: 1 / (1 + exp(-(slope · s + offset))). */
  readonly slope: number;
  readonly offset: number;
}

/** Nearest examples that a score is the mean of: 3 to 5 and the group's mean vector gave the same on scenes, 1 less. */
const NEAREST = 5;

/** Share of a group's own pictures that may be taken for strangers. At a tenth 4 % of the objects passed for scenes, at 24 a class. */
const STRANGERS = 0.1;

/** With fewer members among the examples neither a threshold nor a quantile means anything. */
const LEAST_MEMBERS = 3;

/**
 * How near a picture is to a group: the mean cosine with its nearest five members, or with all where there are fewer. So a group needs no
 * training, and may be of several kinds of pictures. A picture that is a member itself is not compared with itself: leave it out.
 *
 * @returns -1 to 1; -1 for a group without members
 */
export function exampleScore(vector: ArrayLike<number>, members: readonly ArrayLike<number>[]): number {
  if (members.length === 0) return -1;
  const nearest = members
    .map((member) => dot(vector, member))
    .sort((a, b) => b - a)
    .slice(0, NEAREST);
  return nearest.reduce((sum, score) => sum + score, 0) / nearest.length;
}

/**
 * From which score on a picture is suggested for a group, as src/similarity calibrates: the lowest score at which precision is as
 * asked for, or the one of the best F1. Only pictures that no other group is nearer to can be suggested; so only they are counted.
 *
 * A taught model looks where groups differ, and sees nothing of what is like none of them: on scenes it suggested a quarter of the
 * objects. The untaught one does, so each picture must also be as familiar to it as nine of ten members are.
 */
export function calibrateGroup(examples: readonly ScoredExample[], target: CalibrationTarget): GroupCalibration {
  const members = examples.filter(({ belongs }) => belongs);
  const { slope, offset } = probabilityOf(examples);
  const leastFamiliar = members.length < LEAST_MEMBERS ? 1 : lowQuantile(members.map((one) => one.familiarity));
  const candidates = examples.filter((one) => one.nearest && one.familiarity >= leastFamiliar);
  const isTold = members.length < examples.length;
  const found = members.length < LEAST_MEMBERS || !isTold ? null : thresholdOf(candidates, target);
  const above = candidates.filter(({ score }) => found !== null && score >= found);
  const right = above.filter(({ belongs }) => belongs).length;
  return {
    threshold: found,
    precision: above.length === 0 ? 0 : right / above.length,
    recall: members.length === 0 ? 0 : right / members.length,
    leastFamiliar,
    isTold,
    slope,
    offset,
  };
}

/** Probability that a picture of that score belongs to the group, 0–1. */
export function probability({ slope, offset }: Pick<GroupCalibration, 'slope' | 'offset'>, score: number): number {
  return 1 / (1 + Math.exp(-(slope * score + offset)));
}

function lowQuantile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(STRANGERS * values.length)] ?? 1;
}

function thresholdOf(candidates: readonly ScoredExample[], target: CalibrationTarget): number | null {
  if (!candidates.some(({ belongs }) => belongs)) return null;
  const metric = target.kind === 'precision' ? 'precision' : 'f1';
  // a match is always the group; whether it is right is whether the picture belongs there
  const lookups = candidates.map(({ score }): Lookup[] => [
    { rank: 1, distance: 1 - score, label: 1, embedding: new Float32Array(), data: undefined },
  ]);
  const { cutpoints } = new MemoryEvaluator().calibrate(
    Int32Array.from(candidates, ({ belongs }) => (belongs ? 1 : 0)),
    tabulateLookups(lookups),
    {
      thresholdsTargets: target.kind === 'precision' ? { target: target.value } : {},
      calibrationMetric: makeClassificationMetric(metric),
      matcher: new MatchNearest(),
      extraMetrics: [],
    },
  );
  const cutpoint = target.kind === 'precision' ? cutpoints['target'] : cutpoints['optimal'];
  if (cutpoint === undefined) return null;
  // the example itself, whose distance is rounded from it
  const within = candidates.filter(({ score }) => 1 - score <= cutpoint.distance);
  return within.reduce((least, { score }) => Math.min(least, score), Number.POSITIVE_INFINITY);
}

const NEWTON_STEPS = 50;

/**
 * Platt's logistic curve through the scores (Platt, "Probabilistic outputs for support vector machines", 1999), by Newton's method,
 * with his targets, which keep it from being sure of what it has seen a few times.
 */
function probabilityOf(examples: readonly ScoredExample[]): { slope: number; offset: number } {
  const positives = examples.filter(({ belongs }) => belongs).length;
  const negatives = examples.length - positives;
  if (negatives === 0) return { slope: 0, offset: 0 };
  const [yes, no] = [(positives + 1) / (positives + 2), 1 / (negatives + 2)];
  let slope = 0;
  let offset = Math.log((positives + 1) / (negatives + 1));
  for (let step = 0; step < NEWTON_STEPS; step++) {
    let [gs, go, hss, hso, hoo] = [0, 0, RIDGE, 0, RIDGE];
    for (const { score, belongs } of examples) {
      const p = probability({ slope, offset }, score);
      const error = (belongs ? yes : no) - p;
      const weight = p * (1 - p);
      gs += error * score;
      go += error;
      hss += weight * score * score;
      hso += weight * score;
      hoo += weight;
    }
    gs -= RIDGE * slope;
    const determinant = hss * hoo - hso * hso;
    if (determinant <= 0) break;
    const [ds, dof] = [(hoo * gs - hso * go) / determinant, (hss * go - hso * gs) / determinant];
    slope += ds;
    offset += dof;
    if (Math.abs(ds) + Math.abs(dof) < 1e-9) break;
  }
  // a nearer picture is never less likely: with few labels chance can say so
  return slope > 0 ? { slope, offset } : { slope: 0, offset: Math.log((positives + 1) / (negatives + 1)) };
}

/** Keeps the curve from being a step where the examples can be parted without an error. */
const RIDGE = 1e-3;
