import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { ServiceError } from '../../contract/errors.ts';
import type { LibraryPaths } from '../library-folder.ts';
import { isSoundDatabase, restoreBackup, writeBackup } from './backup-files.ts';
import { Catalog } from './catalog.ts';
import { CATALOG_MIGRATIONS } from './catalog-schema.ts';
import { lockLibrary, schemaVersion } from './database.ts';

const NEWEST = CATALOG_MIGRATIONS.at(-1)?.version ?? 0;

interface OpenedCatalog {
  readonly catalog: Catalog;
  /** What the user has to be told about the opening. */
  readonly notices: readonly string[];
}

/**
 * Opens the catalog, for a writer that holds the library or for a reader. A writer finds out whether it is damaged and restores the newest
 * sound backup then; before a schema is brought up to date, the catalog is backed up. A reader that comes before the first writer of a
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
  return { catalog: new Catalog(paths.catalog, true), notices: [] };
}

function openForWriting(paths: LibraryPaths): OpenedCatalog {
  const notices: string[] = [];
  if (existsSync(paths.catalog)) {
    const notice = restoreWhereDamaged(paths);
    if (notice !== null) notices.push(notice);
    const version = schemaVersion(paths.catalog);
    if (version > 0 && version < NEWEST) writeBackup(paths.catalog, paths.backups, new Date());
  }
  return { catalog: new Catalog(paths.catalog), notices };
}

/** @returns what to tell the user, null where nothing is damaged. @throws ServiceError CATALOG_DAMAGED where no backup is sound */
function restoreWhereDamaged(paths: LibraryPaths): string | null {
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
