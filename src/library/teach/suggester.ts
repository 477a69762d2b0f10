import { ServiceError } from '../../contract/errors.ts';
import type { LabelQuestion, Suggestions } from '../../contract/group-schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ActiveLibrary } from '../encoders/active-library.ts';

interface SuggesterParts {
  readonly catalog: Catalog;
  readonly active: ActiveLibrary;
}

/** Suggests pictures for groups, by the model in use. */
export class Suggester {
  readonly #parts: SuggesterParts;

  constructor(parts: SuggesterParts) {
    this.#parts = parts;
  }

  /** @throws ServiceError GROUP_UNKNOWN */
  suggest(_group: number, _k: number, _target: number | 'f1'): Promise<Suggestions> {
    return this.#missing();
  }

  next(_k: number): Promise<LabelQuestion[]> {
    return this.#missing();
  }

  #missing(): never {
    throw new ServiceError('INTERNAL', `suggestions are not there yet (${this.#parts.active.users})`);
  }
}
