import { posix } from 'node:path';
import { NO_METADATA, withSidecars, type PictureMetadata, type SidecarReading } from '../media/picture-metadata.ts';
import type { Queries } from './queries.ts';

/** A sidecar as the last scan saw it: `path` is relative to its source, with `/` between folders. */
export interface SidecarRow {
  readonly sourceId: number;
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** A picture whose metadata an older version read, and where one of its files lies. */
export interface DueMetadata {
  readonly mediaId: number;
  readonly path: string;
}

/** A picture's file that is newer than its sidecar by more than this was written after it; what is copied together has times that are nearly one. */
const OUTDATED_MS = 60_000;

const SIDECAR = '.xmp';

/** Files of a folder that are gone through for the sidecars in it: some 2 ms. */
const LARGE_FOLDER = 2000;

type BesideRow = Pick<SidecarRow, 'sourceId' | 'path'>;

interface PathOfMedia {
  readonly path: string;
  readonly mediaId: number;
}

const FIELD_COLUMNS =
  `taken_at AS takenAt, taken_offset AS takenOffset, taken_from AS takenFrom, camera, lens, latitude, longitude, rating,
  title, description` as const;

/**
 * What pictures say of themselves, and their sidecars. The catalog's rows hold what counts of both; what is in a picture that has a sidecar is kept
 * beside it, so that nothing has to be read where the sidecar goes. {@link follow} keeps this so after each change of files or sidecars.
 */
export class MetadataStore {
  readonly #queries: Queries;

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  keywords(mediaId: number): string[] {
    return this.#queries.column<string>(
      `SELECT k.name FROM media_keyword mk JOIN keyword k ON k.id = mk.keyword_id WHERE mk.media_id = ? ORDER BY k.folded`,
      mediaId,
    );
  }

