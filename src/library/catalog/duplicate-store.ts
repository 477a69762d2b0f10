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
  /** When a person said that this one is to be kept rather than its copies; null where nobody did. */
  readonly chosenAt: string | null;
}

/** What can be said of pictures that look like one. `kept`: of its copies this one is to be kept. */
type StoredDecision = DuplicateDecision | 'kept';

/** A decision by content hashes: what means the same in another library. */
export interface HashedDecision {
  readonly decision: StoredDecision;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly pictures: string[];
}

/** A decision of another library, with the pictures of it that are in this one. */
type TakenDecision = Omit<HashedDecision, 'pictures'> & { readonly pictures: readonly number[] };

/** A decision as it is in this library, with media ids. */
interface HoldingDecision extends Omit<HashedDecision, 'pictures'> {
  readonly id: number;
  readonly pictures: readonly number[];
}

/** Decisions that hold, with what each is about. */
const HOLDING = `FROM duplicate_decision d JOIN decided_duplicate p ON p.decision_id = d.id WHERE d.undone = 0`;

/** What a person said of pictures that look like one, and what is known of them: by media ids, which stay with their content wherever its files go. */
export class DuplicateStore {
  readonly #queries: Queries;

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  /** Every picture that has a file and lacks nothing, and every video once, ascending by id. */
  compared(): ComparedPicture[] {
    return this.#queries.all<ComparedPicture>(
      `SELECT m.id, m.hash, m.bytes, m.width, m.height, m.taken_at AS takenAt, MIN(f.mtime_ms) AS mtimeMs, COUNT(*) AS files, m.seconds,
         c.at AS chosenAt
       FROM media m JOIN file f ON f.media_id = m.id
       LEFT JOIN (SELECT p.media_id, MAX(d.at) AS at ${HOLDING} AND d.decision = 'kept' GROUP BY p.media_id) c ON c.media_id = m.id
       WHERE m.stale = 0 GROUP BY m.id ORDER BY m.id`,
    );
  }

  /** Pictures that were chosen to be kept rather than their copies, by id: when, the last time. */
  chosen(): Map<number, string> {
    const rows = this.#queries.all<{ id: number; at: string }>(
      `SELECT p.media_id AS id, MAX(d.at) AS at ${HOLDING} AND d.decision = 'kept' GROUP BY p.media_id`,
    );
    return new Map(rows.map(({ id, at }) => [id, at]));
  }

  /** Files of all pictures. */
  get files(): number {
    return this.#queries.get<{ n: number }>('SELECT COUNT(*) AS n FROM file')?.n ?? 0;
  }

  /** Of each decision: its pictures, which are never in one set again. */
  decided(): number[][] {
    const rows = this.#queries.all<{ id: number; mediaId: number }>(
      `SELECT d.id, p.media_id AS mediaId ${HOLDING} AND d.decision <> 'kept' ORDER BY d.id, p.media_id`,
    );
    return [...Map.groupBy(rows, ({ id }) => id).values()].map((members) => members.map(({ mediaId }) => mediaId));
  }

  /** Decisions that hold, the newest `count` of them, with media ids. */
  holding(count: number): { readonly total: number; readonly decisions: readonly HoldingDecision[] } {
    const total = this.#queries.get<{ n: number }>(`SELECT COUNT(DISTINCT d.id) AS n ${HOLDING}`)?.n ?? 0;
    const rows = this.#queries.all<Omit<HoldingDecision, 'pictures'> & { readonly pictures: string }>(
      `SELECT d.id, d.decision, d.at, json_group_array(p.media_id) AS pictures ${HOLDING} GROUP BY d.id ORDER BY d.id DESC LIMIT ?`,
      count,
    );
    return { total, decisions: rows.map((row) => ({ ...row, pictures: JSON.parse(row.pictures) as number[] })) };
  }

  /** Keeps a decision about pictures, durable when it returns. @returns its id @throws ServiceError DISK_FULL, CATALOG_BUSY */
  put(decision: StoredDecision, pictures: readonly number[], at = new Date().toISOString()): number {
    return this.#queries.transaction(() => {
      const sql = 'INSERT INTO duplicate_decision (decision, at, undone) VALUES (?, ?, 0)';
      const id = Number(this.#queries.run(sql, decision, at).lastInsertRowid);
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

  /** Decisions that hold, in the order in which they were made. */
  hashed(): HashedDecision[] {
    const rows = this.#queries.all<{ id: number; decision: StoredDecision; at: string; hash: string }>(
      `SELECT d.id, d.decision, d.at, m.hash
       FROM duplicate_decision d JOIN decided_duplicate p ON p.decision_id = d.id JOIN media m ON m.id = p.media_id
       WHERE d.undone = 0 ORDER BY d.id, m.hash`,
    );
    return [...Map.groupBy(rows, ({ id }) => id).values()].flatMap((of) => {
      const [first] = of;
      if (!first || (first.decision !== 'kept' && of.length < 2)) return [];
      return [{ decision: first.decision, at: first.at, pictures: of.map(({ hash }) => hash) }];
    });
  }

  /** Takes decisions over from another library; what holds here already is left as it is. @returns how many did not */
  takeOver(taken: readonly TakenDecision[]): number {
    return this.#queries.immediate(() => {
      const fresh = taken.filter((one) => !this.#holds(one));
      for (const { decision, pictures, at } of fresh) this.put(decision, pictures, at);
      return fresh.length;
    });
  }

  /** Whether a decision of the same kind is about all of these pictures; of those to be kept, one that is as new. */
  #holds({ decision, pictures, at }: TakenDecision): boolean {
    if (pictures.length < (decision === 'kept' ? 1 : 2)) return true;
    const found = this.#queries.get<{ id: number }>(
      `SELECT d.id ${HOLDING} AND d.decision = :decision AND (d.decision <> 'kept' OR d.at >= :at)
         AND p.media_id IN (SELECT value FROM json_each(:pictures))
       GROUP BY d.id HAVING COUNT(*) = :count LIMIT 1`,
      { decision, at, pictures: JSON.stringify(pictures), count: pictures.length },
    );
    return found !== undefined;
  }

  /** How sharp pictures are, as far as it was worked out; null for one of which nothing can be said. */
  sharpness(pictures: readonly number[]): Map<number, number | null> {
    const rows = this.#queries.all<{ id: number; value: number | null }>(
      'SELECT media_id AS id, value FROM sharpness WHERE media_id IN (SELECT value FROM json_each(?))',
      JSON.stringify(pictures),
    );
    return new Map(rows.map(({ id, value }) => [id, value]));
  }

  /** Keeps how sharp pictures are, in one transaction. */
  putSharpness(measured: ReadonlyMap<number, number | null>): void {
    this.#queries.transaction(() => {
      for (const [id, value] of measured) {
        const sql = 'INSERT OR REPLACE INTO sharpness (media_id, value) SELECT id, ? FROM media WHERE id = ?';
        this.#queries.run(sql, value, id);
      }
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
