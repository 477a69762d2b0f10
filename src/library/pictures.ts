import { mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import type { PixelRequest } from '../compute/encoders/pixels.ts';
import { ServiceError } from '../contract/errors.ts';
import { packLayout } from '../contract/picture-layout.ts';
import type { MomentPlace, Picture } from '../contract/schemas.ts';
import { thumbnailPath } from '../contract/thumbnail-path.ts';
import type { Catalog, MediaRow } from './catalog/catalog.ts';
import { pictureTime } from './catalog/picture-time.ts';
import { pathInside } from './indexing/path-inside.ts';
import { sourceHolding } from './indexing/sources.ts';
import { FileFailureError } from './media/decode-protocol.ts';
import type { DecodePool } from './media/decode-pool.ts';
import { browserMimeType, videoMimeType } from './media/formats.ts';
import { FolderNames } from './media/pairs.ts';
import type { LibraryPaths } from './library-folder.ts';

/** Longest side of a rendering for formats that browsers cannot show: sharp on a 4K screen, 0.5 MB. */
const DISPLAY_SIDE = 3072;

interface PictureParts {
  readonly catalog: Catalog;
  readonly decoders: DecodePool;
  readonly paths: LibraryPaths;
}

/** Absolute paths of a picture's files, in a stable order; empty where all are gone. */
export function picturePaths(catalog: Catalog, id: number): string[] {
  return catalog.files.ofMedia(id).map(absolutePath);
}

type SourceFile = ReturnType<Catalog['files']['ofMedia']>[number];

function absolutePath(file: Pick<SourceFile, 'sourcePath' | 'path'>): string {
  return join(file.sourcePath, file.path);
}

/**
 * The pictures of files by absolute path, by way of a link to their folder too; null for a file that is not in the library.
 * The real path of a folder is asked for once, and only where a file was not found as it was written.
 */
export async function picturesAt(catalog: Catalog, paths: readonly string[]): Promise<(number | null)[]> {
  const realFolders = new Map<string, Promise<string | null>>();
  const realFolder = (folder: string): Promise<string | null> => {
    const known = realFolders.get(folder) ?? realpath(folder).catch(() => null);
    realFolders.set(folder, known);
    return known;
  };
  return Promise.all(
    paths.map(async (path) => {
      const id = pictureAt(catalog, path);
      if (id !== null) return id;
      const folder = await realFolder(dirname(path));
      return folder === null || folder === dirname(path) ? null : pictureAt(catalog, join(folder, basename(path)));
    }),
  );
}

function pictureAt(catalog: Catalog, path: string): number | null {
  const holding = sourceHolding(catalog, path);
  return holding === null ? null : (catalog.files.at(holding.source.id, holding.inside)?.mediaId ?? null);
}

/** What a list shows of a picture, or of a moment of a video. */
export interface ShownPicture {
  readonly id: number;
  readonly hash: string;
  /** Set for a moment of a video, whose files the paths are. */
  readonly video: MomentPlace | null;
  /** The first copy; `copies` are further paths with the same content. */
  readonly path: string;
  readonly copies: string[];
  readonly width: number;
  readonly height: number;
}

/** What a list shows of a picture; null where it has no file any more. */
export function shownPicture(catalog: Catalog, id: number): ShownPicture | null {
  const media = catalog.media(id);
  const [path, ...copies] = picturePaths(catalog, id);
  if (!media || path === undefined) return null;
  const { hash, width, height } = media;
  return { id, hash, video: momentPlace(catalog, id), path, copies, width, height };
}

/** Where in which video a picture is; null for one that is of none. */
function momentPlace(catalog: Catalog, id: number): MomentPlace | null {
  const moment = catalog.moments.of(id);
  return moment && { id: moment.videoId, at: moment.at, seconds: moment.seconds };
}

/** All that is known of one picture. @throws ServiceError PICTURE_UNKNOWN */
export async function describePicture(catalog: Catalog, id: number): Promise<Picture> {
  const { hash } = knownMedia(catalog, id);
  const video = momentPlace(catalog, id);
  // of a moment what is known of its video; but it is another picture
  const { seconds: _, ...media } = knownMedia(catalog, video?.id ?? id);
  const files = catalog.files.ofMedia(id);
  const [path, ...copies] = files.map(absolutePath);
  if (path === undefined) throw new ServiceError('PICTURE_UNKNOWN', String(id));
  const modified = Math.min(...files.map((file) => file.mtimeMs));
  const companions = (await Promise.all(files.map((file) => companionsOf(catalog, file)))).flat();
  const keywords = catalog.metadata.keywords(media.id);
  const modifiedAt = new Date(modified).toISOString();
  const takenFrom = media.takenFrom ?? 'file';
  return { ...media, id, hash, video, takenFrom, keywords, path, copies, companions, modifiedAt };
}

/** A file of the same name that is a picture of its own goes with none. */
async function companionsOf(catalog: Catalog, { sourceId, sourcePath, path }: SourceFile): Promise<string[]> {
  const folder = posix.dirname(path);
  const names = (await FolderNames.of(join(sourcePath, folder))).companionsOf(posix.basename(path));
  const beside = names.map((name) => posix.join(folder, name));
  return beside.filter((each) => catalog.files.at(sourceId, each) === undefined).map((each) => join(sourcePath, each));
}

/** Every picture packed for the grid, newest first: see {@link pictureTime}. */
export function packedLayout(catalog: Catalog, since: number): Blob {
  const rows = catalog
    .layoutRows(since)
    .map(({ id, hash, width, height, seconds, takenAt, mtimeMs }) => ({
      id,
      hash,
      aspect: width / height,
      seconds: seconds ?? 0,
      when: pictureTime(takenAt, mtimeMs),
    }))
    .sort((a, b) => b.when - a.when || b.id - a.id);
  return new Blob([packLayout(rows, rows.length)]);
}

/**
 * The file of a picture that is there now, by its real path inside its source: a link that was put in its place since the
 * scan leads nowhere.
 *
 * @throws ServiceError PICTURE_UNKNOWN, PICTURE_MISSING
 */
export async function locatePicture(catalog: Catalog, id: number): Promise<string> {
  knownMedia(catalog, id);
  const files = catalog.files.ofMedia(id);
  for (const file of files) {
    const real = await realPathInside(file.sourcePath, absolutePath(file));
    if (real !== null) return real;
  }
  throw new ServiceError('PICTURE_MISSING', files.map(absolutePath)[0] ?? `picture ${id}`);
}

async function realPathInside(folder: string, path: string): Promise<string | null> {
  try {
    const real = await realpath(path);
    const inside = pathInside(await realpath(folder), real);
    return inside !== null && (await stat(real)).isFile() ? real : null;
  } catch {
    // gone, or its drive is
    return null;
  }
}

/**
 * The pixels of an encoder of a picture, or of a moment of a video, from its original; null where that is another by now, which the next
 * index run reads as what it is.
 *
 * @param urgent of a picture: before everything that waits to be decoded
 * @throws ServiceError PICTURE_UNKNOWN, PICTURE_MISSING; FileFailureError
 */
export async function originalPixels(
  { catalog, decoders }: Pick<PictureParts, 'catalog' | 'decoders'>,
  id: number,
  request: PixelRequest,
  urgent = false,
): Promise<Uint8Array | null> {
  const path = await locatePicture(catalog, id);
  const moment = catalog.moments.of(id);
  if (moment) return (await isAsIndexed(catalog, id, path)) ? decoders.moment(path, moment.at, request) : null;
  const { hash, pixels } = await decoders.pixels(path, request, { urgent });
  return hash === catalog.media(id)?.hash ? pixels : null;
}

/** By size and time: to read some gigabytes for each moment, for a hash, would take minutes. */
async function isAsIndexed(catalog: Catalog, id: number, path: string): Promise<boolean> {
  const { size, mtimeMs } = await stat(path);
  return catalog.files.ofMedia(id).some((file) => file.size === size && file.mtimeMs === mtimeMs);
}

/**
 * A file that a browser can show for a picture: the original, or a WebP rendering of it that is made once. Of a video, and of its moments,
 * the video itself; whether a browser can play it shows when it tries.
 * *
 * @throws ServiceError PICTURE_UNKNOWN, PICTURE_MISSING, PICTURE_UNREADABLE
 */
export async function displayPicture(parts: PictureParts, id: number): Promise<{ path: string; mimeType: string }> {
  const { format, hash } = knownMedia(parts.catalog, id);
  const path = await locatePicture(parts.catalog, id);
  const mimeType = parts.catalog.moments.of(id) ? videoMimeType(format) : browserMimeType(format);
  if (mimeType !== null) return { path, mimeType };
  const rendering = join(parts.paths.previews, thumbnailPath(hash));
  const made = await stat(rendering).catch(() => null);
  if (!made) {
    await mkdir(dirname(rendering), { recursive: true });
    await parts.decoders.render(path, rendering, DISPLAY_SIDE).catch((error: unknown) => {
      throw error instanceof FileFailureError
        ? new ServiceError('PICTURE_UNREADABLE', error.message, { cause: error })
        : error;
    });
  }
  return { path: rendering, mimeType: 'image/webp' };
}

/** The thumbnail of a picture of the library, WebP; empty where the cache has lost it. */
export async function thumbnailOf({ paths }: Pick<PictureParts, 'paths'>, hash: string): Promise<Uint8Array> {
  return readFile(join(paths.thumbs, thumbnailPath(hash))).catch(() => new Uint8Array());
}

function knownMedia(catalog: Catalog, id: number): MediaRow {
  const media = catalog.media(id);
  if (!media) throw new ServiceError('PICTURE_UNKNOWN', String(id));
  return media;
}
