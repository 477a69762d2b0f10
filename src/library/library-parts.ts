import type { Catalog } from './catalog/catalog.ts';
import type { ModelParts } from './encoders/model-parts.ts';
import type { LibraryPaths } from './library-folder.ts';
import type { DecodePool } from './media/decode-pool.ts';

/** What pictures are read, found and taught with: the library, and the encoder that answers. */
export interface LibraryParts extends ModelParts {
  readonly paths: LibraryPaths;
  readonly catalog: Catalog;
  readonly decoders: DecodePool;
  /** The encoder that takes over next: what is indexed meanwhile is encoded for it too. */
  readonly upcoming: () => ModelParts | null;
}
