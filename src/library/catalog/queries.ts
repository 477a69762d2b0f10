import type { RunResult } from 'better-sqlite3';
import { translateSqliteErrors, type SqliteDatabase } from './database.ts';

/** Reads and writes of one database file by their SQL, as all stores of the catalog do them. @throws ServiceError CATALOG_*, DISK_FULL */
export class Queries {
  readonly #db: SqliteDatabase;
  readonly #file: string;

  /** @param file named where something goes wrong */
  constructor(db: SqliteDatabase, file: string) {
    this.#db = db;
    this.#file = file;
  }

  all<Row>(sql: string, ...values: unknown[]): Row[] {
    return translateSqliteErrors(this.#file, () => this.#db.prepare<unknown[], Row>(sql).all(...values));
  }

  /** The first column alone, so that no object is made for each row. The statement is asked in no other way. */
  column<Value>(sql: string, ...values: unknown[]): Value[] {
    return translateSqliteErrors(this.#file, () =>
      this.#db
        .prepare<unknown[], Value>(sql)
        .pluck()
        .all(...values),
    );
  }

  get<Row>(sql: string, ...values: unknown[]): Row | undefined {
    return translateSqliteErrors(this.#file, () => this.#db.prepare<unknown[], Row>(sql).get(...values));
  }

  run(sql: string, ...values: unknown[]): RunResult {
    return translateSqliteErrors(this.#file, () => this.#db.prepare(sql).run(...values));
  }

  /** All of `work` or none. */
  transaction<Result>(work: () => Result): Result {
    return translateSqliteErrors(this.#file, () => this.#db.transaction(work)());
  }

  /** As {@link transaction}, for work that reads first: it writes alone from its beginning. */
  immediate<Result>(work: () => Result): Result {
    return translateSqliteErrors(this.#file, () => this.#db.transaction(work).immediate());
  }

  /** SQLite keeps the last id of an AUTOINCREMENT table, whatever was deleted since (https://sqlite.org/autoinc.html). */
  lastId(table: string): number {
    return this.get<{ seq: number }>('SELECT seq FROM sqlite_sequence WHERE name = ?', table)?.seq ?? 0;
  }
}