  putKeywords(mediaId: number, keywords: readonly string[]): void {
    this.#queries.run('DELETE FROM media_keyword WHERE media_id = ?', mediaId);
    for (const name of keywords) {
      const folded = name.toLowerCase();
      this.#queries.run(
        'INSERT INTO keyword (name, folded) VALUES (?, ?) ON CONFLICT (folded) DO NOTHING',
        name,
        folded,
      );
      this.#queries.run(
        'INSERT OR IGNORE INTO media_keyword (media_id, keyword_id) SELECT ?, id FROM keyword WHERE folded = ?',
        mediaId,
        folded,
      );
    }
  }

  #put(mediaId: number, { keywords, ...fields }: PictureMetadata): void {
    this.#queries.run(
      `UPDATE media SET taken_at = :takenAt, taken_offset = :takenOffset, taken_from = :takenFrom, camera = :camera, lens = :lens,
         latitude = :latitude, longitude = :longitude, rating = :rating, title = :title, description = :description WHERE id = :mediaId`,
      { ...fields, mediaId },
    );
    this.putKeywords(mediaId, keywords);
  }

  // ── what an older version read ──

  /** Pictures of a source that are to be looked at again, by ascending id, above `after`. */
  due(sourceId: number, after: number, count: number): DueMetadata[] {
    return this.#queries.all<DueMetadata>(
      // by these indexes: SQLite would rather go through all files of the source, each time
      `SELECT m.id AS mediaId,
         (SELECT f.path FROM file f INDEXED BY file_by_media WHERE f.media_id = m.id AND f.source_id = ? LIMIT 1) AS path
       FROM media m INDEXED BY media_metadata_due
       WHERE m.metadata_due = 1 AND m.id > ? AND path IS NOT NULL ORDER BY m.id LIMIT ?`,
      sourceId,
      after,
      count,
    );
  }

  /** Stores what was found in pictures that were {@link due}; null for one that has nothing any more that could be read. */
  putRead(read: readonly { readonly mediaId: number; readonly metadata: PictureMetadata | null }[]): void {
    this.#queries.transaction(() => {
      for (const { mediaId, metadata } of read) {
        this.#queries.run('UPDATE media SET metadata_due = 0 WHERE id = ?', mediaId);
        if (!metadata) continue;
        this.#queries.run('DELETE FROM own_metadata WHERE media_id = ?', mediaId);
        this.#put(mediaId, metadata);
        this.#followOne(mediaId);
      }
    });
  }

  // ── sidecars ──

  /** Sidecars at a path of a source, and all that lie in it where it is a folder; '' for all of the source. */
  sidecarsUnder(sourceId: number, path: string): SidecarRow[] {
    const columns = 'source_id AS sourceId, path, size, mtime_ms AS mtimeMs';
    if (path === '')
      return this.#queries.all<SidecarRow>(`SELECT ${columns} FROM sidecar WHERE source_id = ?`, sourceId);
    return this.#queries.all<SidecarRow>(
      // '0' is the character after '/'
      `SELECT ${columns} FROM sidecar WHERE source_id = ? AND (path = ? OR (path >= ? AND path < ?))`,
      sourceId,
      path,
      `${path}/`,
      `${path}0`,
    );
  }

  /** Stores what sidecars say, and lets the pictures beside them follow. @returns how many pictures those are */
  putSidecars(read: readonly { readonly sidecar: SidecarRow; readonly metadata: PictureMetadata }[]): number {
    return this.#queries.transaction(() => {
      for (const { sidecar, metadata } of read) {
        this.#queries.run(
          `INSERT OR REPLACE INTO sidecar (source_id, path, size, mtime_ms, beside, fields)
             VALUES (:sourceId, :path, :size, :mtimeMs, :beside, :fields)`,
          { ...sidecar, beside: besideKey(sidecar.path), fields: packed(metadata) },
        );
      }
      return this.#followBeside(read.map(({ sidecar }) => sidecar));
    });
  }

  /** Forgets sidecars that are gone; the pictures beside them are what they say themselves. @returns how many those are */
  removeSidecars(sourceId: number, paths: readonly string[]): number {
    return this.#queries.transaction(() => {
      for (const path of paths)
        this.#queries.run('DELETE FROM sidecar WHERE source_id = ? AND path = ?', sourceId, path);
      return this.#followBeside(paths.map((path) => ({ sourceId, path })));
    });
  }

  /** What the sidecar at a path says, as it is stored; null where none is known there. */
  sidecarFields(sourceId: number, path: string): string | null {
    const sql = 'SELECT fields FROM sidecar WHERE source_id = ? AND path = ?';
    return this.#queries.get<{ fields: string }>(sql, sourceId, path)?.fields ?? null;
  }

  /** Stores a sidecar that came from another place with what it said there: it is not read again. */
  placeSidecar(sidecar: SidecarRow, fields: string): void {
    this.putSidecars([{ sidecar, metadata: unpacked(fields) }]);
  }

  /** A source became a part of another: its sidecars lie deeper now. */
  absorb(childId: number, parentId: number, prefix: string): void {
    this.#queries.run(
      `UPDATE OR REPLACE sidecar SET source_id = ?, path = ? || '/' || path, beside = ? || '/' || beside WHERE source_id = ?`,
      parentId,
      prefix,
      prefix,
      childId,
    );
  }

  /** Whether any picture has, or had, a sidecar. */
  get #anySidecar(): boolean {
    const sql = 'SELECT EXISTS (SELECT 1 FROM sidecar) OR EXISTS (SELECT 1 FROM own_metadata) AS any';
    return this.#queries.get<{ any: number }>(sql)?.any === 1;
  }

  /** Pictures got or lost a path: what their sidecars say holds, of those that lie beside them now. */
  follow(mediaIds: readonly number[]): void {
    if (!this.#anySidecar) return;
    for (const id of new Set(mediaIds)) this.#followOne(id);
  }

  /** As {@link follow}, for all pictures that have a sidecar. */
  followAll(): void {
    for (const id of this.#queries.column<number>('SELECT media_id FROM own_metadata')) this.#followOne(id);
  }

  #followBeside(sidecars: readonly BesideRow[]): number {
    const pictures = new Set<number>();
    for (const group of Map.groupBy(sidecars, ({ sourceId, path }) => `${sourceId}/${folderOf(path)}`).values()) {
      const [{ sourceId, path } = { sourceId: 0, path: '' }] = group;
      const keys = new Set(group.map((sidecar) => besideKey(sidecar.path)));
      const files = this.#filesIn(sourceId, folderOf(path)) ?? group.flatMap((sidecar) => this.#filesNamedAs(sidecar));
      for (const file of files) if (picturesKeys(file.path).some((key) => keys.has(key))) pictures.add(file.mediaId);
    }
    for (const id of pictures) this.#followOne(id);
    return pictures.size;
  }

  /** All that lies in a folder and below; null where that is much. */
  #filesIn(sourceId: number, folder: string): PathOfMedia[] | null {
    const files = this.#queries.all<PathOfMedia>(
      // '0' is the character after '/'; what lies in the source itself is all of it
      'SELECT path, media_id AS mediaId FROM file WHERE source_id = ? AND path >= ? AND path < ? LIMIT ?',
      sourceId,
      folder === '' ? '' : `${folder}/`,
      folder === '' ? '\u{10ffff}' : `${folder}0`,
      LARGE_FOLDER + 1,
    );
    return files.length > LARGE_FOLDER ? null : files;
  }

  /** In a large folder by the index of paths, which knows capitals: names as the sidecar's is, in small letters and in capitals, put together either way. */
  #filesNamedAs({ sourceId, path: sidecar }: BesideRow): PathOfMedia[] {
    const name = posix.basename(sidecar).slice(0, -SIDECAR.length);
    const written = [name, name.toLowerCase(), name.toUpperCase()];
    const names = new Set(written.flatMap((each) => [each, each.normalize('NFC'), each.normalize('NFD')]));
    return [...names].flatMap((each) => {
      const path = posix.join(folderOf(sidecar), each);
      return this.#queries.all<PathOfMedia>(
        // '/' is the character after '.'
        'SELECT path, media_id AS mediaId FROM file WHERE source_id = ? AND (path = ? OR (path >= ? AND path < ?))',
        sourceId,
        path,
        `${path}.`,
        `${path}/`,
      );
    });
  }

  #followOne(mediaId: number): void {
    const kept = this.#queries.get<{ fields: string }>('SELECT fields FROM own_metadata WHERE media_id = ?', mediaId);
    const sidecars = this.#sidecarsOf(mediaId);
    if (!kept && sidecars.length === 0) return;
    const own = kept ? unpacked(kept.fields) : this.#stored(mediaId);
    if (sidecars.length === 0) this.#queries.run('DELETE FROM own_metadata WHERE media_id = ?', mediaId);
    else if (!kept)
      this.#queries.run('INSERT INTO own_metadata (media_id, fields) VALUES (?, ?)', mediaId, packed(own));
    this.#put(mediaId, withSidecars(own, sidecars));
  }

  #stored(mediaId: number): PictureMetadata {
    const fields = this.#queries.get<Omit<PictureMetadata, 'keywords'>>(
      `SELECT ${FIELD_COLUMNS} FROM media WHERE id = ?`,
      mediaId,
    );
    return { ...NO_METADATA, ...fields, keywords: this.keywords(mediaId) };
  }

  /** The sidecars beside any of a picture's files, the newest first. */
  #sidecarsOf(mediaId: number): SidecarReading[] {
    const files = this.#queries.all<SidecarRow>(
      'SELECT source_id AS sourceId, path, size, mtime_ms AS mtimeMs FROM file WHERE media_id = ?',
      mediaId,
    );
    const beside = files.flatMap((file) =>
      this.#queries
        .all<{ fields: string; mtimeMs: number }>(
          'SELECT fields, mtime_ms AS mtimeMs FROM sidecar WHERE source_id = ? AND beside IN (?, ?)',
          file.sourceId,
          ...picturesKeys(file.path),
        )
        .map((sidecar) => ({ ...sidecar, outdated: file.mtimeMs > sidecar.mtimeMs + OUTDATED_MS })),
    );
    return beside
      .sort((a, b) => b.mtimeMs - a.mtimeMs)
      .map(({ fields, outdated }) => ({ metadata: unpacked(fields), outdated }));
  }
}

