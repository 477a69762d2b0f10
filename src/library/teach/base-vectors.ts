import { FeatureStore } from '../catalog/feature-store.ts';
import { fillVectors, type FillOptions, type ModelParts } from '../encoders/model-parts.ts';
import type { LibraryPaths } from '../library-folder.ts';

/**
 * The vectors of an encoder's own projection, whatever version answers: what heads take. Pictures that were indexed while a taught
 * version answered get theirs first.
 *
 * @param readonly fills nothing: pictures without one have no vector then
 */
export async function openBaseVectors(
  paths: LibraryPaths,
  { encoder, base, store, projection }: ModelParts,
  readonly: boolean,
  options: FillOptions = {},
): Promise<BaseVectors> {
  if (projection.id === base.id) return new BaseVectors(store, false);
  const own = new FeatureStore(paths.features, encoder.id, base.id, readonly);
  try {
    if (!readonly) await fillVectors(own, base, options);
    return new BaseVectors(own, true);
  } catch (error) {
    own.close();
    throw error;
  }
}

/** Reads the vectors of the untaught model. */
export class BaseVectors {
  readonly #store: FeatureStore;
  readonly #isOwn: boolean;

  constructor(store: FeatureStore, isOwn: boolean) {
    this.#store = store;
    this.#isOwn = isOwn;
  }

  /** Unit length; null where the picture has none. */
  vector(id: number): Float32Array | null {
    const stored = this.#store.vector(id);
    return stored && Float32Array.from(stored);
  }

  close(): void {
    if (this.#isOwn) this.#store.close();
  }
}
