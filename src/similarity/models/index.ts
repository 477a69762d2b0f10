export type { Backbone } from './backbone.ts';
export type { CompileOptions } from './compile-options.ts';
export type { ContrastiveAlgorithm } from './contrastive-model-algorithms.ts';
export { createContrastiveModel, type CreateContrastiveModelOptions } from './contrastive-model-create.ts';
export {
  getPredictor,
  getProjector,
  getPrototypes,
  type GetPredictorOptions,
  type GetProjectorOptions,
  type GetPrototypesOptions,
} from './contrastive-model-heads.ts';
export { Prototypes, type PrototypesArgs } from './contrastive-model-prototypes.ts';
export {
  ContrastiveModel,
  type ContrastiveCallback,
  type ContrastiveCompileOptions,
  type ContrastiveFitOptions,
  type ContrastiveModelOptions,
} from './contrastive-model.ts';
export type { ExamplesToFit, LabelledExamples } from './fit-data.ts';
export { IndexedModel, type ClassificationOptions, type IndexOptions } from './indexed-model.ts';
export {
  SimilarityModel,
  type FitOptions,
  type SaveModelOptions,
  type SimilarityCallback,
  type SimilarityModelOptions,
} from './similarity-model.ts';
