import type { PictureFacets } from '../../contract/schemas.ts';
import { answerOfWorker } from '../threads/answer-of-worker.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { workerUrl } from '../../compute/worker-url.ts';

/** What pictures can be filtered by, read by a thread of its own and kept until the catalog changes. */
export class Facets {
  readonly #catalog: Catalog;
  readonly #file: string;
  #kept: { readonly changes: number; readonly facets: Promise<PictureFacets> } | null = null;

  /** @param file the catalog's */
  constructor(catalog: Catalog, file: string) {
    this.#catalog = catalog;
    this.#file = file;
  }

  /** @throws ServiceError CATALOG_*; what was not read is read the next time */
  read(): Promise<PictureFacets> {
    const { changes } = this.#catalog.filters;
    if (this.#kept?.changes === changes) return this.#kept.facets;
    const facets = answerOfWorker<PictureFacets>(workerUrl('../catalog/facets-worker', import.meta.url), this.#file);
    const kept = { changes, facets };
    this.#kept = kept;
    facets.catch(() => {
      if (this.#kept === kept) this.#kept = null;
    });
    return facets;
  }
}
