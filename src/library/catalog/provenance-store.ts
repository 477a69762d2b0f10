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

/** Where pictures come from, of all of them: a part at a time, so that no search has to wait for it. */
export class ProvenanceStore {
  readonly #queries: Queries;

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  /** The next pictures and moments above an id that have a file, ascending by id; without any, there are no more. @param most 1,000 take about 3 ms */
  after(id: number, most: number): Provenance[] {
    return this.#queries.all<Provenance>(
      `SELECT m.id, f.source_id AS sourceId, MIN(f.path) AS path, whole.taken_at AS takenAt, f.mtime_ms AS mtimeMs
       FROM media m LEFT JOIN moment o ON o.media_id = m.id JOIN media whole ON whole.id = COALESCE(o.video_id, m.id)
       JOIN file f ON f.media_id = whole.id
       WHERE m.id > ? GROUP BY m.id ORDER BY m.id LIMIT ?`,
      id,
      most,
    );
  }
}
