export type { Backbone } from './backbone.ts';
export type { CompileOptions } from './compile-options.ts';
export type { ExamplesToFit, LabelledExamples } from './fit-data.ts';
export { IndexedModel, type ClassificationOptions, type IndexOptions } from './indexed-model.ts';
export {
  SimilarityModel,
  type FitOptions,
  type SaveModelOptions,
  type SimilarityCallback,
  type SimilarityModelOptions,
} from './similarity-model.ts';
