/** A worker that writes one backup and ends: no search is to wait for it. Started by `backups.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { ServiceError } from '../../contract/errors.ts';
import { writeBackup } from './backup-files.ts';

/** What the worker is started with. */
export interface BackupTask {
  readonly catalog: string;
  readonly folder: string;
}

/** What comes back: what went wrong, or null. */
export type BackupResult = { readonly code: ServiceError['code']; readonly detail: string } | null;

function backUp(): BackupResult {
  const { catalog, folder } = workerData as BackupTask;
  try {
    writeBackup(catalog, folder, new Date());
    return null;
  } catch (error) {
    const { code, detail } = ServiceError.from(error);
    return { code, detail };
  }
}

parentPort?.postMessage(backUp());
