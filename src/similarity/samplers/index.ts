export type { BalancedOptions } from './balanced-options.ts';
export type { SamplerOptions } from './epoch-sampler.ts';
export type { Examples, PlainExamples } from './examples.ts';
export { FileSampler, type FileSamplerOptions } from './file-sampler.ts';
export {
  IterableSampler,
  type ExampleStream,
  type IterableSamplerOptions,
  type StreamedExample,
} from './iterable-sampler.ts';
export { MultiShotMemorySampler, type MultiShotMemorySamplerOptions } from './multi-shot-memory-sampler.ts';
export { PerClassAugmenter, type ClassAugmenter } from './per-class-augmenter.ts';
export type { Batch, Sampler } from './sampler.ts';
export { selectExamples, type SelectExamplesOptions } from './select-examples.ts';
export { SingleShotMemorySampler, type SingleShotMemorySamplerOptions } from './single-shot-memory-sampler.ts';
