import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setImmediate as letOthersRun } from 'node:timers/promises';
import {
  builtinModel,
  createEncoder,
  type DeviceEncoder,
  type Encoder,
  type NamedModel,
} from '../../compute/encoder.ts';
import type { DeviceOptions } from '../../compute/devices/encoding.ts';
import type { EncoderDefinition } from '../../compute/encoders/definition.ts';
import { openInstalled } from '../../compute/encoders/installed.ts';
import { pixelRequest, type PixelRequest } from '../../compute/encoders/pixels.ts';
import { PREPARED_INPUT, PREPARED_OUTPUT } from '../../compute/encoders/prepared-names.ts';
import { BUILTIN_ENCODER, registeredEncoder } from '../../compute/encoders/registry.ts';
import { unitProjection } from '../../compute/encoders/unit-projection.ts';
import { loadProjection, loadProjectionFor, type Projection } from '../../compute/projection.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { FeatureStore, type VectorRow } from '../catalog/feature-store.ts';
import { EncodeBatcher } from '../indexing/encode-batcher.ts';
import type { LibraryPaths } from '../library-folder.ts';
import { loadGraph } from '../neighbors/graph-file.ts';
import { NeighborCache } from '../neighbors/neighbor-cache.ts';
import type { HnswIndex } from '../vectors/hnsw-index.ts';
import { loadIndexOf, ModelVectors } from '../vectors/model-vectors.ts';
import { WordReader } from './word-reader.ts';

/** An encoder that is running, with what makes vectors of its features. */
export interface RunningEncoder {
  readonly definition: EncoderDefinition;
  readonly encoder: Encoder;
  readonly batcher: EncodeBatcher;
  readonly projection: Projection;
  /** How the decode workers make its pixels. */
  readonly pixels: PixelRequest;
  readonly words: WordReader;
  /** The encoder's own projection: vectors of taught versions are made of what it gives. */
  readonly base: Projection;
  /** The same encoder with another projection. It is closed when all who share it are. */
  share(projection: Projection): RunningEncoder;
  close(): Promise<void>;
}

/** An encoder with what the library keeps of it. */
export interface ModelParts extends Omit<RunningEncoder, 'close'> {
  readonly store: FeatureStore;
  readonly vectors: ModelVectors;
  readonly neighbors: NeighborCache;
}

/**
 * Starts an encoder.
 *
 * @param devices on what it may run; the CPU where not given
 * @throws ServiceError ENCODER_NOT_INSTALLED, ENCODER_FILE_MISSING, ENCODER_SIZE, ENCODER_DAMAGED, ENCODER_FAILED
 */
export async function startEncoder(
  paths: LibraryPaths,
  id: string,
  devices?: Partial<DeviceOptions>,
): Promise<RunningEncoder> {
  const model = await describeModel(paths, id);
  // the one that comes with the program starts everywhere; whether another does is known before it answers
  const rested = id === BUILTIN_ENCODER;
  const encoder = await createEncoder({ named: model.named, rested, ...(devices && { devices }) });
  return runningEncoder(model, encoder);
}

/** The built-in encoder's place taken by one that was given, of the same features: for measuring. */
export async function givenEncoder(paths: LibraryPaths, encoder: Encoder): Promise<RunningEncoder> {
  return runningEncoder(await describeModel(paths, BUILTIN_ENCODER), encoder);
}

/** Ids of an installed encoder's features and of its own projection, without starting it; null where it is not there, or damaged. */
export async function idsOfEncoder(
  paths: LibraryPaths,
  id: string,
): Promise<{ readonly features: string; readonly base: string } | null> {
  try {
    const { named, projection } = await describeModel(paths, id);
    return { features: named.id, base: projection.id };
  } catch (error) {
    if (error instanceof ServiceError) return null;
    throw error;
  }
}

interface ModelDescription {
  readonly definition: EncoderDefinition;
  readonly named: NamedModel;
  readonly projection: Projection;
  readonly folder: string | null;
}

async function describeModel(paths: LibraryPaths, id: string): Promise<ModelDescription> {
  if (id === BUILTIN_ENCODER) {
    return { definition: registeredEncoder(id), named: builtinModel(), projection: loadProjection(), folder: null };
  }
  const opened = await openInstalled(paths.models, id);
  const { definition, featuresId, model: file, width, height, featureSize, batch, folder } = opened;
  const names = { inputName: PREPARED_INPUT, outputName: PREPARED_OUTPUT };
  const named: NamedModel = {
    id: featuresId,
    name: definition.name,
    model: { file, width, height, ...names, featureSize, batch },
  };
  const projection = definition.projection === 'builtin' ? loadProjectionFor(featuresId) : unitProjection(opened);
  return { definition, named, projection, folder };
}

