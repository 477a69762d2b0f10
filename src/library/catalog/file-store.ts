import type { FileFailureCode } from '../../contract/errors.ts';
import type { Queries } from './queries.ts';

/** A file as the last scan saw it: `path` is relative to its source, with `/` between folders. */
export interface FileRow {
  readonly sourceId: number;
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly mediaId: number;
}

/** A file that could not be read, as the last scan saw it. */
export interface FailureRow {
  readonly sourceId: number;
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly code: FileFailureCode;
  readonly message: string;
  /** When it first failed with this code. */
  readonly since: string;
}

const FILE_COLUMNS = 'source_id AS sourceId, path, size, mtime_ms AS mtimeMs, media_id AS mediaId';

const FAILURE_COLUMNS = 'source_id AS sourceId, path, size, mtime_ms AS mtimeMs, code, message, since';

/** The files of the sources: what picture each holds, or why it could not be read. A path is one or the other. */
export class FileStore {
  readonly #queries: Queries;

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  /** The files of one picture, or of the video that a moment is of, in a stable order. */
  ofMedia(mediaId: number): (FileRow & { readonly sourcePath: string })[] {
    return this.#queries.all(
      `SELECT f.source_id AS sourceId, f.path, f.size, f.mtime_ms AS mtimeMs, f.media_id AS mediaId, s.path AS sourcePath
       FROM file f JOIN source s ON s.id = f.source_id
       WHERE f.media_id = COALESCE((SELECT video_id FROM moment WHERE media_id = :mediaId), :mediaId)
       ORDER BY s.path, f.path`,
      { mediaId },
    );
  }

  ofSource(sourceId: number): FileRow[] {
    return this.#queries.all<FileRow>(`SELECT ${FILE_COLUMNS} FROM file WHERE source_id = ?`, sourceId);
  }

  at(sourceId: number, path: string): FileRow | undefined {
    return this.#queries.get<FileRow>(
      `SELECT ${FILE_COLUMNS} FROM file WHERE source_id = ? AND path = ?`,
      sourceId,
      path,
    );
  }

  failuresOfSource(sourceId: number): FailureRow[] {
    return this.#queries.all<FailureRow>(
      `SELECT ${FAILURE_COLUMNS} FROM failure WHERE source_id = ? ORDER BY path`,
      sourceId,
    );
  }

  /** Files and failures at a path of a source, and of all that lies in it where it is a folder; '' for all of the source. */
  knownUnder(sourceId: number, path: string): { readonly files: FileRow[]; readonly failures: FailureRow[] } {
    if (path === '') return { files: this.ofSource(sourceId), failures: this.failuresOfSource(sourceId) };
    // '0' is the character after '/': the range is what begins with the path and a slash
    const range = [sourceId, path, `${path}/`, `${path}0`] as const;
    const where = 'WHERE source_id = ? AND (path = ? OR (path >= ? AND path < ?))';
    return {
      files: this.#queries.all<FileRow>(`SELECT ${FILE_COLUMNS} FROM file ${where}`, ...range),
      failures: this.#queries.all<FailureRow>(`SELECT ${FAILURE_COLUMNS} FROM failure ${where}`, ...range),
    };
  }

  failureCount(): number {
    return this.#queries.get<{ n: number }>('SELECT COUNT(*) AS n FROM failure')?.n ?? 0;
  }

  /** Stores that a file holds a picture; it has not failed then. */
  put(file: FileRow): void {
    this.#queries.run(
      `INSERT INTO file (source_id, path, size, mtime_ms, media_id) VALUES (:sourceId, :path, :size, :mtimeMs, :mediaId)
         ON CONFLICT (source_id, path) DO UPDATE SET size = :size, mtime_ms = :mtimeMs, media_id = :mediaId`,
      file,
    );
    this.#queries.run('DELETE FROM failure WHERE source_id = ? AND path = ?', file.sourceId, file.path);
  }

  /** Stores that a file failed; it holds no picture then. */
  putFailure(failure: FailureRow): void {
    // `since` is when this failure was first seen: it is kept while the code stays the same
    this.#queries.run(
      `INSERT INTO failure (source_id, path, size, mtime_ms, code, message, since)
         VALUES (:sourceId, :path, :size, :mtimeMs, :code, :message, :since)
         ON CONFLICT (source_id, path) DO UPDATE SET size = :size, mtime_ms = :mtimeMs, message = :message,
           since = CASE WHEN code = :code THEN since ELSE :since END, code = :code`,
      failure,
    );
    this.#queries.run('DELETE FROM file WHERE source_id = ? AND path = ?', failure.sourceId, failure.path);
  }

  /** Forgets what is known of a path. */
  remove(sourceId: number, path: string): void {
    this.#queries.run('DELETE FROM file WHERE source_id = ? AND path = ?', sourceId, path);
    this.#queries.run('DELETE FROM failure WHERE source_id = ? AND path = ?', sourceId, path);
  }

  /** Makes the next run try files again that failed; until then they stay in the list of failures. */
  tryAgain(sourceId: number, paths: readonly string[]): void {
    this.#queries.transaction(() => {
      for (const path of paths)
        this.#queries.run('UPDATE failure SET mtime_ms = -1 WHERE source_id = ? AND path = ?', sourceId, path);
    });
  }

  /** How many files are of a picture that the catalog does not have: only damage makes these. */
  danglingCount(): number {
    return (
      this.#queries.get<{ n: number }>('SELECT COUNT(*) AS n FROM file WHERE media_id NOT IN (SELECT id FROM media)')
        ?.n ?? 0
    );
  }

  /** Forgets what {@link danglingCount} counts. */
  dropDangling(): void {
    this.#queries.run('DELETE FROM file WHERE media_id NOT IN (SELECT id FROM media)');
  }
}
