export type { BalancedOptions } from './balanced-options.ts';
export type { SamplerOptions } from './epoch-sampler.ts';
export type { Examples, PlainExamples } from './examples.ts';
export { MultiShotMemorySampler, type MultiShotMemorySamplerOptions } from './multi-shot-memory-sampler.ts';
export type { Batch, Sampler } from './sampler.ts';
export { selectExamples, type SelectExamplesOptions } from './select-examples.ts';
