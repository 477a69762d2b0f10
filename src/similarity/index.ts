/**
 * Metric learning in TypeScript on TensorFlow.js: the package export `semblance/similarity`. Everything that other programs may
 * use is named here; `docs/similarity.md` is its manual.
 */
export type { Labels } from './checks.ts';
export * from './backends/index.ts';
export * from './distances/index.ts';
export { SIMILARITY_ERRORS, SimilarityError, type SimilarityErrorCode } from './errors.ts';
export type { Lookup } from './lookup.ts';
export { createRandom, type Random } from './random.ts';
