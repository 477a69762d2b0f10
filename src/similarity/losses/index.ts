export { getLoss } from './get-loss.ts';
export { MetricLoss, type Pairs } from './metric-loss.ts';
export type { NegativeMining, PositiveMining } from './mining.ts';
export { MultiSimilarityLoss, type MultiSimilarityLossOptions } from './multi-similarity-loss.ts';
export { TripletLoss, type TripletLossOptions } from './triplet-loss.ts';
