import { translateSqliteErrors, type SqliteDatabase } from './database.ts';

/** A path whose content was edited: what it was and what it is. */
export interface EditRow {
  readonly before: number;
  readonly after: number;
  /** The content before the edit turned up at another path since: it was moved away, and something else took its place. */
  readonly movedAway: boolean;
}

/** Where a file lies in a source, and how it looked. */
export interface SampledFile {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** Files of a sample, in each of its three places. */
const SAMPLE_PART = 12;

/** What the catalog knows of pictures and sources that come, change and go. */
export class PresenceStore {
  readonly #db: SqliteDatabase;
  readonly #file: string;
  #newestFile: number | null = null;

  constructor(db: SqliteDatabase, file: string) {
    this.#db = db;
    this.#file = file;
  }

  // ── edits: the labels of a picture go with its path ──

  /** An index run begins: files that it finds are newer than those of now. */
  runBegins(): void {
    this.#newestFile = this.#newestFileId();
  }

  #newestFileId(): number {
    return this.#get<{ id: number | null }>('SELECT MAX(id) AS id FROM file')?.id ?? 0;
  }

  /**
   * Notes that a path is about to hold other content, where that makes it an edit: the new content was never seen before, or it is
   * what the path was edited from and has no file any more. In the transaction of the change itself.
   */
  noteEdit(sourceId: number, path: string, after: number, isNew: boolean): void {
    const before = this.#get<{ id: number }>(
      'SELECT media_id AS id FROM file WHERE source_id = ? AND path = ?',
      sourceId,
      path,
    )?.id;
    if (before === undefined || before === after) return;
    if (!isNew && !this.#isUndoneEdit(before, after)) return;
    this.#newestFile ??= this.#newestFileId();
    this.#run(
      'INSERT OR REPLACE INTO edit (before_id, after_id, newest_file, settled) VALUES (?, ?, ?, 0)',
      before,
      after,
      this.#newestFile,
    );
  }

  #isUndoneEdit(before: number, after: number): boolean {
    return (
      this.#get(
        `SELECT 1 FROM edit WHERE before_id = ? AND after_id = ? AND NOT EXISTS (SELECT 1 FROM file WHERE media_id = ?)`,
        after,
        before,
        after,
      ) !== undefined
    );
  }

  /** Edits of which the labels have not been asked yet, in the order in which they were found. */
  unsettledEdits(): EditRow[] {
    return this.#all<{ before: number; after: number; moved: number }>(
      `SELECT before_id AS before, after_id AS after,
         EXISTS (SELECT 1 FROM file WHERE media_id = before_id AND id > newest_file) AS moved
       FROM edit WHERE settled = 0 ORDER BY rowid`,
    ).map(({ before, after, moved }) => ({ before, after, movedAway: moved === 1 }));
  }

  settleEdits(): void {
    this.#run('UPDATE edit SET settled = 1 WHERE settled = 0');
  }

  // ── what is missing ──

  /** Pictures whose last file is gone since before `before` (ISO 8601), the longest gone first. */
  missingSince(before: string, count: number): { id: number; hash: string }[] {
    // the newest stays, whatever it is: ids must not come again
    return this.#all(
      `SELECT id, hash FROM media WHERE missing_since < ? AND id < (SELECT MAX(id) FROM media)
       ORDER BY missing_since, id LIMIT ?`,
      before,
      count,
    );
  }

  /** Forgets pictures that have no file, with all that was said of them. */
  forget(ids: readonly number[]): void {
    translateSqliteErrors(this.#file, () =>
      this.#db.transaction(() => {
        const list = JSON.stringify(ids.filter((id) => !this.#get('SELECT 1 FROM file WHERE media_id = ?', id)));
        this.#run('DELETE FROM label WHERE media_id IN (SELECT value FROM json_each(?))', list);
        this.#run('DELETE FROM media WHERE id IN (SELECT value FROM json_each(?))', list);
      })(),
    );
  }

  // ── where sources are ──

  /** What told the folder of a source from others when it was last looked through; null where it never was. */
  rootOf(sourceId: number): string | null {
    return this.#get<{ root: string | null }>('SELECT root FROM source WHERE id = ?', sourceId)?.root ?? null;
  }

  setRoot(sourceId: number, root: string): void {
    this.#run('UPDATE source SET root = ? WHERE id = ? AND root IS NOT ?', root, sourceId, root);
  }

  /** The folder of a source is at another place now. */
  relocate(sourceId: number, path: string): void {
    this.#run('UPDATE source SET path = ?, root = NULL WHERE id = ?', path, sourceId);
  }

  /** Some files of a source: the first, the last and those in the middle by path. */
  sample(sourceId: number): SampledFile[] {
    const count = this.#get<{ n: number }>('SELECT COUNT(*) AS n FROM file WHERE source_id = ?', sourceId)?.n ?? 0;
    const rows = [0, Math.floor(count / 2), count - SAMPLE_PART].flatMap((offset) =>
      this.#all<SampledFile>(
        `SELECT path, size, mtime_ms AS mtimeMs FROM file WHERE source_id = ? ORDER BY path LIMIT ? OFFSET ?`,
        sourceId,
        SAMPLE_PART,
        Math.max(0, offset),
      ),
    );
    return [...new Map(rows.map((row) => [row.path, row])).values()];
  }

  #all<Row>(sql: string, ...values: unknown[]): Row[] {
    return translateSqliteErrors(this.#file, () => this.#db.prepare<unknown[], Row>(sql).all(...values));
  }

  #get<Row>(sql: string, ...values: unknown[]): Row | undefined {
    return translateSqliteErrors(this.#file, () => this.#db.prepare<unknown[], Row>(sql).get(...values));
  }

  #run(sql: string, ...values: unknown[]): void {
    translateSqliteErrors(this.#file, () => this.#db.prepare(sql).run(...values));
  }
}
