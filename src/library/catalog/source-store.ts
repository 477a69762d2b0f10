import { IgnoreStore } from './ignore-store.ts';
import type { Queries } from './queries.ts';

export interface SourceRow {
  readonly id: number;
  readonly path: string;
}

/** Where a file lies in a source, and how it looked. */
export interface SampledFile {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** What is done in the transaction of a change of sources. */
interface SourceFollowers {
  /** A source has become a part of another. */
  absorbed(childId: number, parentId: number, prefix: string): void;
  /** A source is gone, with its files and sidecars. */
  removed(): void;
}

/** Files of a sample, in each of its three places. */
const SAMPLE_PART = 12;

/** The sources in the catalog, and where their folders are. */
export class SourceStore {
  readonly #queries: Queries;
  readonly #followers: SourceFollowers;

  constructor(queries: Queries, followers: SourceFollowers) {
    this.#queries = queries;
    this.#followers = followers;
  }

  all(): SourceRow[] {
    return this.#queries.all<SourceRow>('SELECT id, path FROM source ORDER BY path');
  }

  /** How many pictures have a file in it. */
  pictures(id: number): number {
    return (
      this.#queries.get<{ n: number }>('SELECT COUNT(DISTINCT media_id) AS n FROM file WHERE source_id = ?', id)?.n ?? 0
    );
  }

  /** How many files are known in it. */
  files(id: number): number {
    return this.#queries.get<{ n: number }>('SELECT COUNT(*) AS n FROM file WHERE source_id = ?', id)?.n ?? 0;
  }

  /**
   * Adds a folder, and makes sources that lie in it a part of it: their rows move, nothing is read again.
   *
   * @param inner the sources in it, and where they lie in it (with `/`)
   */
  add(path: string, inner: readonly { readonly id: number; readonly prefix: string }[]): SourceRow {
    return this.#queries.transaction(() => {
      const insert = 'INSERT INTO source (path, added_at) VALUES (?, ?)';
      const id = Number(this.#queries.run(insert, path, new Date().toISOString()).lastInsertRowid);
      for (const child of inner) this.#absorb(child.id, id, child.prefix);
      return { id, path };
    });
  }

  #absorb(childId: number, parentId: number, prefix: string): void {
    for (const table of ['file', 'failure']) {
      this.#queries.run(
        `UPDATE OR REPLACE ${table} SET source_id = ?, path = ? || '/' || path WHERE source_id = ?`,
        parentId,
        prefix,
        childId,
      );
    }
    this.#followers.absorbed(childId, parentId, prefix);
    this.#queries.run('DELETE FROM source WHERE id = ?', childId);
  }

  /** Forgets a source with its files and failures. Media rows stay: adding it again decodes nothing. */
  remove(id: number): void {
    this.#queries.transaction(() => {
      const of = 'SELECT DISTINCT media_id AS id FROM file WHERE source_id = ?';
      const pictures = this.#queries.all<{ id: number }>(of, id);
      this.#queries.run('DELETE FROM source WHERE id = ?', id);
      // they were not deleted: nothing is forgotten of them, however long they are away
      for (const picture of pictures)
        this.#queries.run('UPDATE media SET missing_since = NULL WHERE id = ?', picture.id);
      this.#followers.removed();
    });
  }

  /** What told the folder of a source from others when it was last looked through; null where it never was. */
  rootOf(sourceId: number): string | null {
    return this.#queries.get<{ root: string | null }>('SELECT root FROM source WHERE id = ?', sourceId)?.root ?? null;
  }

  setRoot(sourceId: number, root: string): void {
    this.#queries.run('UPDATE source SET root = ? WHERE id = ? AND root IS NOT ?', root, sourceId, root);
  }

  /** The folder of a source is at another place now. */
  relocate(sourceId: number, path: string): void {
    this.#queries.transaction(() => {
      const before = this.#queries.get<{ path: string }>('SELECT path FROM source WHERE id = ?', sourceId)?.path;
      this.#queries.run('UPDATE source SET path = ?, root = NULL WHERE id = ?', path, sourceId);
      if (before !== undefined) new IgnoreStore(this.#queries).relocate(before, path);
    });
  }

  /** Some files of a source: the first, the last and those in the middle by path. */
  sample(sourceId: number): SampledFile[] {
    const count = this.files(sourceId);
    const rows = [0, Math.floor(count / 2), count - SAMPLE_PART].flatMap((offset) =>
      this.#queries.all<SampledFile>(
        `SELECT path, size, mtime_ms AS mtimeMs FROM file WHERE source_id = ? ORDER BY path LIMIT ? OFFSET ?`,
        sourceId,
        SAMPLE_PART,
        Math.max(0, offset),
      ),
    );
    return [...new Map(rows.map((row) => [row.path, row])).values()];
  }
}
