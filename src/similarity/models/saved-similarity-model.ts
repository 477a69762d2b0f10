import type * as tfl from '@tensorflow/tfjs-layers';
import { damaged } from '../files/saved.ts';
import { compilationFrom, describeCompilation, type Compiled, type SavedCompilation } from './compile-options.ts';
import type { EmbeddingNetwork } from './embedding-network.ts';
import { findSavedIndex, saveWithIndex, type IndexOfSaved, type IndexToSave, type SavedIndex } from './saved-index.ts';
import { loadLayersModels, saveLayersModels } from './saved-layers-models.ts';

const NAME = 'model';

/** Version of what the file says beside the layers. */
const VERSION = 1;

/** What is to be written of a model. */
export interface ModelToSave extends IndexToSave {
  readonly network: EmbeddingNetwork;
  readonly compiled: Compiled | undefined;
}

/** What was read of a model. */
export interface SavedModel extends IndexOfSaved {
  readonly layers: tfl.LayersModel;
  /** undefined where it was not compiled, or with something that a file cannot bring back */
  readonly compiled: Compiled | undefined;
  readonly hasBackbone: boolean;
}

/** Writes a model into a folder, and its index with it: {@link saveWithIndex}. */
export async function writeSavedModel(folder: string, { network, compiled, ...index }: ModelToSave): Promise<void> {
  await saveWithIndex(folder, index, (savedIndex) =>
    saveLayersModels(
      folder,
      NAME,
      { layers: network.layers },
      {
        version: VERSION,
        kind: 'SimilarityModel',
        compilation: compiled === undefined ? null : describeCompilation(compiled),
        hasBackbone: network.backbone !== undefined,
        index: savedIndex,
      },
    ),
  );
}

/** @throws SimilarityError FILE_MISSING or FILE_DAMAGED */
export async function readSavedModel(folder: string): Promise<SavedModel> {
  const { models, description } = await loadLayersModels(folder, NAME);
  const layers = models['layers'];
  if (layers === undefined || description['version'] !== VERSION || description['kind'] !== 'SimilarityModel') {
    for (const model of Object.values(models)) model.dispose();
    throw damaged(folder, `it holds no similarity model of version ${VERSION}`);
  }
  const compilation = description['compilation'] as SavedCompilation | null;
  return {
    layers,
    compiled: compilation === null ? undefined : compilationFrom(compilation),
    hasBackbone: description['hasBackbone'] === true,
    ...(await findSavedIndex(folder, description['index'] as SavedIndex | null)),
  };
}
