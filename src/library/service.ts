import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createEncoder, type Encoder } from '../compute/encoder.ts';
import { ENCODER_REGISTRY } from '../compute/encoders/registry.ts';
import { loadProjection, type Projection } from '../compute/projection.ts';
import { ServiceError } from '../contract/errors.ts';
import { Catalog } from './catalog/catalog.ts';
import { lockLibrary } from './catalog/database.ts';
import { FeatureStore } from './catalog/feature-store.ts';
import { EncodeBatcher } from './indexing/encode-batcher.ts';
import type { IndexParts } from './indexing/index-run.ts';
import { Indexer } from './indexing/indexer.ts';
import { defaultLibraryFolder, libraryPaths, prepareLibraryFolder, type LibraryPaths } from './library-folder.ts';
import { DecodePool } from './media/decode-pool.ts';
import { Encoders } from './encoders/encoders.ts';
import { createRouter, type ServiceRouter } from './router.ts';
import { NeighborCache } from './neighbors/neighbor-cache.ts';
import { ModelVectors } from './vectors/model-vectors.ts';

export interface ServiceOptions {
  readonly libraryFolder?: string | undefined;
  /**
   * `write` takes the library for this process alone. `read` answers beside a writer (a command line beside the window) and
   * changes nothing.
   */
  readonly access?: 'read' | 'write';
  /** For measuring: another encoder of the same feature size. */
  readonly encoder?: Encoder;
}

export interface Service {
  readonly router: ServiceRouter;
  readonly paths: LibraryPaths;
  /** Resolves when what is made in the background of the pictures, the neighbor graph, is up to date. */
  settled(): Promise<void>;
  /** Ends what runs (what was done stays done), writes the index file and lets the library go. */
  close(): Promise<void>;
}

/**
 * Opens a library, making it where there is none, and offers the contract over it.
 *
 * @throws ServiceError LIBRARY_LOCKED, LIBRARY_READ_ONLY, CATALOG_*, DISK_FULL, ENCODER_FAILED
 */
export async function openService(options: ServiceOptions = {}): Promise<Service> {
  const paths = libraryPaths(options.libraryFolder ?? defaultLibraryFolder());
  const readonly = options.access === 'read';
  if (!readonly) await prepareLibraryFolder(paths);
  else if (!existsSync(paths.catalog)) throw new ServiceError('LIBRARY_MISSING', paths.folder);
  const lock = readonly ? null : lockLibrary(paths.lock, paths.folder);
  const closers: (() => void | Promise<void>)[] = [() => lock?.release()];
  try {
    return await assemble(paths, readonly, options.encoder, closers);
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

async function assemble(
  paths: LibraryPaths,
  readonly: boolean,
  givenEncoder: Encoder | undefined,
  closers: (() => void | Promise<void>)[],
): Promise<Service> {
  const catalog = new Catalog(paths.catalog, readonly);
  closers.push(() => catalog.close());
  const encoder = givenEncoder ?? (await createEncoder());
  closers.push(() => encoder.close());
  const projection = fittingProjection(encoder);
  const store = new FeatureStore(paths.features, encoder.id, projection.id, readonly);
  closers.push(() => store.close());
  if (!readonly) {
    store.dropAfter(catalog.lastMediaId());
    projectAnew(store, projection);
  }
  const vectors = await ModelVectors.open(store, projection, paths.vectors, catalog.presentMediaIds());
  closers.push(() => vectors.close(!readonly));
  const neighbors = await NeighborCache.open(vectors, projection.id, join(paths.vectors, projection.id), readonly);
  closers.push(() => neighbors.close());
  const decoders = new DecodePool();
  closers.push(() => decoders.close());
  const batcher = new EncodeBatcher(encoder, availableParallelism() + 1);
  const parts: IndexParts = { paths, catalog, store, vectors, neighbors, decoders, batcher, encoder, projection };
  const indexer = new Indexer(parts);
  closers.push(() => indexer.close());
  // the exact scan answers until this is done, and goes on answering where it fails; with nothing missing it is done at once
  if (!vectors.complete) void vectors.catchUp().catch(() => undefined);
  const encoders = new Encoders({ ...parts, registry: ENCODER_REGISTRY, httpHosts: [] });
  closers.push(() => encoders.close());
  const router = createRouter({ ...parts, indexer, encoders, readonly });
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    const [problem] = await closeAll(closers);
    if (problem !== undefined) throw problem;
  };
  return { router, paths, settled: () => neighbors.settled(), close: () => (closing ??= close()) };
}

/** Closes all, the last opened first, and gives what went wrong: one that fails must not keep the library locked. */
async function closeAll(closers: readonly (() => void | Promise<void>)[]): Promise<ServiceError[]> {
  const problems: ServiceError[] = [];
  for (const close of closers.toReversed()) {
    try {
      await close();
    } catch (error) {
      problems.push(ServiceError.from(error));
    }
  }
  return problems;
}

/** @throws ServiceError ENCODER_FAILED where the projection was fitted on other features than the encoder gives */
function fittingProjection(encoder: Encoder): Projection {
  const projection = loadProjection();
  try {
    projection.project(new Float32Array(encoder.featureSize));
    return projection;
  } catch (cause) {
    throw new ServiceError('ENCODER_FAILED', `${encoder.id} and ${projection.id} do not belong together`, { cause });
  }
}

/** Vectors that are stored at once by {@link projectAnew}: a transaction costs two fsyncs. */
const PROJECTED_AT_ONCE = 512;

/** Fills the vectors that the present projection lacks, from the features: a new projection decodes nothing. */
function projectAnew(store: FeatureStore, projection: Projection): void {
  const ids = [...store.unprojectedIds()];
  for (let i = 0; i < ids.length; i += PROJECTED_AT_ONCE) {
    const rows = ids.slice(i, i + PROJECTED_AT_ONCE).flatMap((mediaId) => {
      const features = store.features(mediaId);
      return features === null ? [] : [{ mediaId, vector: projection.project(Float32Array.from(features)) }];
    });
    store.putVectors(rows.map(({ mediaId, vector }) => ({ mediaId, vector: Float16Array.from(vector) })));
  }
}
