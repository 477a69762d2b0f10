import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { thumbnailPath } from '../../contract/thumbnail-path.ts';
import type { ModelParts } from '../encoders/model-parts.ts';
import type { LibraryParts } from '../library-parts.ts';
import type { DecodedPicture } from '../media/decode-protocol.ts';
import type { Encoded, EncodedTwice, FileSeen, IndexWriter } from './index-writer.ts';
import { isThere } from './presence.ts';

/** A file that was read and stored; `known`: its content was in the library already, and was not encoded again. */
export interface ReadFile {
  readonly known: boolean;
  readonly mediaId: number | null;
}

/** Reads, decodes and encodes one file, and hands it to be stored. Content is encoded once, however many files of it are read at a time. */
export class FileReader {
  readonly #parts: LibraryParts;
  readonly #writer: IndexWriter;
  /** Content that is being encoded now, by hash; settles when it is stored, or was not. */
  readonly #encoding = new Map<string, Promise<void>>();
  /** Hashes of what was decoded and could not be stored, as where the run was cancelled meanwhile. */
  readonly #unstored = new Set<string>();

  constructor(parts: LibraryParts, writer: IndexWriter) {
    this.#parts = parts;
    this.#writer = writer;
  }

  /**
   * @param path absolute
   * @param isLong takes a decode process for long: a video
   * @throws FileFailureError where the file is at fault; what is thrown otherwise ends the run
   */
  async read(path: string, file: FileSeen, isLong: boolean, signal: AbortSignal): Promise<ReadFile> {
    const { catalog, decoders, paths, pixels } = this.#parts;
    const upcoming = this.#parts.upcoming();
    const decoded = await decoders.decode(
      { path },
      {
        known: await this.#wholeOfLength(file.size),
        thumbsFolder: paths.thumbs,
        pixels: upcoming ? [pixels, upcoming.pixels] : [pixels],
        isLong,
        signal,
      },
    );
    if ('known' in decoded) return this.#storeKnown(file, decoded.known);
    const { hash } = decoded;
    // a copy of what was stored, or is being encoded, since the reading began
    await this.#encoding.get(hash);
    if (catalog.mediaByHash(hash)?.stale === false) return this.#storeKnown(file, hash);
    const encoding = this.#encode(file, decoded, upcoming, signal);
    const hashes = [hash, ...(decoded.video?.moments ?? []).map((moment) => moment.hash)];
    // whether it succeeds is asked of the catalog
    const settled = encoding
      .then(() => undefined)
      .catch(() => hashes.forEach((made) => this.#unstored.add(made)))
      .finally(() => this.#encoding.delete(hash));
    this.#encoding.set(hash, settled);
    return { known: false, mediaId: await encoding };
  }

  async #storeKnown(file: FileSeen, hash: string): Promise<ReadFile> {
    return { known: true, mediaId: await this.#writer.add({ kind: 'known', file, hash }) };
  }

  /** Removes the thumbnails of pictures that were decoded and not stored. */
  async dropUnstored(): Promise<void> {
    const { catalog, paths } = this.#parts;
    for (const hash of this.#unstored) {
      if (catalog.mediaByHash(hash)) continue;
      // where it cannot be removed it is some kilobytes, which `verify --repair` removes
      await rm(join(paths.thumbs, thumbnailPath(hash)), { force: true }).catch(() => undefined);
    }
  }

  /** Content of this length that need not be decoded again. The decode process looks for its thumbnail; those of moments are looked for here. */
  async #wholeOfLength(size: number): Promise<string[]> {
    const { catalog, paths } = this.#parts;
    const whole = await Promise.all(
      catalog.hashesOfLength(size).map(async (hash) => {
        const thumbs = catalog.moments.hashesOf(hash).map((moment) => join(paths.thumbs, thumbnailPath(moment)));
        const there = await Promise.all(thumbs.map((thumb) => isThere(thumb)));
        return there.every(Boolean) ? [hash] : [];
      }),
    );
    return whole.flat();
  }

  async #encode(
    file: FileSeen,
    decoded: DecodedPicture,
    upcoming: ModelParts | null,
    signal: AbortSignal,
  ): Promise<number | null> {
    const twice = async ([own, next]: readonly Uint8Array[]): Promise<EncodedTwice> => {
      const [encoded, encodedAnew] = await Promise.all([
        encode(this.#parts, own, signal),
        // what fails here is tried again, and told, by the run that encodes the library for it
        upcoming && encode(upcoming, next, signal).catch(() => null),
      ]);
      return { own: encoded, anew: upcoming && encodedAnew && { model: upcoming, encoded: encodedAnew } };
    };
    const [encoded, moments] = await Promise.all([
      twice(decoded.pixels),
      Promise.all((decoded.video?.moments ?? []).map(({ pixels }) => twice(pixels))),
    ]);
    return this.#writer.add({ kind: 'picture', file, picture: decoded, encoded, moments });
  }
}

async function encode(
  { batcher, projection }: ModelParts,
  pixels: Uint8Array | undefined,
  signal: AbortSignal,
): Promise<Encoded> {
  if (!pixels) throw new Error('a decode worker gave no pixels');
  const features = await batcher.encode(pixels, { signal });
  return { features, vector: projection.project(features) };
}
