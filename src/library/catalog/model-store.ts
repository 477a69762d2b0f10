import type { ModelKind } from '../../contract/teach-schemas.ts';
import { translateSqliteErrors, type SqliteDatabase } from './database.ts';

/** A version that was taught, as the catalog keeps it. */
export interface TaughtModelRow {
  readonly id: string;
  /** Id of the encoder's features that it was taught on. */
  readonly encoder: string;
  /** Id of the projection whose vectors its head takes. */
  readonly base: string;
  readonly kind: Exclude<ModelKind, 'base'>;
  readonly createdAt: string;
  /** When a person removed it; it can be restored until it is purged. */
  readonly removedAt: string | null;
  /** JSON: see `src/library/teach/model-description.ts`. */
  readonly description: string;
  /** See `src/library/teach/packed-head.ts`. */
  readonly head: Uint8Array;
}

/** What is listed of a version: its description and head take megabytes. */
type ListedModelRow = Omit<TaughtModelRow, 'description' | 'head'>;

const LISTED = 'id, encoder, base, kind, created_at AS createdAt, removed_at AS removedAt' as const;

/** Versions in the catalog, and which of them answers. */
export class ModelStore {
  readonly #db: SqliteDatabase;
  readonly #file: string;

  constructor(db: SqliteDatabase, file: string) {
    this.#db = db;
    this.#file = file;
  }

  /** Stores a version; it answers when {@link setActive} says so. */
  put(row: TaughtModelRow): void {
    this.#run(() =>
      this.#db
        .prepare(
          `INSERT INTO taught_model (id, encoder, base, kind, created_at, removed_at, description, head)
           VALUES (:id, :encoder, :base, :kind, :createdAt, :removedAt, :description, :head)`,
        )
        .run({ ...row, head: Buffer.from(row.head) }),
    );
  }

  /** All that are not removed, newest first. */
  all(): ListedModelRow[] {
    return this.#run(() =>
      this.#db
        .prepare<[], ListedModelRow>(
          `SELECT ${LISTED} FROM taught_model WHERE removed_at IS NULL ORDER BY created_at DESC, id DESC`,
        )
        .all(),
    );
  }

  /** One version, removed or not. */
  get(id: string): TaughtModelRow | null {
    return this.#run(
      () =>
        this.#db
          .prepare<[string], TaughtModelRow>(`SELECT ${LISTED}, description, head FROM taught_model WHERE id = ?`)
          .get(id) ?? null,
    );
  }

  /** Removes a version, or with null brings it back. */
  setRemoved(id: string, at: string | null): void {
    this.#run(() => this.#db.prepare('UPDATE taught_model SET removed_at = ? WHERE id = ?').run(at, id));
  }

  /** Deletes for good what was removed before a time (ISO 8601). */
  purgeRemovedBefore(time: string): void {
    this.#run(() => this.#db.prepare('DELETE FROM taught_model WHERE removed_at < ?').run(time));
  }

  /** Features that there are versions of, those that can be restored among them. */
  encoders(): Set<string> {
    const rows = this.#run(() =>
      this.#db.prepare<[], Pick<TaughtModelRow, 'encoder'>>('SELECT DISTINCT encoder FROM taught_model').all(),
    );
    return new Set(rows.map(({ encoder }) => encoder));
  }

  /** The version that answers with an encoder's features; null for its own projection. */
  active(encoder: string): string | null {
    return this.#run(
      () =>
        this.#db.prepare<[string], { value: string }>('SELECT value FROM setting WHERE key = ?').get(activeKey(encoder))
          ?.value ?? null,
    );
  }

  /** Lets a version answer from now on, in one step; null for the encoder's own projection. */
  setActive(encoder: string, id: string | null): void {
    this.#run(() =>
      id === null
        ? this.#db.prepare('DELETE FROM setting WHERE key = ?').run(activeKey(encoder))
        : this.#db.prepare('INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)').run(activeKey(encoder), id),
    );
  }

  #run<Result>(work: () => Result): Result {
    return translateSqliteErrors(this.#file, work);
  }
}

function activeKey(encoder: string): string {
  return `model.${encoder}`;
}
