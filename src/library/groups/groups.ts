import { ServiceError } from '../../contract/errors.ts';
import type {
  GroupChange,
  GroupPictures,
  GroupsEvent,
  LabelVerdict,
  PictureGroup,
  PictureLabel,
} from '../../contract/group-schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';

interface GroupsParts {
  readonly catalog: Catalog;
}

/** Groups of pictures as a person makes them, and what they said does not belong. Every change is durable, and can be undone. */
export class Groups {
  readonly #parts: GroupsParts;

  constructor(parts: GroupsParts) {
    this.#parts = parts;
  }

  list(): PictureGroup[] {
    return this.#missing();
  }

  pictures(_id: number): GroupPictures {
    return this.#missing();
  }

  of(_picture: number): PictureLabel[] {
    return this.#missing();
  }

  create(_name: string, _pictures: readonly number[]): GroupChange {
    return this.#missing();
  }

  createFromFolders(_root: string): Promise<{ change: number; groups: PictureGroup[] }> {
    return this.#missing();
  }

  label(_id: number, _pictures: readonly number[], _verdict: LabelVerdict): GroupChange {
    return this.#missing();
  }

  rename(_id: number, _name: string): GroupChange {
    return this.#missing();
  }

  remove(_id: number): GroupChange {
    return this.#missing();
  }

  merge(_from: number, _into: number): GroupChange {
    return this.#missing();
  }

  split(_id: number, _pictures: readonly number[], _name: string): GroupChange {
    return this.#missing();
  }

  undo(_change: number | null): GroupChange {
    return this.#missing();
  }

  watch(_listener: (event: GroupsEvent) => void): () => void {
    return this.#missing();
  }

  #missing(): never {
    throw new ServiceError('INTERNAL', `groups are not there yet (${this.#parts.catalog.lastMediaId()})`);
  }
}
