import { setImmediate as letOthersRun } from 'node:timers/promises';
import { IdSet } from '../vectors/id-set.ts';
import { FEATURE_MIGRATIONS } from './catalog-schema.ts';
import { openDatabase, translateSqliteErrors, type SqliteDatabase } from './database.ts';

/** One picture's features (as the encoder gives them), its vector (as the model's projection gives it) and its signature. */
export interface FeatureRow extends EncodedRow {
  readonly signature: Uint8Array;
}

/** What an encoder makes of a picture; its signature is the same for all. */
export interface EncodedRow {
  readonly mediaId: number;
  readonly features: Float16Array;
  readonly vector: Float16Array;
}

/** What the store keeps of one encoder. */
export interface StoredFeatures {
  /** Id of the features, as the encoder's. */
  readonly features: string;
  readonly pictures: number;
  /** Values of a row. */
  readonly dimensions: number;
  /** Of the rows, without the database's own overhead. */
  readonly bytes: number;
}

export interface VectorRow {
  readonly mediaId: number;
  readonly vector: Float16Array;
}

/** Rows read at once by {@link FeatureStore.vectors}: 2,048 × 512 bytes, about a millisecond. */
const PAGE = 2048;

/** What holds rows of a picture. */
const TABLES = ['feature', 'vector', 'signature'] as const;

/** `features.sqlite` as one encoder and one model see it. */
export class FeatureStore {
  readonly #db: SqliteDatabase;
  readonly #file: string;
  readonly #encoder: number;
  readonly #model: number;

  constructor(file: string, encoder: string, model: string, readonly = false) {
    this.#file = file;
    this.#db = openDatabase(file, FEATURE_MIGRATIONS, readonly);
    this.#encoder = this.#nameId('encoder', encoder, readonly);
    this.#model = this.#nameId('model', model, readonly);
  }

  close(): void {
    this.#db.close();
  }

