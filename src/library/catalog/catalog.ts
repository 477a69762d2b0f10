import type { PictureMetadata } from '../media/picture-metadata.ts';
import { IdSet } from '../vectors/id-set.ts';
import { ActionStore } from './action-store.ts';
import { CATALOG_MIGRATIONS } from './catalog-schema.ts';
import { ClusterStore } from './cluster-store.ts';
import { DatedStore } from './dated-store.ts';
import { DuplicateStore } from './duplicate-store.ts';
import { FileStore, type FailureRow, type FileRow } from './file-store.ts';
import { IgnoreStore } from './ignore-store.ts';
import { JobStore } from './job-store.ts';
import { LabelStore } from './label-store.ts';
import { MetadataStore } from './metadata-store.ts';
import { ModelStore } from './model-store.ts';
import { openDatabase, schemaVersion, type SqliteDatabase } from './database.ts';
import { MomentStore } from './moment-store.ts';
import { PictureFilters } from './picture-filters.ts';
import { pictureTime } from './picture-time.ts';
import { PresenceStore } from './presence-store.ts';
import { ProvenanceStore } from './provenance-store.ts';
import { Queries } from './queries.ts';
import { SourceStore } from './source-store.ts';

/** What is known of a picture, without its keywords. */
export type MediaRow = MediaContent & Omit<PictureMetadata, 'keywords'>;

/** A picture's content. Pixels are upright. */
interface MediaContent {
  readonly id: number;
  readonly hash: string;
  readonly bytes: number;
  readonly format: string;
  readonly width: number;
  readonly height: number;
  /** How long a video is; null for a picture, and for a moment other than its video's poster. */
  readonly seconds: number | null;
}

/** What stands for a video: its poster, which is the picture itself, and other moments. */
export interface VideoMoments {
  /** Where the poster is, in seconds from the start. */
  readonly at: number;
  readonly moments: readonly { readonly media: NewMedia; readonly at: number }[];
}

/** A picture that is new: what is in its file with it. */
export type NewMedia = MediaContent & PictureMetadata;

/** What the grid shows of a picture: size in pixels, when taken and when its file was written. */
export type ShownRow = Pick<MediaRow, 'id' | 'hash' | 'width' | 'height' | 'seconds' | 'takenAt'> & {
  readonly mtimeMs: number;
};

/** One picture's changes, stored together or not at all. */
export type CatalogChange =
  | {
      readonly kind: 'media';
      readonly media: NewMedia;
      readonly file: FileRow;
      readonly video: VideoMoments | null;
    }
  | { readonly kind: 'file'; readonly file: FileRow }
  /** A stale picture that has its features, vector and thumbnail again. */
  | { readonly kind: 'restored'; readonly file: FileRow; readonly video: VideoMoments | null }
  | { readonly kind: 'failure'; readonly failure: FailureRow };

const MEDIA_COLUMNS = `m.id, m.hash, m.bytes, m.format, m.width, m.height, m.taken_at AS takenAt, m.taken_offset AS takenOffset,
  m.taken_from AS takenFrom, m.camera, m.lens, m.latitude, m.longitude, m.rating, m.title, m.description,
  m.seconds`;

/** The catalog's reads and writes. One writer: the service. Every method is synchronous and short. */
export class Catalog {
  /** Versions of taught models. */
  readonly models: ModelStore;
  /** Groups, and what was said of pictures about them. */
  readonly labels: LabelStore;
  /** Names of clusters. */
  readonly clusters: ClusterStore;
  /** What was decided about duplicates. */
  readonly duplicates: DuplicateStore;
  /** When and where pictures were taken. */
  readonly dated: DatedStore;
  /** The folders that were added. */
  readonly sources: SourceStore;
  /** The files in them, and what of these failed. */
  readonly files: FileStore;
  /** Edits, and what is missing. */
  readonly presence: PresenceStore;
  /** What pictures and their sidecars say. */
  readonly metadata: MetadataStore;
  /** Which pictures are meant. */
  readonly filters: PictureFilters;
  /** The moments of videos. */
  readonly moments: MomentStore;
  /** Where pictures come from. */
  readonly provenance: ProvenanceStore;
  /** What is left out of the library. */
  readonly ignoring: IgnoreStore;
  /** What ran. */
  readonly jobs: JobStore;
  /** File actions and their journal. */
  readonly actions: ActionStore;
  readonly #db: SqliteDatabase;
  readonly #queries: Queries;

