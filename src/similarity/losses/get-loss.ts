import { unknownName } from '../checks.ts';
import { CircleLoss } from './circle-loss.ts';
import { LiftedStructLoss } from './lifted-struct-loss.ts';
import type { MetricLoss } from './metric-loss.ts';
import { MultiNegativesRankLoss } from './multi-negatives-rank-loss.ts';
import { MultiSimilarityLoss } from './multi-similarity-loss.ts';
import { PNLoss } from './pn-loss.ts';
import { SoftNearestNeighborLoss } from './soft-nearest-neighbor-loss.ts';
import { TripletLoss } from './triplet-loss.ts';
import { XBM, type XBMOptions } from './xbm.ts';

type LossClass = new (options?: never) => MetricLoss;

/** Every name that a loss goes by, in lower case: TensorFlow Similarity's names, those of its modules, and class names. */
const NAMES: readonly (readonly [LossClass, ...string[]])[] = [
  [TripletLoss, 'triplet_loss', 'tripletloss', 'triplet'],
  [MultiSimilarityLoss, 'multisim_loss', 'multisimilarityloss', 'multisim'],
  [CircleLoss, 'circle_loss', 'circleloss', 'circle'],
  [PNLoss, 'pn_loss', 'pnloss', 'pn'],
  [LiftedStructLoss, 'lifted_struct_loss', 'liftedstructloss', 'lifted_structure_loss'],
  [SoftNearestNeighborLoss, 'soft_nn_loss', 'softnearestneighborloss', 'softnn_loss', 'soft_nn'],
  [MultiNegativesRankLoss, 'multineg_rank_loss', 'multinegativesrankloss', 'multinegrank_loss'],
];

const LOSSES = new Map(NAMES.flatMap(([loss, ...names]) => names.map((name) => [name, loss] as const)));

function lossClass(name: string): LossClass {
  const found = LOSSES.get(name.toLowerCase());
  if (found === undefined) throw unknownName('loss', name, LOSSES.keys());
  return found;
}

/**
 * A loss by its name, in any case, with its default settings; a loss is returned as it is. XBM has no name here, because it
 * needs a loss to wrap.
 *
 * @throws SimilarityError UNKNOWN_NAME
 */
export function getLoss(loss: MetricLoss | string): MetricLoss {
  return typeof loss === 'string' ? new (lossClass(loss))() : loss;
}

/** A loss as a file says it. */
export interface SavedLoss {
  /** One of the names that `getLoss` knows, or `XBM`. */
  readonly className: string;
  /** What `getConfig` gave. */
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * The loss that `getConfig` told of, XBM with its memory empty.
 *
 * @throws SimilarityError UNKNOWN_NAME, or what the loss's constructor throws
 */
export function lossFromConfig({ className, config }: SavedLoss): MetricLoss {
  if (className.toLowerCase() === 'xbm') {
    const { loss, ...options } = config as unknown as XBMOptions & { readonly loss: SavedLoss };
    return new XBM(lossFromConfig(loss), options);
  }
  return new (lossClass(className))(config as never);
}
