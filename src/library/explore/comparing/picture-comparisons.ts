import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ServiceError } from '../../../contract/errors.ts';
import type { PictureAlignment, PictureDifference } from '../../../contract/explore-schemas.ts';
import type { Catalog, MediaRow } from '../../catalog/catalog.ts';
import type { LibraryPaths } from '../../library-folder.ts';
import { FileFailureError } from '../../media/decode-protocol.ts';
import type { DecodePool } from '../../media/decode-pool.ts';
import { originalPixels } from '../../pictures.ts';
import { ComparisonThread, type DrawnDifference } from './comparison-thread.ts';
import type { SquarePixels } from './difference-image.ts';

interface ComparisonParts {
  readonly catalog: Catalog;
  readonly decoders: DecodePool;
  readonly paths: LibraryPaths;
  readonly readonly: boolean;
}

/** Pictures that are measured at once: some hundred milliseconds. */
const AT_ONCE = 100;

/** Pixels a side that differences are looked for on, at most: the size to which pictures are decoded for anything. */
const MOST_SIDE = 512;
const LEAST_SIDE = 64;

/** Compares pictures that look like one. */
export class PictureComparisons {
  readonly #parts: ComparisonParts;
  readonly #thread: ComparisonThread;
  /** By the file that each is drawn into. */
  readonly #drawn = new Map<string, Promise<DrawnDifference | null>>();

  constructor(parts: ComparisonParts) {
    this.#parts = parts;
    this.#thread = new ComparisonThread({ thumbs: parts.paths.thumbs });
  }

  /** How sharp pictures are, by id: worked out once from their thumbnails, and kept in the catalog. */
  async sharpness(pictures: readonly Pick<MediaRow, 'id' | 'hash'>[]): Promise<ReadonlyMap<number, number | null>> {
    const { catalog, readonly } = this.#parts;
    const known = catalog.duplicates.sharpness(pictures.map(({ id }) => id));
    const missing = pictures.filter(({ id }) => !known.has(id));
    for (let first = 0; first < missing.length; first += AT_ONCE) {
      const part = missing.slice(first, first + AT_ONCE);
      const values = await this.#thread.sharpness(part.map(({ hash }) => hash));
      const measured = new Map(part.map(({ id }, i) => [id, values[i] ?? null]));
      if (!readonly) catalog.duplicates.putSharpness(measured);
      for (const [id, value] of measured) known.set(id, value);
    }
    return known;
  }

  /** See the contract. @throws ServiceError PICTURE_UNKNOWN */
  alignment(a: number, b: number): Promise<PictureAlignment> {
    const [from, to] = [this.#media(a), this.#media(b)];
    return this.#thread.alignment({ a: from.hash, b: to.hash, pixels: shorterSide(from, to) });
  }

  /** See the contract. @throws ServiceError PICTURE_UNKNOWN, PICTURE_MISSING, PICTURE_UNREADABLE */
  async difference(a: number, b: number): Promise<PictureDifference> {
    const [from, to] = [this.#media(a), this.#media(b)];
    const name = createHash('sha256').update(`${from.hash} ${to.hash}`).digest('hex');
    const path = join(this.#parts.paths.differences, `${name}.png`);
    const known = this.#drawn.get(path) ?? this.#draw(from, to, path);
    this.#drawn.set(path, known);
    known.catch(() => this.#drawn.delete(path));
    const drawn = await known;
    if (drawn === null) throw new ServiceError('PICTURES_DIFFER', '');
    return { path, mimeType: 'image/png', ...drawn };
  }

  async #draw(from: MediaRow, to: MediaRow, target: string): Promise<DrawnDifference | null> {
    // no finer than the smaller one is: what the larger one shows beyond that is no difference
    const longest = Math.min(Math.max(from.width, from.height), Math.max(to.width, to.height), MOST_SIDE);
    const side = Math.max(LEAST_SIDE, 2 ** Math.floor(Math.log2(longest)));
    const [a, b] = await Promise.all([this.#pixels(from, side), this.#pixels(to, side)]);
    return this.#thread.difference({ a, b, pixels: shorterSide(from, to) }, target);
  }

  async #pixels({ id }: MediaRow, side: number): Promise<SquarePixels> {
    const request = { width: side, height: side, fit: 'stretch', keep: 1, kernel: 'lanczos3' } as const;
    try {
      const rgb = await originalPixels(this.#parts, id, request, true);
      if (rgb !== null) return { side, rgb };
    } catch (error) {
      if (error instanceof FileFailureError) throw new ServiceError('PICTURE_UNREADABLE', error.message);
      throw error;
    }
    throw new ServiceError('PICTURE_MISSING', `picture ${id}`);
  }

  #media(id: number): MediaRow {
    const media = this.#parts.catalog.media(id);
    if (!media) throw new ServiceError('PICTURE_UNKNOWN', String(id));
    return media;
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}

function shorterSide(a: MediaRow, b: MediaRow): number {
  return Math.min(a.width, a.height, b.width, b.height);
}
