import { unknownName } from '../checks.ts';
import { Barlow } from './barlow.ts';
import { BYOLLoss } from './byol-loss.ts';
import type { ContrastiveLoss } from './contrastive-loss.ts';
import { SimCLRLoss } from './simclr-loss.ts';
import { SimSiamLoss } from './simsiam-loss.ts';
import { SwAVLoss } from './swav-loss.ts';
import { VicReg } from './vicreg.ts';

export { Barlow, type BarlowOptions } from './barlow.ts';
export { BYOLLoss } from './byol-loss.ts';
export { ContrastiveLoss } from './contrastive-loss.ts';
export { SimCLRLoss, type SimCLRLossOptions } from './simclr-loss.ts';
export { SimSiamLoss, type ProjectionType, type SimSiamLossOptions } from './simsiam-loss.ts';
export { sinkhornKnopp } from './sinkhorn-knopp.ts';
export { SwAVLoss, type SwAVLossOptions } from './swav-loss.ts';
export { VicReg, type VicRegOptions } from './vicreg.ts';

type CreateLoss = (config: Record<string, unknown>) => ContrastiveLoss;

/** Every name that a loss goes by, in lower case: the method's, the class's and that of the loss itself. */
const NAMES: readonly (readonly [CreateLoss, ...string[]])[] = [
  [(config) => new SimCLRLoss(config), 'simclr', 'simclrloss', 'simclr_loss'],
  [(config) => new SimSiamLoss(config), 'simsiam', 'simsiamloss', 'simsiam_loss'],
  [(config) => new Barlow(config), 'barlow'],
  [(config) => new VicReg(config), 'vicreg', 'vicreg_loss'],
  [() => new BYOLLoss(), 'byol', 'byolloss', 'byol_loss'],
  [(config) => new SwAVLoss(config), 'swav', 'swavloss', 'swav_loss'],
];

const LOSSES = new Map(NAMES.flatMap(([create, ...names]) => names.map((name) => [name, create] as const)));

/**
 * The loss of that name, in any case; a loss is returned as it is.
 *
 * @param loss `simclr`, `simsiam`, `barlow`, `vicreg`, `byol`, `swav`, or what `name` says of one of them
 * @param config the settings of a loss that is named: what its constructor takes, and what its `getConfig` gives
 * @throws SimilarityError UNKNOWN_NAME, and what the constructor throws
 */
export function getContrastiveLoss(
  loss: ContrastiveLoss | string,
  config: Readonly<Record<string, unknown>> = {},
): ContrastiveLoss {
  if (typeof loss !== 'string') return loss;
  const create = LOSSES.get(loss.toLowerCase());
  if (create === undefined) throw unknownName('loss', loss, LOSSES.keys());
  return create(config);
}
