import type { HeadWeights } from '../../../compute/training/head.ts';
import { createRandom } from '../../../similarity/random.ts';
import { applyHead } from '../apply-head.ts';
import { closedFormHead } from '../closed-form-head.ts';
import { evaluateTeaching, typicalQueries, type JudgedPictures } from '../evaluate-teaching.ts';
import { shownEvaluation, shownExamples } from '../shown-evaluation.ts';
import { relatedLines } from '../related-lines.ts';
import { rowsOf } from '../rows.ts';
import { samePairs } from '../same-pictures.ts';
import { groupsByPicture } from '../split.ts';
import { pairsAmong } from '../teach-groups.ts';
import type { TaughtModel } from '../teach-task.ts';
import type { AdaptTask, PictureViews } from './adapt-task.ts';
import { searchedRows } from '../searched-rows.ts';
import { compareResults, compareViews, type ComparedModels } from './compare-views.ts';
import { judgeAdapting } from './judge-adapting.ts';

/**
 * Views of one picture differ by what is not to count: their covariance is taken off, drawn half-way to the identity, and so is the mean
 * of the library. On photos this found more than training with SimCLR's or VICReg's loss, from here or from the start: `docs/teaching.md`.
 */
const SETTINGS = { shrinkage: 0.5, directionShrinkage: 1, weight: 0, centring: 1 } as const;

/** Labelled pictures that ask: more say nothing more. */
const MOST_QUERIES = 300;

/** Examples that are shown. */
const SHOWN = 10;

const SEED = 1;

/**
 * Fits a head to a library without any label, and judges it: by the labels that there are, by copies and bursts, and by views of pictures
 * that it has not seen. It takes what differs between views of one picture for noise (within-class covariance normalisation: Hatch et al.,
 * "Within-class covariance normalization for SVM-based speaker recognition", 2006, with each picture as a class).
 *
 * @param onTurn called every now and then; it may hold the computation
 */
export async function adaptModel(task: AdaptTask, onTurn: () => void = () => undefined): Promise<TaughtModel> {
  const { pictures, dimensions, base, learned } = task;
  const vectors = new Map(pictures.map(({ id, vector }) => [id, vector]));
  const vectorOf = (id: number): Float32Array | null => vectors.get(id) ?? null;
  const ids = pictures.map(({ id }) => id);
  const pairs = samePairs(pictures);
  const weights = fitted(learned, vectorOf, dimensions);
  onTurn();
  const before = rowsOf(ids, vectorOf, dimensions);
  const after = applyHead(weights, before, dimensions);
  const outputs = weights.kernel.length / dimensions;
  const judged = judgedPictures(task, ids, before, pairs);
  const shown = shownBy(learned, pairs);
  const evaluation = await evaluateTeaching(judged, {
    folds: [{ queries: labelledQueries(judged, ids, shown), after }],
    untaught: [],
    final: after,
  });
  const models = (ceiling: number | null): ComparedModels => ({
    before: { library: searchedRows(before, dimensions, ceiling), of: (vector) => vector },
    after: { library: searchedRows(after, outputs, ceiling), of: (vector) => applyHead(weights, vector, dimensions) },
  });
  const asked = task.heldOut.filter(({ id }) => !shown.has(id));
  // by plain cosines: smoothed ones draw a view to the company of its picture, and tell a better space less well from a worse one
  const views = await compareViews(asked, ids, models(null), onTurn);
  const queries =
    evaluation.perQuery.length > 0
      ? typicalQueries(evaluation.perQuery, SHOWN)
      : await compareResults(asked.slice(0, SHOWN), ids, models(judged.ceiling));
  return {
    weights,
    inputs: dimensions,
    outputs,
    recipe: `closed form of ${learned[0]?.views.length ?? 0} views of ${learned.length} pictures`,
    seed: SEED,
    groups: [],
    labelled: 0,
    evaluation: shownEvaluation(evaluation, task.groups, views),
    examples: shownExamples(queries, ids, task.groups),
    answered: [],
    verdict: judgeAdapting(evaluation, views),
    curves: { training: [], heldOut: [] },
    lines: await relatedLines(base, { rows: before, dimensions }, { rows: after, dimensions: outputs }),
  };
}

/** Each picture and its views are a class. */
function fitted(
  learned: readonly PictureViews[],
  vectorOf: (id: number) => Float32Array | null,
  dimensions: number,
): HeadWeights {
  const classes = learned.map(({ id, views }) => [vectorOf(id), ...views].filter((vector) => vector !== null));
  const labels = classes.flatMap((rows, label) => rows.map(() => label));
  const rows = new Float32Array(labels.length * dimensions);
  for (const [row, vector] of classes.flat().entries()) rows.set(vector, row * dimensions);
  return closedFormHead({ rows, dimensions, labels }, SETTINGS);
}

function judgedPictures(
  { groups, dimensions, base }: AdaptTask,
  ids: readonly number[],
  before: Float32Array,
  pairs: readonly (readonly [number, number])[],
): JudgedPictures {
  const groupsOf = groupsByPicture(groups);
  return {
    before,
    dimensions,
    groupsOf: ids.map((id) => groupsOf.get(id) ?? []),
    ceiling: base.smoothing?.ceiling ?? null,
    samePairs: pairsAmong(pairs, new Map(ids.map((id, i) => [id, i]))),
  };
}

/** The labelled pictures that ask, by position: nothing was learned from them. */
function labelledQueries({ groupsOf }: JudgedPictures, ids: readonly number[], shown: ReadonlySet<number>): number[] {
  const labelled = groupsOf.flatMap((groups, position) =>
    groups.length > 0 && !shown.has(ids[position] ?? 0) ? [position] : [],
  );
  return createRandom(SEED).sample(labelled, MOST_QUERIES);
}

/** Ids of pictures that were learned from, and of those that show the same. */
function shownBy(learned: readonly PictureViews[], pairs: readonly (readonly [number, number])[]): ReadonlySet<number> {
  const ids = new Set(learned.map(({ id }) => id));
  const alike = pairs.flatMap(([a, b]) => [...(ids.has(a) ? [b] : []), ...(ids.has(b) ? [a] : [])]);
  return new Set([...ids, ...alike]);
}
