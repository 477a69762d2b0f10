import { unknownName } from '../checks.ts';
import type { Distance } from '../distances/index.ts';
import { DistanceGapMetric } from './distance-gap-metric.ts';
import { DistanceMetric, type Aggregate, type Anchor } from './distance-metric.ts';
import type { TrainingMetric } from './training-metric.ts';

type Named<Metric> = (distance?: Distance | string) => Metric;

function named(aggregate: Aggregate, anchor: Anchor, name: string): Named<DistanceMetric> {
  return (distance = 'cosine') => new DistanceMetric({ distance, aggregate, anchor, name });
}

/** The mean over all examples of the distance to their farthest positive. */
export const avgPos = named('mean', 'positive', 'avg_pos');
/** The mean over all examples of the distance to their nearest negative. */
export const avgNeg = named('mean', 'negative', 'avg_neg');
/** The largest distance between two examples of one class. */
export const maxPos = named('max', 'positive', 'max_pos');
/** The largest over all examples of the distance to their nearest negative. */
export const maxNeg = named('max', 'negative', 'max_neg');
/** The smallest over all examples of the distance to their farthest positive. */
export const minPos = named('min', 'positive', 'min_pos');
/** The smallest distance between two examples of different classes. */
export const minNeg = named('min', 'negative', 'min_neg');
/** The sum over all examples of the distance to their farthest positive. */
export const sumPos = named('sum', 'positive', 'sum_pos');
/** The sum over all examples of the distance to their nearest negative. */
export const sumNeg = named('sum', 'negative', 'sum_neg');
/** `minNeg` less `maxPos`. */
export const distGap: Named<DistanceGapMetric> = (distance = 'cosine') => new DistanceGapMetric({ distance });

/** By name, without capitals and underscores: as the original has them, and as what they are of (`dist_pos_avg`). */
const NAMES: readonly (readonly [Named<TrainingMetric>, ...string[]])[] = [
  [avgPos, 'avgpos', 'meanpos', 'distposavg', 'distancemetric'],
  [avgNeg, 'avgneg', 'meanneg', 'distnegavg'],
  [maxPos, 'maxpos', 'distposmax'],
  [maxNeg, 'maxneg', 'distnegmax'],
  [minPos, 'minpos', 'distposmin'],
  [minNeg, 'minneg', 'distnegmin'],
  [sumPos, 'sumpos', 'distpossum'],
  [sumNeg, 'sumneg', 'distnegsum'],
  [distGap, 'distgap', 'distancegapmetric'],
];

const METRICS = new Map(NAMES.flatMap(([metric, ...names]) => names.map((name) => [name, metric] as const)));

/**
 * A training metric by its name, in any case and with or without underscores: `avg_pos` or `dist_pos_avg`, and so on for
 * `min`, `max` and `sum` and for `neg`, and `dist_gap`. A metric is returned as it is.
 *
 * @param distance default `cosine`
 * @throws SimilarityError UNKNOWN_NAME
 */
export function getTrainingMetric(
  metric: TrainingMetric | string,
  distance: Distance | string = 'cosine',
): TrainingMetric {
  if (typeof metric !== 'string') return metric;
  const found = METRICS.get(metric.toLowerCase().replaceAll('_', ''));
  if (found === undefined) throw unknownName('metric', metric, METRICS.keys());
  return found(distance);
}
