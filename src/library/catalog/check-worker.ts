/** A worker that looks whether a catalog is whole, and ends. Started by `open-catalog.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { ServiceError } from '../../contract/errors.ts';
import { isSoundDatabase } from './backup-files.ts';

/** What comes back. It is started with the catalog's path. */
export type CheckResult =
  { readonly sound: boolean } | { readonly code: ServiceError['code']; readonly detail: string };

function check(): CheckResult {
  try {
    return { sound: isSoundDatabase(workerData as string) };
  } catch (error) {
    const { code, detail } = ServiceError.from(error);
    return { code, detail };
  }
}

parentPort?.postMessage(check());
