import type { z } from 'zod';
import { ServiceError } from '../../contract/errors.ts';
import type { ModelVersion, TeachEvent, teachInput, TeachReadiness } from '../../contract/teach-schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ActiveLibrary } from '../encoders/active-library.ts';
import type { Indexer } from '../indexing/indexer.ts';
import type { LibraryPaths } from '../library-folder.ts';

interface TeachingParts {
  readonly paths: LibraryPaths;
  readonly catalog: Catalog;
  readonly active: ActiveLibrary;
  readonly indexer: Indexer;
}

export type TeachRequest = z.output<typeof teachInput>;

/** Teaching, versions and their activation: one at a time, in the background. */
export class Teaching {
  readonly #parts: TeachingParts;

  constructor(parts: TeachingParts) {
    this.#parts = parts;
  }

  readiness(_request: TeachRequest): TeachReadiness {
    return this.#missing();
  }

  start(_request: TeachRequest): void {
    this.#missing();
  }

  pause(): void {
    this.#missing();
  }

  resume(): void {
    this.#missing();
  }

  cancel(): Promise<void> {
    return this.#missing();
  }

  watch(_listener: (event: TeachEvent) => void): () => void {
    return this.#missing();
  }

  models(): Promise<ModelVersion[]> {
    return this.#missing();
  }

  use(_id: string): void {
    this.#missing();
  }

  remove(_id: string): Promise<void> {
    return this.#missing();
  }

  restore(_id: string): void {
    this.#missing();
  }

  exportTo(_id: string, _path: string): Promise<{ path: string; bytes: number }> {
    return this.#missing();
  }

  importFrom(_path: string): Promise<ModelVersion> {
    return this.#missing();
  }

  async close(): Promise<void> {}

  #missing(): never {
    throw new ServiceError('INTERNAL', `teaching is not there yet (${this.#parts.active.users})`);
  }
}