function folderOf(path: string): string {
  const folder = posix.dirname(path);
  return folder === '.' ? '' : folder;
}

/** Of names the capitals count for nothing, nor how letters with accents are put together, as where pairs are found; of folders they do. */
function foldedName(path: string, name: string): string {
  return posix.join(folderOf(path), name.normalize('NFC').toLowerCase());
}

/** What pictures a sidecar lies beside: `trip/IMG_1.xmp` beside those of the name `trip/img_1`, `IMG_1.JPG.xmp` beside that one. */
function besideKey(sidecar: string): string {
  return foldedName(sidecar, posix.basename(sidecar).slice(0, -SIDECAR.length));
}

/** The keys of the sidecars that a picture may have, as {@link besideKey} gives them. */
function picturesKeys(path: string): [string, string] {
  const name = posix.basename(path);
  return [foldedName(path, name), foldedName(path, name.slice(0, name.length - posix.extname(name).length))];
}

/** As JSON, without what is not said. */
function packed(metadata: PictureMetadata): string {
  const said = Object.entries(metadata).filter(
    ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
  );
  return JSON.stringify(Object.fromEntries(said));
}

function unpacked(fields: string): PictureMetadata {
  return { ...NO_METADATA, ...(JSON.parse(fields) as Partial<PictureMetadata>) };
}
