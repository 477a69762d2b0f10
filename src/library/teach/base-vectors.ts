import type { Projection } from '../../compute/projection.ts';
import { FeatureStore } from '../catalog/feature-store.ts';
import type { ModelParts } from '../encoders/model-parts.ts';
import type { LibraryPaths } from '../library-folder.ts';

/**
 * The vectors of an encoder's own projection, whatever version answers: what heads take. Those of pictures that were indexed while a
 * taught version answered are not stored: they are made of the features, 0.2 ms each.
 */
export class BaseVectors {
  readonly #store: FeatureStore;
  readonly #base: Projection;

  constructor(store: FeatureStore, base: Projection) {
    this.#store = store;
    this.#base = base;
  }

  /** Pictures that have features and no stored vector, in no order. */
  unprojectedIds(): number[] {
    return [...this.#store.unprojectedIds()];
  }

  /** Unit length, rounded as it is stored; null where the picture has no features. */
  vector(id: number): Float32Array | null {
    const stored = this.#store.vector(id);
    if (stored) return Float32Array.from(stored);
    const features = this.#store.features(id);
    return features && Float32Array.from(Float16Array.from(this.#base.project(Float32Array.from(features))));
  }
}

/** Opens the base's vectors for `work`, which may take its time, and closes them after it. Nothing is written. */
export async function withBaseVectors<Result>(
  paths: LibraryPaths,
  { encoder, base, store, projection }: ModelParts,
  work: (vectors: BaseVectors) => Result | Promise<Result>,
): Promise<Result> {
  if (projection.id === base.id) return work(new BaseVectors(store, base));
  const own = new FeatureStore(paths.features, encoder.id, base.id, true);
  try {
    return await work(new BaseVectors(own, base));
  } finally {
    own.close();
  }
}
