import type { Queries } from './queries.ts';

/** A path whose content was edited: what it was and what it is. */
export interface EditRow {
  readonly before: number;
  readonly after: number;
  /** The content before the edit turned up at another path since: it was moved away, and something else took its place. */
  readonly movedAway: boolean;
}

/** What the catalog knows of pictures that come, change and go. */
export class PresenceStore {
  readonly #queries: Queries;
  #newestFile: number | null = null;

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  // ── edits: the labels of a picture go with its path ──

  /** An index run begins: files that it finds are newer than those of now. */
  runBegins(): void {
    this.#newestFile = this.#newestFileId();
  }

  #newestFileId(): number {
    return this.#queries.get<{ id: number | null }>('SELECT MAX(id) AS id FROM file')?.id ?? 0;
  }

  /**
   * Notes that a path is about to hold other content, where that makes it an edit: the new content was never seen before, or it is
   * what the path was edited from and has no file any more. In the transaction of the change itself.
   */
  noteEdit(sourceId: number, path: string, after: number, isNew: boolean): void {
    const before = this.#queries.get<{ id: number }>(
      'SELECT media_id AS id FROM file WHERE source_id = ? AND path = ?',
      sourceId,
      path,
    )?.id;
    if (before === undefined || before === after) return;
    if (!isNew && !this.#isUndoneEdit(before, after)) return;
    this.#newestFile ??= this.#newestFileId();
    this.#queries.run(
      'INSERT OR REPLACE INTO edit (before_id, after_id, newest_file, settled) VALUES (?, ?, ?, 0)',
      before,
      after,
      this.#newestFile,
    );
  }

  #isUndoneEdit(before: number, after: number): boolean {
    return (
      this.#queries.get(
        `SELECT 1 FROM edit WHERE before_id = ? AND after_id = ? AND NOT EXISTS (SELECT 1 FROM file WHERE media_id = ?)`,
        after,
        before,
        after,
      ) !== undefined
    );
  }

  /** Edits of which the labels have not been asked yet, in the order in which they were found. */
  unsettledEdits(): EditRow[] {
    return this.#queries
      .all<{ before: number; after: number; moved: number }>(
        `SELECT before_id AS before, after_id AS after,
         EXISTS (SELECT 1 FROM file WHERE media_id = before_id AND id > newest_file) AS moved
       FROM edit WHERE settled = 0 ORDER BY rowid`,
      )
      .map(({ before, after, moved }) => ({ before, after, movedAway: moved === 1 }));
  }

  settleEdits(): void {
    this.#queries.run('UPDATE edit SET settled = 1 WHERE settled = 0');
  }

  // ── what is offline ──

  /** Pictures that lie in these sources and in no other, with the moments of such videos; ascending. */
  onlyIn(sources: readonly number[]): number[] {
    if (sources.length === 0) return [];
    return this.#queries.column<number>(
      `WITH away AS (SELECT value AS id FROM json_each(?)), only AS (
         SELECT DISTINCT media_id AS id FROM file WHERE source_id IN (SELECT id FROM away)
         EXCEPT SELECT media_id FROM file WHERE source_id NOT IN (SELECT id FROM away))
       SELECT id FROM only UNION SELECT media_id FROM moment WHERE video_id IN (SELECT id FROM only) ORDER BY 1`,
      JSON.stringify(sources),
    );
  }

  // ── what is missing ──

  /** Pictures whose last file is gone since before `before` (ISO 8601), the longest gone first. */
  missingSince(before: string, count: number): { id: number; hash: string }[] {
    // the newest stays, whatever it is: ids must not come again
    return this.#queries.all(
      `SELECT id, hash FROM media WHERE missing_since < ? AND id < (SELECT MAX(id) FROM media)
       ORDER BY missing_since, id LIMIT ?`,
      before,
      count,
    );
  }

  /** Nothing is forgotten of these, however long they have no file: they were not deleted. */
  keep(ids: readonly number[]): void {
    for (const id of ids) this.#queries.run('UPDATE media SET missing_since = NULL WHERE id = ?', id);
  }

  /** Forgets pictures that have no file, with all that was said of them. */
  forget(ids: readonly number[]): void {
    this.#queries.transaction(() => {
      // a moment has the files of its video
      const file = `SELECT 1 FROM file WHERE media_id = COALESCE((SELECT video_id FROM moment WHERE media_id = :id), :id)`;
      const list = JSON.stringify(ids.filter((id) => !this.#queries.get(file, { id })));
      this.#queries.run('DELETE FROM label WHERE media_id IN (SELECT value FROM json_each(?))', list);
      this.#queries.run('DELETE FROM media WHERE id IN (SELECT value FROM json_each(?))', list);
    });
  }
}
