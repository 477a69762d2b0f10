import { unknownName } from '../checks.ts';
import type { MetricLoss } from './metric-loss.ts';
import { MultiSimilarityLoss } from './multi-similarity-loss.ts';
import { TripletLoss } from './triplet-loss.ts';

/** Every name that a loss with default settings goes by, in lower case: TensorFlow Similarity's names and class names. */
const NAMES: readonly (readonly [new () => MetricLoss, ...string[]])[] = [
  [TripletLoss, 'triplet_loss', 'tripletloss', 'triplet'],
  [MultiSimilarityLoss, 'multisim_loss', 'multisimilarityloss', 'multisim'],
];

const LOSSES = new Map(NAMES.flatMap(([loss, ...names]) => names.map((name) => [name, loss] as const)));

/**
 * A loss by its name, in any case, with its default settings; a loss is returned as it is.
 *
 * @throws SimilarityError UNKNOWN_NAME
 */
export function getLoss(loss: MetricLoss | string): MetricLoss {
  if (typeof loss !== 'string') return loss;
  const found = LOSSES.get(loss.toLowerCase());
  if (found === undefined) throw unknownName('loss', loss, LOSSES.keys());
  return new found();
}
