import type { Queries } from './queries.ts';

/** Where a picture lies and when it was taken; of a moment, what its video says. */
export interface Provenance {
  readonly id: number;
  readonly sourceId: number;
  /** Of its first file, in its source, with `/` between folders. */
  readonly path: string;
  readonly takenAt: string | null;
  /** When that file was written. */
  readonly mtimeMs: number;
}

/** Where pictures come from, of all of them: it takes seconds in a large library, so a thread asks. */
export class ProvenanceStore {
  readonly #queries: Queries;

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  /** Pictures and moments that have a file, ascending by id. */
  all(): Provenance[] {
    return this.#queries.all<Provenance>(
      `SELECT m.id, f.source_id AS sourceId, MIN(f.path) AS path, whole.taken_at AS takenAt, f.mtime_ms AS mtimeMs
       FROM media m LEFT JOIN moment o ON o.media_id = m.id JOIN media whole ON whole.id = COALESCE(o.video_id, m.id)
       JOIN file f ON f.media_id = whole.id
       GROUP BY m.id ORDER BY m.id`,
    );
  }
}