async function runningEncoder(model: ModelDescription, encoder: Encoder): Promise<RunningEncoder> {
  const { definition, projection, folder } = model;
  const words = new WordReader(definition, folder);
  const close = async (): Promise<void> => {
    await words.close();
    await encoder.close();
  };
  try {
    projection.project(new Float32Array(encoder.featureSize));
  } catch (cause) {
    await close();
    throw new ServiceError('ENCODER_FAILED', `${encoder.id} and ${projection.id} do not belong together`, { cause });
  }
  const batcher = new EncodeBatcher(encoder, () => batchesAtOnce(encoder));
  const pixels = pixelRequest(definition.preprocessing);
  let users = 0;
  const share = (own: Projection): RunningEncoder => {
    users++;
    let open = true;
    const leave = async (): Promise<void> => {
      if (!open) return;
      open = false;
      if (--users === 0) await close();
    };
    return { definition, encoder, batcher, projection: own, base: projection, pixels, words, share, close: leave };
  };
  return share(projection);
}

/** Batches of 8 under way, so that no thread of the CPU waits for this one and no faster device either. */
function batchesAtOnce(encoder: Encoder): number {
  const appetite = hasDevices(encoder) ? encoder.appetite : 0;
  return Math.max(availableParallelism() + 1, Math.ceil(appetite / 8) + 1);
}

/** An encoder that was given for measuring has no devices to choose from. */
export function hasDevices(encoder: Encoder): encoder is DeviceEncoder {
  return 'devices' in encoder;
}

/**
 * Opens what the library keeps of an encoder: features, vectors, index, neighbor graph. `close` closes them, and the encoder last.
 * What a run that was killed between features and catalog left, of any encoder, is removed.
 */
export async function openParts(
  paths: LibraryPaths,
  catalog: Catalog,
  running: RunningEncoder,
  readonly: boolean,
  { index, sound = Promise.resolve(true), ...filling }: OpenOptions = {},
): Promise<{ readonly parts: ModelParts; close(): Promise<void> }> {
  const { projection, encoder } = running;
  const store = new FeatureStore(paths.features, encoder.id, projection.id, readonly);
  const loading = index ?? loadIndexOf(projection, paths.vectors);
  try {
    const folder = join(paths.vectors, projection.id);
    // what takes long is read while the index is read in a thread, and the catalog checked in another
    const graph = loadGraph(folder, projection.id);
    await graph;
    const present = catalog.presentMediaIds();
    await letOthersRun();
    let stored = store.vectorIds();
    await letOthersRun();
    const unprojected = readonly ? [] : [...store.unprojectedIds()];
    // from here on there is writing
    if (!(await sound)) throw new ServiceError('CATALOG_DAMAGED', paths.catalog);
    if (!readonly) {
      const dropped = store.dropAfter(catalog.lastMediaId());
      await fillVectors(store, projection, { ...filling, ids: unprojected });
      if (dropped || unprojected.length > 0) stored = store.vectorIds();
    }
    const vectors = await ModelVectors.open(store, projection, paths.vectors, { present, stored, index: loading });
    await letOthersRun();
    const neighbors = await NeighborCache.open(vectors, projection.id, folder, readonly, graph);
    const close = async (): Promise<void> => {
      await neighbors.close();
      await vectors.close(!readonly);
      store.close();
      await running.close();
    };
    return { parts: { ...running, store, vectors, neighbors }, close };
  } catch (error) {
    // what is being read cannot be put aside
    await loading;
    store.close();
    throw error;
  }
}

/** Vectors that are stored at once: a transaction costs two fsyncs. */
const STORED_AT_ONCE = 512;

/** Pictures projected before others get their turn: 16 × 0.3 ms. */
const PROJECTED_AT_ONCE = 16;

interface OpenOptions extends FillOptions {
  /** The index, where it is being read already: see `loadIndexOf`. */
  readonly index?: Promise<HnswIndex | null> | undefined;
  /** Whether the catalog is whole, where that is being found out: nothing is written before. */
  readonly sound?: Promise<boolean> | undefined;
}

export interface FillOptions {
  /** Those that lack a vector, where that was just asked. */
  readonly ids?: readonly number[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Fills the vectors that a projection lacks, from the features: a new projection decodes nothing. What is stored is not done again.
 *
 * @throws the reason of the signal
 */
export async function fillVectors(
  store: FeatureStore,
  projection: Projection,
  { ids = [...store.unprojectedIds()], signal, onProgress }: FillOptions = {},
): Promise<void> {
  let rows: VectorRow[] = [];
  const put = (): void => {
    store.putVectors(rows);
    rows = [];
  };
  for (const [i, mediaId] of ids.entries()) {
    const features = store.features(mediaId);
    if (features) {
      const vector = projection.project(Float32Array.from(features));
      rows.push({ mediaId, vector: Float16Array.from(vector) });
    }
    if (rows.length === STORED_AT_ONCE) put();
    if (i % PROJECTED_AT_ONCE === PROJECTED_AT_ONCE - 1) {
      onProgress?.(i + 1, ids.length);
      await letOthersRun();
      signal?.throwIfAborted();
    }
  }
  if (rows.length > 0) put();
}
