import type * as tfl from '@tensorflow/tfjs-layers';
import { createHash } from 'node:crypto';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { damaged } from '../files/saved.ts';
import type { IndexerStats } from '../indexer/index.ts';
import { compilationFrom, describeCompilation, type Compiled, type SavedCompilation } from './compile-options.ts';
import type { EmbeddingNetwork } from './embedding-network.ts';
import { INDEX_FOLDER, type IndexOptions } from './indexed-model.ts';
import { loadLayersModels, saveLayersModels } from './saved-layers-models.ts';

const NAME = 'model';

/** Version of what the file says beside the layers. */
const VERSION = 1;

/** Where an index is written until the model that it belongs to is there. */
const NEW_INDEX_FOLDER = 'index.new';

/** What is to be written of a model. */
export interface ModelToSave {
  readonly network: EmbeddingNetwork;
  readonly compiled: Compiled | undefined;
  /** undefined where there is no index */
  readonly indexStats: IndexerStats | undefined;
  /** Writes the index into the folder that it is given; undefined where it is not to be written */
  readonly writeIndex: ((path: string) => Promise<void>) | undefined;
}

/** What was read of a model. */
export interface SavedModel {
  readonly layers: tfl.LayersModel;
  /** undefined where it was not compiled, or with something that a file cannot bring back */
  readonly compiled: Compiled | undefined;
  readonly hasBackbone: boolean;
  /** How its index was made; undefined where it had none. */
  readonly indexOptions: IndexOptions | undefined;
  /** Where its index lies; undefined where none was saved. */
  readonly indexPath: string | undefined;
}

/** What the description says of an index. */
interface SavedIndex {
  readonly options: IndexOptions;
  /** Checksum of its manifest; null where it was not saved with the model. */
  readonly manifest: string | null;
}

/**
 * Writes a model into an existing folder. The index lies aside until the description of the model, which knows its checksum, is
 * written: whoever is interrupted leaves either the old model with the old index or the new one with the new.
 */
export async function writeSavedModel(folder: string, { network, ...model }: ModelToSave): Promise<void> {
  const aside = join(folder, NEW_INDEX_FOLDER);
  await rm(aside, { recursive: true, force: true });
  await model.writeIndex?.(aside);
  const index: SavedIndex | null = model.indexStats
    ? { options: optionsOf(model.indexStats), manifest: (await manifestHash(aside)) ?? null }
    : null;
  const description = {
    version: VERSION,
    kind: 'SimilarityModel',
    compilation: model.compiled === undefined ? null : describeCompilation(model.compiled),
    hasBackbone: network.backbone !== undefined,
    index,
  };
  await saveLayersModels(folder, NAME, { layers: network.layers }, description);
  if (model.writeIndex === undefined) return;
  await rm(join(folder, INDEX_FOLDER), { recursive: true, force: true });
  await rename(aside, join(folder, INDEX_FOLDER));
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
  const index = description['index'] as SavedIndex | null;
  return {
    layers,
    compiled: compilation === null ? undefined : compilationFrom(compilation),
    hasBackbone: description['hasBackbone'] === true,
    indexOptions: index?.options,
    indexPath: typeof index?.manifest === 'string' ? await indexPath(folder, index.manifest) : undefined,
  };
}

/** The index that lies aside is the model's own where saving was interrupted after the model was written. */
async function indexPath(folder: string, manifest: string): Promise<string> {
  const aside = join(folder, NEW_INDEX_FOLDER);
  return (await manifestHash(aside)) === manifest ? aside : join(folder, INDEX_FOLDER);
}

/** @returns undefined where there is no index */
async function manifestHash(path: string): Promise<string | undefined> {
  const manifest = await readFile(join(path, 'index.json')).catch(() => undefined);
  return manifest && createHash('sha256').update(manifest).digest('hex');
}

function optionsOf({ distance, search, store, statBufferSize }: IndexerStats): IndexOptions {
  return { distance, search, store, statBufferSize };
}