  constructor(file: string, readonly = false) {
    this.#db = openDatabase(file, CATALOG_MIGRATIONS, readonly);
    this.#queries = new Queries(this.#db, file);
    this.models = new ModelStore(this.#db, file);
    this.labels = new LabelStore(this.#db, file);
    this.clusters = new ClusterStore(this.#queries);
    this.duplicates = new DuplicateStore(this.#queries);
    this.dated = new DatedStore(this.#queries, this.#db);
    this.sources = new SourceStore(this.#queries, {
      absorbed: (...moved) => this.metadata.absorb(...moved),
      removed: () => this.metadata.followAll(),
    });
    this.files = new FileStore(this.#queries);
    this.presence = new PresenceStore(this.#queries);
    this.metadata = new MetadataStore(this.#queries);
    this.moments = new MomentStore(this.#queries);
    this.filters = new PictureFilters(this.#queries, this.moments);
    this.provenance = new ProvenanceStore(this.#queries);
    this.ignoring = new IgnoreStore(this.#queries);
    this.jobs = new JobStore(this.#queries);
    this.actions = new ActionStore(this.#queries);
  }

  /** Whether a catalog has the newest schema, so that a reader can open it. @throws ServiceError CATALOG_* */
  static isCurrent(file: string): boolean {
    return schemaVersion(file) === CATALOG_MIGRATIONS.at(-1)?.version;
  }

  close(): void {
    this.#db.close();
  }

  #count(sql: string, ...values: unknown[]): number {
    return this.#queries.get<{ n: number }>(sql, ...values)?.n ?? 0;
  }

  // ── settings ──

  /** The value stored under a key, or null. */
  setting(key: string): string | null {
    return this.#queries.get<{ value: string }>('SELECT value FROM setting WHERE key = ?', key)?.value ?? null;
  }

  /** Stores settings in one transaction: all of them or none. Null removes one. */
  putSettings(changes: Readonly<Record<string, string | null>>): void {
    this.#queries.transaction(() => {
      for (const [key, value] of Object.entries(changes)) {
        if (value === null) this.#queries.run('DELETE FROM setting WHERE key = ?', key);
        else this.#queries.run('INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)', key, value);
      }
    });
  }

  // ── pictures ──

  /** Pictures that have at least one file and lack nothing. */
  pictureCount(): number {
    return this.#count(
      'SELECT COUNT(DISTINCT f.media_id) AS n FROM file f JOIN media m ON m.id = f.media_id WHERE m.stale = 0',
    );
  }

  /** The newest media id, 0 where there is none. Ids only grow. */
  lastMediaId(): number {
    return this.#queries.get<{ n: number | null }>('SELECT MAX(id) AS n FROM media')?.n ?? 0;
  }

  media(id: number): MediaRow | undefined {
    return this.#queries.get<MediaRow>(`SELECT ${MEDIA_COLUMNS} FROM media m WHERE m.id = ?`, id);
  }

  /** The id of known content, and whether it lacks something. */
  mediaByHash(hash: string): { readonly id: number; readonly stale: boolean } | undefined {
    const row = this.#queries.get<{ id: number; stale: number }>('SELECT id, stale FROM media WHERE hash = ?', hash);
    return row && { id: row.id, stale: row.stale === 1 };
  }

  /** The ids of known contents by their hashes; those that are not known are left out. */
  idsOfHashes(hashes: readonly string[]): Map<string, number> {
    const rows = this.#queries.all<{ id: number; hash: string }>(
      'SELECT id, hash FROM media WHERE hash IN (SELECT value FROM json_each(?))',
      JSON.stringify(hashes),
    );
    return new Map(rows.map(({ id, hash }) => [hash, id]));
  }

  /** Hashes of the content of one length, of pictures that lack nothing. */
  hashesOfLength(bytes: number): string[] {
    return this.#queries
      .all<{ hash: string }>('SELECT hash FROM media WHERE bytes = ? AND stale = 0', bytes)
      .map((row) => row.hash);
  }

  /** Ids of the pictures, and of the moments of videos, that have at least one file and lack nothing, ascending. */
  presentMediaIds(): IdSet {
    // one text rather than a row for each, and few are stale: 200,000 take a third of the time that a join takes
    const [withFile] = this.#queries.column<string | null>('SELECT group_concat(media_id) FROM file');
    const ids = IdSet.parse(withFile ?? '');
    for (const id of this.#queries.column<number>('SELECT id FROM media WHERE stale = 1')) ids.delete(id);
    for (const id of this.moments.presentIds()) ids.add(id);
    return ids;
  }

  /** {@link presentMediaIds}, newest first: by when it was taken, else when its oldest file was written. */
  newestMediaIds(): number[] {
    const pictures = this.layoutRows(0)
      .map(({ id, takenAt, mtimeMs }) => ({ id, when: pictureTime(takenAt, mtimeMs) }))
      .sort((a, b) => b.when - a.when || b.id - a.id)
      .map(({ id }) => id);
    // a video's poster is with the pictures; what else there is of it is the last that is missed
    return [...pictures, ...this.moments.presentIds()];
  }

  /** Every picture, with what the audit of a library asks. */
  auditedPictures(): { id: number; hash: string; present: boolean; stale: boolean }[] {
    return this.#queries
      .all<{ id: number; hash: string; present: number; stale: number }>(
        `SELECT id, hash, stale, EXISTS (SELECT 1 FROM file WHERE media_id = COALESCE(
           (SELECT video_id FROM moment WHERE media_id = media.id), media.id)) AS present FROM media`,
      )
      .map(({ id, hash, present, stale }) => ({ id, hash, present: present === 1, stale: stale === 1 }));
  }

  /** What the grid shows, ids above `since` only: a video once, by its poster. */
  layoutRows(since: number): ShownRow[] {
    return this.#queries.all(
      `SELECT m.id, m.hash, m.width, m.height, m.seconds, m.taken_at AS takenAt, MIN(f.mtime_ms) AS mtimeMs
       FROM media m JOIN file f ON f.media_id = m.id WHERE m.id > ? AND m.stale = 0 GROUP BY m.id`,
      since,
    );
  }

  /** Those of these pictures that have no file, with the moments of the videos among them. */
  filelessAmong(ids: readonly number[]): number[] {
    return this.moments.with(
      this.#queries.column<number>(
        'SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM file WHERE media_id = value)',
        JSON.stringify(ids),
      ),
    );
  }

  // ── writes of an index run ──

  /** Stores a batch in one transaction. A file that failed before and is read now loses its failure, and the reverse. */
  apply(changes: readonly CatalogChange[]): void {
    this.#queries.transaction(() => {
      for (const change of changes) this.#applyOne(change);
    });
  }

  #applyOne(change: CatalogChange): void {
    if (change.kind === 'failure') {
      const { sourceId, path } = change.failure;
      const before = this.files.at(sourceId, path)?.mediaId;
      this.files.putFailure(change.failure);
      if (before !== undefined) this.metadata.follow([before]);
      return;
    }
    if (change.kind === 'media') this.#putMedia(change.media);
    if (change.kind === 'restored') this.#queries.run('UPDATE media SET stale = 0 WHERE id = ?', change.file.mediaId);
    if (change.kind !== 'file' && change.video) this.#putMoments(change.file.mediaId, change.video);
    const { sourceId, path, mediaId } = change.file;
    const before = this.files.at(sourceId, path)?.mediaId ?? mediaId;
    this.presence.noteEdit(sourceId, path, mediaId, change.kind === 'media');
    this.files.put(change.file);
    this.metadata.follow([before, mediaId]);
  }

  /** Its moments of before keep their rows, by their hashes; what was said of one that is none any more is said of the nearest. */
  #putMoments(videoId: number, { at, moments }: VideoMoments): void {
    for (const { media } of moments) if (this.mediaByHash(media.hash) === undefined) this.#putMedia(media);
    const chosen = [{ id: videoId, at }, ...moments.map((moment) => ({ id: moment.media.id, at: moment.at }))];
    for (const { before, after } of this.moments.successors(videoId, chosen)) {
      this.labels.copyLabels(before, after);
      this.clusters.follow(before, after);
    }
    this.moments.put(videoId, chosen);
  }

  #putMedia({ keywords, ...media }: NewMedia): void {
    this.#queries.run(
      `INSERT INTO media (id, hash, bytes, format, width, height, taken_at, taken_offset, taken_from, camera, lens, latitude, longitude,
           rating, title, description, seconds)
         VALUES (:id, :hash, :bytes, :format, :width, :height, :takenAt, :takenOffset, :takenFrom, :camera, :lens, :latitude, :longitude,
           :rating, :title, :description, :seconds)`,
      media,
    );
    if (keywords.length > 0) this.metadata.putKeywords(media.id, keywords);
  }

  /**
   * Forgets files and failures that a complete scan did not find.
   *
   * @param leftOut those of the paths that lie there all the same: of what they are nothing is forgotten later
   */
  removePaths(sourceId: number, paths: readonly string[], leftOut: ReadonlySet<string> = new Set()): void {
    this.#queries.transaction(() => {
      const away = [...leftOut].flatMap((path) => this.files.at(sourceId, path)?.mediaId ?? []);
      const concerned = paths.flatMap((path) => this.files.at(sourceId, path)?.mediaId ?? []);
      for (const path of paths) this.files.remove(sourceId, path);
      this.metadata.follow(concerned);
      this.presence.keep(away);
    });
  }

  /**
   * Makes the next run read these pictures again: their features, vector or thumbnail are gone. The rows stay, with all that
   * hangs on them.
   */
  markStale(ids: readonly number[]): void {
    this.#queries.transaction(() => {
      // a video is read as a whole
      for (const id of this.moments.whole(ids)) this.#queries.run('UPDATE media SET stale = 1 WHERE id = ?', id);
      this.#forgetTimes(ids);
    });
  }

  /** Makes the next run read these pictures again; until then they are as they were. */
  readAgain(ids: readonly number[]): void {
    this.#queries.transaction(() => this.#forgetTimes(ids));
  }

  #forgetTimes(ids: readonly number[]): void {
    // no file was written before 1970 by a millisecond: the scan finds it changed
    for (const id of this.moments.whole(ids)) this.#queries.run('UPDATE file SET mtime_ms = -1 WHERE media_id = ?', id);
  }
}
