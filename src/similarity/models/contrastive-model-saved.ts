import type * as tf from '@tensorflow/tfjs-core';
import { getContrastiveLoss, type ContrastiveLoss } from '../contrastive-losses/index.ts';
import { damaged } from '../files/saved.ts';
import { describeOptimizer, optimizerFrom, type SavedOptimizer } from '../training/optimizers.ts';
import { checkAlgorithm, type ContrastiveAlgorithm } from './contrastive-model-algorithms.ts';
import { TargetNetwork } from './contrastive-model-target.ts';
import type { ContrastiveModelOptions } from './contrastive-model.ts';
import { findSavedIndex, saveWithIndex, type IndexOfSaved, type IndexToSave, type SavedIndex } from './saved-index.ts';
import { loadLayersModels, saveLayersModels } from './saved-layers-models.ts';

const NAME = 'model';

/** Version of what the file says beside the layers. */
const VERSION = 1;

/** What a contrastive model is trained with. */
export interface ContrastiveCompilation {
  readonly optimizer: tf.Optimizer;
  readonly ownsOptimizer: boolean;
  readonly loss: ContrastiveLoss;
  readonly targetDecay: number;
}

interface SavedCompilation {
  readonly optimizer: SavedOptimizer;
  readonly loss: { readonly name: string; readonly config: Readonly<Record<string, unknown>> };
  readonly targetDecay: number;
}

/** What is to be written of a contrastive model. */
export interface ContrastiveModelToSave extends IndexToSave {
  readonly parts: ContrastiveModelOptions & { readonly algorithm: ContrastiveAlgorithm };
  readonly target: TargetNetwork | undefined;
  readonly compiled: ContrastiveCompilation | undefined;
}

/** What was read of one. */
export interface SavedContrastiveModel extends IndexOfSaved {
  readonly parts: ContrastiveModelOptions;
  readonly target: TargetNetwork | undefined;
  /** undefined where it was not compiled, or with something that a file cannot bring back */
  readonly compiled: ContrastiveCompilation | undefined;
}

/** Writes a model into a folder, and its index with it: {@link saveWithIndex}. */
export async function writeContrastiveModel(folder: string, model: ContrastiveModelToSave): Promise<void> {
  const { parts, target, compiled, ...index } = model;
  const models = {
    backbone: parts.backbone,
    projector: parts.projector,
    ...(parts.predictor && { predictor: parts.predictor }),
    ...(target && { targetBackbone: target.backbone, targetProjector: target.projector }),
  };
  await saveWithIndex(folder, index, (savedIndex) =>
    saveLayersModels(folder, NAME, models, {
      version: VERSION,
      kind: 'ContrastiveModel',
      algorithm: parts.algorithm,
      compilation: compiled === undefined ? null : describeCompilation(compiled),
      index: savedIndex,
    }),
  );
}

/** @throws SimilarityError FILE_MISSING or FILE_DAMAGED */
export async function readContrastiveModel(folder: string): Promise<SavedContrastiveModel> {
  const { models, description } = await loadLayersModels(folder, NAME);
  const { backbone, projector, predictor, targetBackbone, targetProjector } = models;
  const known = description['version'] === VERSION && description['kind'] === 'ContrastiveModel';
  if (backbone === undefined || projector === undefined || !known) {
    for (const model of Object.values(models)) model.dispose();
    throw damaged(folder, `it holds no contrastive model of version ${VERSION}`);
  }
  const compilation = description['compilation'] as SavedCompilation | null;
  const algorithm = checkAlgorithm(description['algorithm'] as string);
  return {
    parts: { backbone, projector, algorithm, predictor },
    target:
      targetBackbone && targetProjector
        ? new TargetNetwork({ backbone: targetBackbone, projector: targetProjector })
        : undefined,
    compiled: compilation === null ? undefined : compilationFrom(compilation),
    ...(await findSavedIndex(folder, description['index'] as SavedIndex | null)),
  };
}

function describeCompilation({ optimizer, loss, targetDecay }: ContrastiveCompilation): SavedCompilation {
  return {
    optimizer: describeOptimizer(optimizer),
    loss: { name: loss.name, config: loss.getConfig() },
    targetDecay,
  };
}

/** @returns undefined where the loss or the optimizer is one of the program's own */
function compilationFrom({ optimizer, loss, targetDecay }: SavedCompilation): ContrastiveCompilation | undefined {
  const madeOptimizer = optimizerFrom(optimizer);
  if (madeOptimizer === undefined) return undefined;
  try {
    const madeLoss = getContrastiveLoss(loss.name, loss.config);
    return { optimizer: madeOptimizer, ownsOptimizer: true, loss: madeLoss, targetDecay };
  } catch {
    madeOptimizer.dispose();
    return undefined;
  }
}
