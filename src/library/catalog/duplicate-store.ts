import type { DuplicateDecision } from '../../contract/explore-schemas.ts';
import type { Queries } from './queries.ts';

/** What is asked of a picture to find its duplicates. */
export interface ComparedPicture {
  readonly id: number;
  readonly hash: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  /** ISO 8601 without zone. */
  readonly takenAt: string | null;
  /** When the oldest of its files was written, ms since 1970. */
  readonly mtimeMs: number;
  readonly files: number;
  /** How long a video is; null for a picture. */
  readonly seconds: number | null;
}

/** What a person said of pictures that look like one: by media ids, which stay with their content wherever its files go. */
export class DuplicateStore {
  readonly #queries: Queries;

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  /** Every picture that has a file and lacks nothing, and every video once, ascending by id. */
  compared(): ComparedPicture[] {
    return this.#queries.all<ComparedPicture>(
      `SELECT m.id, m.hash, m.bytes, m.width, m.height, m.taken_at AS takenAt, MIN(f.mtime_ms) AS mtimeMs, COUNT(*) AS files, m.seconds
       FROM media m JOIN file f ON f.media_id = m.id WHERE m.stale = 0 GROUP BY m.id ORDER BY m.id`,
    );
  }

  /** Files of all pictures. */
  get files(): number {
    return this.#queries.get<{ n: number }>('SELECT COUNT(*) AS n FROM file')?.n ?? 0;
  }

  /** Of each decision: its pictures, which are never in one set again. */
  decided(): number[][] {
    const rows = this.#queries.all<{ id: number; mediaId: number }>(
      'SELECT decision_id AS id, media_id AS mediaId FROM decided_duplicate ORDER BY decision_id, media_id',
    );
    return [...Map.groupBy(rows, ({ id }) => id).values()].map((members) => members.map(({ mediaId }) => mediaId));
  }

  /** Keeps a decision about pictures, durable when it returns. @returns its id @throws ServiceError DISK_FULL, CATALOG_BUSY */
  put(decision: DuplicateDecision, pictures: readonly number[]): number {
    return this.#queries.transaction(() => {
      const sql = 'INSERT INTO duplicate_decision (decision, at, undone) VALUES (?, ?, 0)';
      const id = Number(this.#queries.run(sql, decision, new Date().toISOString()).lastInsertRowid);
      this.#queries.run(
        `INSERT OR IGNORE INTO decided_duplicate (decision_id, media_id)
         SELECT ?, value FROM json_each(?) WHERE value IN (SELECT id FROM media)`,
        id,
        JSON.stringify(pictures),
      );
      return id;
    });
  }

  /** Takes a decision back. @returns whether there was one */
  undo(id: number): boolean {
    return this.#queries.transaction(() => {
      const { changes } = this.#queries.run('UPDATE duplicate_decision SET undone = 1 WHERE id = ? AND undone = 0', id);
      this.#queries.run('DELETE FROM decided_duplicate WHERE decision_id = ?', id);
      return changes > 0;
    });
  }

  /** Says of a picture what was said of what it was before an edit. */
  follow(before: number, after: number): void {
    this.#queries.run(
      `INSERT OR IGNORE INTO decided_duplicate (decision_id, media_id)
       SELECT decision_id, ? FROM decided_duplicate WHERE media_id = ?`,
      after,
      before,
    );
  }

  /** As {@link follow}. @returns the decisions that `after` was not in before */
  passOn(before: number, after: number): number[] {
    const passed = this.#queries.column<number>(
      `SELECT decision_id FROM decided_duplicate WHERE media_id = ?
         AND decision_id NOT IN (SELECT decision_id FROM decided_duplicate WHERE media_id = ?)`,
      before,
      after,
    );
    this.follow(before, after);
    return passed;
  }

  /** Takes a picture out of the decisions that were passed on to it. */
  takeBack(picture: number, decisions: readonly number[]): void {
    for (const decision of decisions)
      this.#queries.run('DELETE FROM decided_duplicate WHERE decision_id = ? AND media_id = ?', decision, picture);
  }
}
