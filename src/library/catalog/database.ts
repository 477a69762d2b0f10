import Database from 'better-sqlite3';
import { ServiceError } from '../../contract/errors.ts';

export type SqliteDatabase = Database.Database;

/**
 * Pages of a database that SQLite keeps, kB: the operating system keeps the file's pages anyway. With the 16 MB that better-sqlite3 is built
 * with, the service took 40 MB more over its first 10,000 pictures; with 4 MB it has 4 MB more than with these at 200,000, and indexes no faster.
 */
const CACHE_KB = 2000;

/** One numbered step of a schema. Steps are never edited once released: a change is a new step. */
export interface Migration {
  readonly version: number;
  readonly sql: string;
}

/**
 * Opens (or makes) a database in WAL mode and brings it to the newest schema, each step in its own transaction.
 *
 * `synchronous = FULL` because a catalog row must be durable when it is acknowledged: with batched writes this costs about
 * two fsyncs a second while indexing.
 *
 * @throws ServiceError CATALOG_NEWER, CATALOG_DAMAGED, CATALOG_BUSY, LIBRARY_READ_ONLY, DISK_FULL
 */
export function openDatabase(file: string, migrations: readonly Migration[], readonly: boolean): SqliteDatabase {
  return translateSqliteErrors(file, () => {
    const db = new Database(file, { readonly, fileMustExist: readonly, timeout: 5000 });
    try {
      // before anything is written: the mode of the journal is a page of the file
      refuseNewer(db, file, migrations);
      // before the first page is written: features of an encoder that is no longer wanted give their space back
      if (!readonly) db.pragma('auto_vacuum = INCREMENTAL');
      if (!readonly) db.pragma('journal_mode = WAL');
      db.pragma('foreign_keys = ON');
      db.pragma('synchronous = FULL');
      db.pragma(`cache_size = -${CACHE_KB}`);
      migrate(db, file, migrations, readonly);
      return keepStatements(db);
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** Texts of statements that are kept: the stores have some eighty, and those that are made for a call are few. */
const MOST_STATEMENTS = 256;

/**
 * Statements are kept by their text: to prepare one takes longer than to read a row by it, and a search reads some hundred rows. None is
 * iterated (rows come all at once), so that the same one is never in use twice.
 */
function keepStatements(db: SqliteDatabase): SqliteDatabase {
  const kept = new Map<string, Database.Statement>();
  const prepare = db.prepare.bind(db) as (sql: string) => Database.Statement;
  const fromKept = (sql: string): Database.Statement => {
    const known = kept.get(sql);
    if (known) return known;
    const statement = prepare(sql);
    if (kept.size >= MOST_STATEMENTS) kept.clear();
    kept.set(sql, statement);
    return statement;
  };
  db.prepare = fromKept as SqliteDatabase['prepare'];
  return db;
}

/** The version of a database's schema; 0 for one that has none yet. @throws ServiceError CATALOG_* */
export function schemaVersion(file: string): number {
  return translateSqliteErrors(file, () => {
    const db = new Database(file, { readonly: true, timeout: 5000 });
    try {
      return Number(db.pragma('user_version', { simple: true }));
    } finally {
      db.close();
    }
  });
}

function refuseNewer(db: SqliteDatabase, file: string, migrations: readonly Migration[]): void {
  const newest = migrations.at(-1)?.version ?? 0;
  const present = Number(db.pragma('user_version', { simple: true }));
  if (present > newest) throw new ServiceError('CATALOG_NEWER', `${file}: version ${present}, known up to ${newest}`);
}

function migrate(db: SqliteDatabase, file: string, migrations: readonly Migration[], readonly: boolean): void {
  const newest = migrations.at(-1)?.version ?? 0;
  const present = Number(db.pragma('user_version', { simple: true }));
  if (readonly && present < newest) throw new ServiceError('CATALOG_BUSY', `${file}: waiting for its first writer`);
  for (const { version, sql } of migrations) {
    if (version <= present) continue;
    db.transaction(() => {
      db.exec(sql);
      db.pragma(`user_version = ${version}`);
    })();
  }
}

/** Runs `work` and turns SQLite's result codes into the service's errors; anything else passes through. */
export function translateSqliteErrors<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw sqliteServiceError(file, error) ?? error;
  }
}

/** The service error of one SQLite result code (https://sqlite.org/rescode.html), or null where it is none of ours. */
function sqliteServiceError(file: string, error: unknown): ServiceError | null {
  if (!(error instanceof Database.SqliteError)) return null;
  const is = (prefix: string): boolean => error.code.startsWith(prefix);
  if (is('SQLITE_FULL') || is('SQLITE_IOERR_WRITE')) return new ServiceError('DISK_FULL', file, { cause: error });
  if (is('SQLITE_CORRUPT') || is('SQLITE_NOTADB')) return new ServiceError('CATALOG_DAMAGED', file, { cause: error });
  if (is('SQLITE_BUSY') || is('SQLITE_LOCKED')) return new ServiceError('CATALOG_BUSY', file, { cause: error });
  if (is('SQLITE_READONLY') || is('SQLITE_CANTOPEN'))
    return new ServiceError('LIBRARY_READ_ONLY', file, { cause: error });
  return null;
}

/** A lock that the operating system lets go when its process ends, however it ends. */
export interface LibraryLock {
  release(): void;
}

/**
 * Takes the library for this process: an open exclusive transaction on a database of its own, which no crash can leave
 * behind (a file with a process id in it can).
 *
 * @throws ServiceError LIBRARY_LOCKED where another process holds it
 */
export function lockLibrary(lockFile: string, folder: string): LibraryLock {
  return translateSqliteErrors(lockFile, () => {
    const db = new Database(lockFile, { timeout: 0 });
    try {
      db.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      db.close();
      if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
        throw new ServiceError('LIBRARY_LOCKED', folder, { cause: error });
      }
      throw error;
    }
    return { release: () => db.close() };
  });
}
