export type { ClassNames } from './class-names.ts';
export {
  confusionCounts,
  confusionMatrix,
  type ConfusionCounts,
  type ConfusionMatrix,
  type ConfusionMatrixOptions,
} from './confusion-matrix.ts';
export type { Picture, ValueRange } from './picture.ts';
export { principalComponents, type Matrix, type Projection } from './principal-components.ts';
export { projector, type ProjectorOptions } from './projector.ts';
export { visualizeViews, type VisualizeViewsOptions } from './visualize-views.ts';
export { vizNeighbors, type VizNeighborsOptions } from './viz-neighbors.ts';
