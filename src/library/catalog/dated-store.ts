import { posix } from 'node:path';
import { pictureTime } from './picture-time.ts';
import type { SqliteDatabase } from './database.ts';
import type { Queries } from './queries.ts';

/** When and where every picture was taken, a column each: no object per picture. Ascending by clock. */
export interface DatedPictures {
  readonly ids: Uint32Array<ArrayBuffer>;
  /** See {@link pictureTime}. */
  readonly clocks: Float64Array<ArrayBuffer>;
  /** Minutes that the clock was ahead of UTC; NaN where it is not known. */
  readonly offsets: Float64Array<ArrayBuffer>;
  /** 1: the clock is that of the file. */
  readonly byFile: Uint8Array<ArrayBuffer>;
  /** Degrees; NaN where they are not known. */
  readonly latitudes: Float64Array<ArrayBuffer>;
  readonly longitudes: Float64Array<ArrayBuffer>;
  /** Name of the folder that a picture lies in; null at the top of a source. The same folder is the same string. */
  readonly folders: readonly (string | null)[];
}

interface DatedRow {
  readonly id: number;
  readonly takenAt: string | null;
  readonly offset: number | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly mtimeMs: number;
  readonly path: string;
}

/** What this store tells of, and what events and places are named by: nothing else that is written makes another of them. */
const TOLD_OF = [
  ...['INSERT', 'DELETE', 'UPDATE OF taken_at, taken_offset, latitude, longitude, stale'].map(
    (what) => `${what} ON media`,
  ),
  ...['INSERT', 'DELETE', 'UPDATE OF path, mtime_ms, media_id'].map((what) => `${what} ON file`),
  ...['INSERT', 'DELETE'].map((what) => `${what} ON media_keyword`),
  ...['INSERT', 'DELETE', 'UPDATE OF name'].map((what) => `${what} ON named_cluster`),
  ...['INSERT', 'DELETE', 'UPDATE'].map((what) => `${what} ON cluster_member`),
];

/** When and where pictures were taken. */
export class DatedStore {
  readonly #queries: Queries;
  readonly #db: SqliteDatabase;
  /** Writes of this connection; null while nobody counts. */
  #writes: number | null = null;

  constructor(queries: Queries, db: SqliteDatabase) {
    this.#queries = queries;
    this.#db = db;
  }

  /**
   * Another text where anything that this store tells of was written since, or names of clusters were; by another process, where anything at all was.
   * Writes of this connection are counted from the first call on, by triggers that are its own.
   */
  get changes(): string {
    this.#writes ??= this.#countWrites();
    const others = this.#queries.get<{ data_version: number }>('PRAGMA data_version')?.data_version ?? 0;
    return `${this.#writes} ${others}`;
  }

  #countWrites(): number {
    this.#db.function('dated_written', () => {
      this.#writes = (this.#writes ?? 0) + 1;
      return null;
    });
    for (const [i, what] of TOLD_OF.entries())
      this.#db.exec(`CREATE TEMP TRIGGER dated_${i} AFTER ${what} BEGIN SELECT dated_written(); END`);
    return 0;
  }

  /** Every picture that has a file and lacks nothing, and every video once. Of 200,000 a second: a thread asks. */
  pictures(): DatedPictures {
    const rows = this.#queries.all<DatedRow>(
      `SELECT m.id, m.taken_at AS takenAt, m.taken_offset AS offset, m.latitude, m.longitude,
         MIN(f.mtime_ms) AS mtimeMs, MIN(f.path) AS path
       FROM media m JOIN file f ON f.media_id = m.id WHERE m.stale = 0 GROUP BY m.id`,
    );
    const unsorted = Float64Array.from(rows, ({ takenAt, mtimeMs }) => pictureTime(takenAt, mtimeMs));
    const order = Uint32Array.from(rows.keys()).sort((a, b) => (unsorted[a] ?? 0) - (unsorted[b] ?? 0) || a - b);
    const folderNames = new Map<string, string | null>();
    const folderOf = (path: string): string | null => {
      const folder = posix.dirname(path);
      const known = folderNames.get(folder);
      if (known !== undefined) return known;
      const name = folder === '.' ? null : posix.basename(folder);
      folderNames.set(folder, name);
      return name;
    };
    const column = (of: (row: DatedRow) => number): Float64Array<ArrayBuffer> =>
      Float64Array.from(order, (place) => {
        const row = rows[place];
        return row ? of(row) : Number.NaN;
      });
    return {
      ids: Uint32Array.from(order, (place) => rows[place]?.id ?? 0),
      clocks: Float64Array.from(order, (place) => unsorted[place] ?? 0),
      offsets: column(({ offset }) => offset ?? Number.NaN),
      byFile: Uint8Array.from(order, (place) => (rows[place]?.takenAt === null ? 1 : 0)),
      latitudes: column(({ latitude }) => latitude ?? Number.NaN),
      longitudes: column(({ longitude }) => longitude ?? Number.NaN),
      folders: Array.from(order, (place) => folderOf(rows[place]?.path ?? '')),
    };
  }

  /** Keywords of the pictures that say where they were taken, by id. */
  keywordsOfPlaced(): ReadonlyMap<number, readonly string[]> {
    const rows = this.#queries.all<{ id: number; name: string }>(
      `SELECT mk.media_id AS id, k.name FROM media_keyword mk JOIN keyword k ON k.id = mk.keyword_id
       WHERE mk.media_id IN (SELECT id FROM media WHERE latitude IS NOT NULL)`,
    );
    const keywords = new Map<number, string[]>();
    for (const { id, name } of rows) {
      const known = keywords.get(id);
      if (known) known.push(name);
      else keywords.set(id, [name]);
    }
    return keywords;
  }

  /** Content hashes of some pictures by id; those that are not known are left out. */
  hashes(ids: readonly number[]): ReadonlyMap<number, string> {
    const rows = this.#queries.all<{ id: number; hash: string }>(
      'SELECT id, hash FROM media WHERE id IN (SELECT value FROM json_each(?))',
      JSON.stringify(ids),
    );
    return new Map(rows.map(({ id, hash }) => [id, hash]));
  }
}