  #nameId(table: 'encoder' | 'model', name: string, readonly: boolean): number {
    return translateSqliteErrors(this.#file, () => {
      if (!readonly) this.#db.prepare(`INSERT OR IGNORE INTO ${table} (name) VALUES (?)`).run(name);
      // 0 is no row's id: a reader that comes before the first writer sees an empty store
      return this.#db.prepare<[string], { id: number }>(`SELECT id FROM ${table} WHERE name = ?`).get(name)?.id ?? 0;
    });
  }

  /** Stores a batch in one transaction. A row of the same picture is replaced. */
  put(rows: readonly FeatureRow[]): void {
    translateSqliteErrors(this.#file, () => {
      this.#db.transaction(() => {
        for (const { mediaId, features, vector, signature } of rows) {
          this.#putBlob('feature', this.#encoder, mediaId, features);
          this.#putBlob('vector', this.#model, mediaId, vector);
          this.#db.prepare('INSERT OR REPLACE INTO signature (media_id, data) VALUES (?, ?)').run(mediaId, signature);
        }
      })();
    });
  }

  /** As {@link put}, of pictures whose signature is known. */
  putFeatures(rows: readonly EncodedRow[]): void {
    translateSqliteErrors(this.#file, () => {
      this.#db.transaction(() => {
        for (const { mediaId, features, vector } of rows) {
          this.#putBlob('feature', this.#encoder, mediaId, features);
          this.#putBlob('vector', this.#model, mediaId, vector);
        }
      })();
    });
  }

  /** Stores vectors of the present model for pictures whose features are here, in one transaction. */
  putVectors(rows: readonly VectorRow[]): void {
    translateSqliteErrors(this.#file, () => {
      this.#db.transaction(() => {
        for (const { mediaId, vector } of rows) this.#putBlob('vector', this.#model, mediaId, vector);
      })();
    });
  }

  #putBlob(table: 'feature' | 'vector', owner: number, mediaId: number, values: Float16Array): void {
    const column = table === 'feature' ? 'encoder_id' : 'model_id';
    this.#db
      .prepare(`INSERT OR REPLACE INTO ${table} (media_id, ${column}, data) VALUES (?, ?, ?)`)
      .run(mediaId, owner, Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  }

  /** Removes what lies behind the catalog's newest picture: the trace of a run that was killed between the two commits. Says whether there was any. */
  dropAfter(lastMediaId: number): boolean {
    return translateSqliteErrors(this.#file, () =>
      this.#db.transaction(() => {
        let rows = 0;
        // by the key of each table, whose first part is the encoder or the model: a scan of all features takes a second at 200,000
        for (const [table, owner] of [
          ['feature', 'encoder'],
          ['vector', 'model'],
        ] as const) {
          rows += this.#db
            .prepare(`DELETE FROM ${table} WHERE ${owner}_id IN (SELECT id FROM ${owner}) AND media_id > ?`)
            .run(lastMediaId).changes;
        }
        rows += this.#db.prepare('DELETE FROM signature WHERE media_id > ?').run(lastMediaId).changes;
        return rows > 0;
      })(),
    );
  }

  drop(mediaIds: readonly number[]): void {
    translateSqliteErrors(this.#file, () =>
      this.#db.transaction(() => {
        for (const id of mediaIds) {
          for (const table of TABLES) this.#db.prepare(`DELETE FROM ${table} WHERE media_id = ?`).run(id);
        }
      })(),
    );
  }

  features(mediaId: number): Float16Array | null {
    return this.#blob('SELECT data FROM feature WHERE encoder_id = ? AND media_id = ?', this.#encoder, mediaId);
  }

  vector(mediaId: number): Float16Array | null {
    return this.#blob('SELECT data FROM vector WHERE model_id = ? AND media_id = ?', this.#model, mediaId);
  }

  /** The signature of a picture; empty where it has none. */
  signature(mediaId: number): Uint8Array {
    return translateSqliteErrors(this.#file, () => {
      const select = this.#db.prepare<[number], { data: Buffer }>('SELECT data FROM signature WHERE media_id = ?');
      return select.get(mediaId)?.data ?? new Uint8Array();
    });
  }

  /** All signatures, by picture: 256 bytes each. */
  signatures(): Map<number, Uint8Array> {
    return translateSqliteErrors(this.#file, () => {
      const select = this.#db.prepare<[], { id: number; data: Buffer }>('SELECT media_id AS id, data FROM signature');
      const signatures = new Map<number, Uint8Array>();
      for (const { id, data } of select.iterate()) signatures.set(id, data);
      return signatures;
    });
  }

  #blob(sql: string, owner: number, mediaId: number): Float16Array | null {
    return translateSqliteErrors(this.#file, () => {
      const row = this.#db.prepare<[number, number], { data: Buffer }>(sql).get(owner, mediaId);
      return row ? float16(row.data) : null;
    });
  }

  /** All vectors by ascending id, a page at a time, so that a scan of a large library can let other work in between. */
  *vectors(): Generator<VectorRow[]> {
    const select = this.#db.prepare<[number, number, number], { mediaId: number; data: Buffer }>(
      'SELECT media_id AS mediaId, data FROM vector WHERE model_id = ? AND media_id > ? ORDER BY media_id LIMIT ?',
    );
    for (let last = 0; ;) {
      const rows = translateSqliteErrors(this.#file, () => select.all(this.#model, last, PAGE));
      const newest = rows.at(-1);
      if (!newest) return;
      last = newest.mediaId;
      yield rows.map(({ mediaId, data }) => ({ mediaId, vector: float16(data) }));
    }
  }

  /** Ids that have a vector of this model, ascending: an index is built anew in one order. */
  vectorIds(): IdSet {
    // one text rather than a row for each: 200,000 take a third of the time, and leave less behind
    const sql = 'SELECT group_concat(media_id) FROM vector WHERE model_id = ?';
    const [ids] = translateSqliteErrors(this.#file, () =>
      this.#db.prepare<[number], string | null>(sql).pluck().all(this.#model),
    );
    return IdSet.parse(ids ?? '');
  }

  /** Ids that have features of this encoder and a vector of this model. */
  completeIds(): Set<number> {
    // two scans of an index and an intersection take a quarter of the time of a join: 25 ms at 100,000 pictures
    return this.#ids('SELECT media_id FROM feature WHERE encoder_id = ? ORDER BY media_id', this.#encoder).intersection(
      this.vectorIds(),
    );
  }

  /** Ids that have features or vectors of any encoder or model. */
  allIds(): Set<number> {
    return this.#ids(
      'SELECT media_id AS id FROM feature UNION SELECT media_id FROM vector UNION SELECT media_id FROM signature',
    );
  }

  /** Ids that have features of this encoder and lack a vector of this model: a projection was changed. */
  unprojectedIds(): Set<number> {
    // compared in the database, which holds both in this order: no id comes out where nothing is missing
    return this.#ids(
      `SELECT media_id FROM feature WHERE encoder_id = ? EXCEPT SELECT media_id FROM vector WHERE model_id = ?
       ORDER BY media_id`,
      this.#encoder,
      this.#model,
    );
  }

  #ids(sql: string, ...values: number[]): Set<number> {
    const ids = translateSqliteErrors(this.#file, () =>
      this.#db
        .prepare<number[], number>(sql)
        .pluck()
        .all(...values),
    );
    return new Set(ids);
  }

  /** Ids that have features of other encoders and none of this one: their original was offline when it took over. */
  awaitingIds(): Set<number> {
    return this.#ids(
      // encoders first: where there is no other one, no feature is looked at
      `SELECT DISTINCT f.media_id AS id FROM encoder e CROSS JOIN feature f ON f.encoder_id = e.id WHERE e.id <> ?
       AND NOT EXISTS (SELECT 1 FROM feature own WHERE own.encoder_id = ? AND own.media_id = f.media_id)`,
      this.#encoder,
      this.#encoder,
    );
  }

  /**
   * Deletes some of what is kept of an encoder: its features where it is named, and vectors of the models that are. Gives how many
   * rows went; 0 when nothing is left. The pages are given back to the disk.
   */
  deleteSome(features: string | null, models: readonly string[], count: number): number {
    return translateSqliteErrors(this.#file, () => {
      const deleted = this.#db.transaction(() => {
        let rows = this.#db
          .prepare(
            `DELETE FROM feature WHERE rowid IN
               (SELECT rowid FROM feature WHERE encoder_id = (SELECT id FROM encoder WHERE name = ?) LIMIT ?)`,
          )
          .run(features, count).changes;
        for (const model of models) {
          rows += this.#db
            .prepare(
              `DELETE FROM vector WHERE rowid IN
                 (SELECT rowid FROM vector WHERE model_id = (SELECT id FROM model WHERE name = ?) LIMIT ?)`,
            )
            .run(model, count).changes;
        }
        return rows;
      })();
      // of databases made before this was asked for, the pages are used again instead
      this.#db.pragma('incremental_vacuum');
      return deleted;
    });
  }

  /** Names of the models that have vectors here. */
  modelNames(): string[] {
    return translateSqliteErrors(this.#file, () =>
      this.#db
        .prepare<[], { name: string }>('SELECT name FROM model')
        .all()
        .map(({ name }) => name),
    );
  }

  /** What is kept, for each encoder that has features here. All rows of one are as long, so one is measured. */
  storedFeatures(): StoredFeatures[] {
    return translateSqliteErrors(this.#file, () =>
      this.#db
        .prepare<[], { features: string; pictures: number; length: number }>(
          `SELECT e.name AS features, COUNT(*) AS pictures,
             (SELECT LENGTH(data) FROM feature WHERE encoder_id = e.id LIMIT 1) AS length
           FROM encoder e JOIN feature f ON f.encoder_id = e.id GROUP BY e.id`,
        )
        .all()
        .map(({ features, pictures, length }) => ({
          features,
          pictures,
          dimensions: length / 2,
          bytes: pictures * length,
        })),
    );
  }
}

/** Views a blob as float16. Copied: SQLite's buffers need not be aligned to two bytes. */
function float16(data: Buffer): Float16Array {
  return new Float16Array(new Uint8Array(data).buffer);
}

/** Rows deleted in one go, some 10 ms: a search waits no longer. */
const DELETED_AT_ONCE = 200;

/** As {@link FeatureStore.deleteSome}, until nothing is left, letting others run in between. */
export async function deleteStored(
  store: FeatureStore,
  features: string | null,
  models: readonly string[],
): Promise<void> {
  while (store.deleteSome(features, models, DELETED_AT_ONCE) > 0) await letOthersRun();
}
