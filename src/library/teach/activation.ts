import { setTimeout as delay } from 'node:timers/promises';
import { ServiceError } from '../../contract/errors.ts';
import type { ModelId } from '../../contract/teach-schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ActiveLibrary, OpenedModel } from '../encoders/active-library.ts';
import { fillVectors, openParts, type ModelParts } from '../encoders/model-parts.ts';
import type { Indexer } from '../indexing/indexer.ts';
import type { LibraryPaths } from '../library-folder.ts';
import { versionProjection } from './active-version.ts';

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

/** Shares of the time, estimated by what each takes a picture: projecting some 0.25 ms, inserting 0.5 ms, the neighbor graph 0.15 ms. */
const PROJECTING = 0.3;
const INSERTING = 0.8;

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
      opened = await openParts(paths, catalog, running, false, {
        signal: options.signal,
        onProgress: (done, total) => options.onProgress((PROJECTING * done) / total, 'Making vectors of all pictures'),
      });
      while (!(await this.#makeReady(opened.parts, options)));
      // another encoder took over meanwhile: what was made waits for its own to come back
      if (active.current.encoder !== encoder) throw new ServiceError('MODEL_OF_OTHER_ENCODER', wanted.id);
      this.#swap(opened, id);
      swapped = true;
    } finally {
      if (!swapped) await (opened ?? running).close();
    }
  }

  /** Whether, at the end of it, nothing is missing and nothing has changed meanwhile. */
  async #makeReady(parts: ModelParts, options: ActivationOptions): Promise<boolean> {
    const { catalog, indexer } = this.#parts;
    await this.#turn(options);
    const { revision } = indexer;
    // what was indexed since the last look
    await fillVectors(parts.store, parts.projection, { signal: options.signal });
    options.onProgress(PROJECTING, 'Building the index');
    const watch = setInterval(() => {
      const total = Math.max(1, parts.store.vectorIds().size);
      const share = Math.min(1, parts.vectors.indexed / total);
      options.onProgress(PROJECTING + (INSERTING - PROJECTING) * share, 'Building the index');
    }, 500);
    try {
      await parts.vectors.catchUp();
    } finally {
      clearInterval(watch);
    }
    options.signal.throwIfAborted();
    await parts.vectors.setPresent(catalog.presentMediaIds());
    await parts.vectors.save();
    options.onProgress(INSERTING, 'Finding the neighbors of each picture');
    // so that the first search is as good as every later one
    await parts.neighbors.settled();
    options.signal.throwIfAborted();
    if (indexer.busy || indexer.revision !== revision) return false;
    const complete = parts.store.completeIds();
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
