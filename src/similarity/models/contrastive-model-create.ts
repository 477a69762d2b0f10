import type * as tfl from '@tensorflow/tfjs-layers';
import { checkAlgorithm, type ContrastiveAlgorithm } from './contrastive-model-algorithms.ts';
import { getPredictor, getProjector, getPrototypes } from './contrastive-model-heads.ts';
import { ContrastiveModel } from './contrastive-model.ts';

export interface CreateContrastiveModelOptions {
  /** What is to be learnt: one input, one output [examples, features]. The contrastive model takes it over. */
  readonly backbone: tfl.LayersModel;
  /** Of the features. Default {@link getProjector} of two layers with 512 numbers each. */
  readonly projector?: tfl.LayersModel | undefined;
  /**
   * Of the projections. Default {@link getPredictor} for `simsiam` and `byol`, {@link getPrototypes} for `swav`; the other methods
   * do not use one.
   */
  readonly predictor?: tfl.LayersModel | undefined;
  /** Default `simsiam`. */
  readonly algorithm?: ContrastiveAlgorithm;
  /** Of the weights of what is made here. Default 0. */
  readonly seed?: number;
}

function defaultPredictor(
  algorithm: ContrastiveAlgorithm,
  inputDim: number,
  seed: number,
): tfl.LayersModel | undefined {
  switch (algorithm) {
    case 'simsiam':
    case 'byol':
      return getPredictor({ inputDim, seed });
    case 'swav':
      return getPrototypes({ inputDim, seed });
    case 'simclr':
    case 'barlow':
    case 'vicreg':
      return undefined;
  }
}

/**
 * A contrastive model with the parts that the method needs.
 *
 * @throws SimilarityError UNKNOWN_NAME for the algorithm, WRONG_RANK, WRONG_LENGTH or WRONG_SHAPE for parts that do not fit
 */
export function createContrastiveModel(options: CreateContrastiveModelOptions): ContrastiveModel {
  const { backbone, seed = 0 } = options;
  const algorithm = checkAlgorithm(options.algorithm ?? 'simsiam');
  const projector = options.projector ?? getProjector({ inputDim: lastLength(backbone), numLayers: 2, seed });
  const predictor = options.predictor ?? defaultPredictor(algorithm, lastLength(projector), seed + 100);
  return new ContrastiveModel({ backbone, projector, algorithm, predictor });
}

/** Of a model with another output than a matrix the model itself says what is wrong with it. */
function lastLength(model: tfl.LayersModel): number {
  return model.outputs[0]?.shape.at(-1) ?? 1;
}
