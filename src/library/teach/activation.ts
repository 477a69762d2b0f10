import { setImmediate as letOthersRun, setTimeout as delay } from 'node:timers/promises';
import { ServiceError } from '../../contract/errors.ts';
import type { ModelId } from '../../contract/teach-schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { FeatureStore } from '../catalog/feature-store.ts';
import type { ActiveLibrary, OpenedModel } from '../encoders/active-library.ts';
import { fillVectors, openParts, type ModelParts, type RunningEncoder } from '../encoders/model-parts.ts';
import type { Indexer } from '../indexing/indexer.ts';
import type { LibraryPaths } from '../library-folder.ts';
import { versionProjection } from './active-version.ts';
import { makeVersionIndex } from './version-index.ts';

interface ActivationParts {
  readonly paths: LibraryPaths;
  readonly catalog: Catalog;
  readonly active: ActiveLibrary;
  readonly indexer: Indexer;
}

export interface ActivationOptions {
  readonly signal: AbortSignal;
  /** @param done 0–1 of all of it */
  readonly onProgress: (done: number, sentence: string) => void;
  /** Asked between slices of work. */
  readonly isPaused: () => boolean;
}

/** Between two looks whether it may go on. */
const TURN_MS = 40;

/** Shares of the time: nearly all of it is the worker's, what comes after it is of pictures that changed meanwhile. */
const MAKING = 0.9;
const INSERTING = 0.95;

/** From so many pictures without a vector on it pays to start a worker: that takes as long as 100 of them. */
const MANY = 50;

/**
 * Lets a version answer. Its vectors are made of the stored features, its index is built aside, and when nothing is missing both take over
 * in one step: a crash before that leaves the old version, one after it the new one. What was made before is not made again, so that
 * going back to a version takes a moment.
 */
export class Activation {
  readonly #parts: ActivationParts;

  constructor(parts: ActivationParts) {
    this.#parts = parts;
  }

  /**
   * @param id null for the encoder's own projection
   * @throws ServiceError MODEL_UNKNOWN, MODEL_OF_OTHER_ENCODER, MODEL_FILE_DAMAGED, DISK_FULL; the reason of the signal
   */
  async run(id: ModelId | null, options: ActivationOptions): Promise<void> {
    const { paths, catalog, active } = this.#parts;
    const { encoder, base, share, projection } = active.current;
    const wanted = id === null ? base : versionProjection(catalog, id, encoder.id, base);
    if (wanted.id === projection.id) {
      catalog.models.setActive(encoder.id, id);
      return;
    }
    const running = share(wanted);
    let opened: OpenedModel | null = null;
    let swapped = false;
    try {
      if (id !== null) await this.#makeAside(id, running, options);
      const { signal } = options;
      opened = await openParts(paths, catalog, running, false, { signal });
      while (!(await this.#makeReady(opened.parts, options)));
      // another encoder took over meanwhile: what was made waits for its own to come back
      if (active.current.encoder !== encoder) throw new ServiceError('MODEL_OF_OTHER_ENCODER', wanted.id);
      this.#swap(opened, id);
      swapped = true;
    } finally {
      if (!swapped) await (opened ?? running).close();
    }
  }

  /** Vectors, index and neighbor graph of a version that lacks many, in a worker. */
  async #makeAside(id: ModelId, { encoder, base }: RunningEncoder, options: ActivationOptions): Promise<void> {
    const { paths, catalog, indexer } = this.#parts;
    const row = catalog.models.get(id);
    const made = new FeatureStore(paths.features, encoder.id, id);
    const missing = made.unprojectedIds().size;
    made.close();
    if (!row || missing < MANY) return;
    await this.#turn(options);
    const sentence = 'Making vectors, index and neighbors of all pictures';
    options.onProgress(0, sentence);
    await makeVersionIndex(
      paths,
      { encoder: encoder.id, base: base.id, model: id, head: row.head, present: [...catalog.presentMediaIds()] },
      {
        signal: options.signal,
        isHeld: () => options.isPaused() || indexer.busy,
        onProgress: (done) => options.onProgress(MAKING * done, sentence),
      },
    );
  }

  /** Whether, at the end of it, nothing is missing and nothing has changed meanwhile. */
  async #makeReady(parts: ModelParts, options: ActivationOptions): Promise<boolean> {
    const { catalog, indexer } = this.#parts;
    await this.#turn(options);
    const { revision } = indexer;
    // what was indexed since the last look
    await fillVectors(parts.store, parts.projection, { signal: options.signal });
    options.onProgress(MAKING, 'Building the index');
    const watch = setInterval(() => {
      const total = Math.max(1, parts.store.vectorIds().size);
      const share = Math.min(1, parts.vectors.indexed / total);
      options.onProgress(MAKING + (INSERTING - MAKING) * share, 'Building the index');
    }, 500);
    try {
      await parts.vectors.catchUp();
    } finally {
      clearInterval(watch);
    }
    options.signal.throwIfAborted();
    await letOthersRun();
    await parts.vectors.setPresent(catalog.presentMediaIds());
    await letOthersRun();
    await parts.vectors.save();
    options.onProgress(INSERTING, 'Finding the neighbors of each picture');
    // so that the first search is as good as every later one
    await parts.neighbors.settled();
    options.signal.throwIfAborted();
    const complete = parts.store.completeIds();
    await letOthersRun();
    // what is asked last: nothing has changed since
    if (indexer.busy || indexer.revision !== revision) return false;
    return this.#parts.active.current.store.completeIds().isSubsetOf(complete);
  }

  /** Everything at once: nothing else runs between the first line and the last. */
  #swap(model: OpenedModel, id: ModelId | null): void {
    const { catalog, active, indexer } = this.#parts;
    catalog.models.setActive(model.parts.encoder.id, id);
    active.replace(model);
    indexer.touch();
  }

  /** Resolves when an index run or the person's pause is over. */
  async #turn({ signal, isPaused }: ActivationOptions): Promise<void> {
    signal.throwIfAborted();
    while (isPaused() || this.#parts.indexer.busy) await delay(TURN_MS, undefined, { signal });
  }
}
