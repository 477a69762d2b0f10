/**
 * Metric learning in TypeScript on TensorFlow.js: the package export `semblance/similarity`. Everything that other programs may
 * use is named here; `docs/similarity.md` is its manual.
 */
export * from './architectures/index.ts';
export * from './augmenters/index.ts';
export * from './backends/index.ts';
export * from './callbacks/index.ts';
export * from './classification-metrics/index.ts';
export * from './contrastive-losses/index.ts';
export * from './distances/index.ts';
export * from './evaluators/index.ts';
export * from './indexer/index.ts';
export * from './layers/index.ts';
export * from './losses/index.ts';
export * from './matchers/index.ts';
export * from './models/index.ts';
export * from './retrieval-metrics/index.ts';
export * from './samplers/index.ts';
export * from './schedules/index.ts';
export * from './search/index.ts';
export * from './stores/index.ts';
export * from './training-metrics/index.ts';
export * from './training/index.ts';
export * from './visualization/index.ts';
export type { Labels } from './checks.ts';
export { SIMILARITY_ERRORS, SimilarityError, type SimilarityErrorCode } from './errors.ts';
export { tabulateLookups, type Lookup, type LookupTable } from './lookup.ts';
export { createRandom, type Random } from './random.ts';
export { l2Normalize } from './tensors/l2-normalize.ts';
