import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { ServiceError } from '../../contract/errors.ts';
import { answerOfWorker } from '../threads/answer-of-worker.ts';
import type { LibraryPaths } from '../library-folder.ts';
import { isSoundDatabase, restoreBackup, writeBackup } from './backup-files.ts';
import { Catalog } from './catalog.ts';
import type { CheckResult } from './check-worker.ts';
import { CATALOG_MIGRATIONS } from './catalog-schema.ts';
import { lockLibrary, schemaVersion } from './database.ts';
import { workerUrl } from '../../compute/worker-url.ts';

const NEWEST = CATALOG_MIGRATIONS.at(-1)?.version ?? 0;

interface OpenedCatalog {
  readonly catalog: Catalog;
  /** Whether it is whole, which is found out meanwhile: until then nothing is written. Rejects with ServiceError CATALOG_BUSY. */
  readonly sound: Promise<boolean>;
}

/**
 * Opens the catalog, for a writer that holds the library or for a reader. For a writer it is found out aside whether it is damaged; before
 * a schema is brought up to date, the catalog is looked at first, and backed up. A reader that comes before the first writer of a
 * newer version brings the schema up to date, as that would, and changes nothing else.
 *
 * @throws ServiceError CATALOG_*, LIBRARY_LOCKED, LIBRARY_READ_ONLY, DISK_FULL
 */
export function openCatalog(paths: LibraryPaths, readonly: boolean): OpenedCatalog {
  if (!readonly) return openForWriting(paths);
  if (!Catalog.isCurrent(paths.catalog)) {
    const lock = lockLibrary(paths.lock, paths.folder);
    try {
      openForWriting(paths).catalog.close();
    } finally {
      lock.release();
    }
  }
  return { catalog: new Catalog(paths.catalog, true), sound: Promise.resolve(true) };
}

function openForWriting(paths: LibraryPaths): OpenedCatalog {
  const version = existsSync(paths.catalog) ? schemaVersion(paths.catalog) : 0;
  if (version === NEWEST) return { catalog: new Catalog(paths.catalog), sound: isSoundAside(paths.catalog) };
  if (version > 0 && version < NEWEST) {
    if (!isSoundDatabase(paths.catalog)) throw new ServiceError('CATALOG_DAMAGED', paths.catalog);
    writeBackup(paths.catalog, paths.backups, new Date());
  }
  return { catalog: new Catalog(paths.catalog), sound: Promise.resolve(true) };
}

/**
 * Whether a database is whole, by a worker: it takes as long as the database is large.
 *
 * @throws ServiceError CATALOG_BUSY; the signal's reason
 */
export async function isSoundAside(database: string, signal?: AbortSignal): Promise<boolean> {
  const result = await answerOfWorker<CheckResult>(workerUrl('./check-worker', import.meta.url), database, signal);
  if ('code' in result) throw new ServiceError(result.code, result.detail);
  return result.sound;
}

/**
 * Puts the newest sound backup in the place of a catalog that is damaged.
 *
 * @returns what to tell the user; null where the catalog is whole, and something else is damaged
 * @throws ServiceError CATALOG_DAMAGED where no backup is sound
 */
export function restoreWhereDamaged(paths: LibraryPaths): string | null {
  if (isSoundDatabase(paths.catalog)) return null;
  const restored = restoreBackup(paths.catalog, paths.backups, NEWEST, new Date());
  if (restored === null) throw new ServiceError('CATALOG_DAMAGED', paths.catalog);
  // pictures that were indexed since get other ids when they come again: an index that knows the old ones would mistake them
  rmSync(paths.vectors, { recursive: true, force: true });
  mkdirSync(paths.vectors);
  const from = restored.from.toISOString().slice(0, 16).replace('T', ' ');
  return (
    `The catalog of this library was damaged, so the backup of ${from} UTC was restored: groups, labels and versions made since may be ` +
    `missing, pictures indexed since come back with the next index run (the damaged one is kept as ${restored.aside}).`
  );
}
