/** A worker that looks through a source, compares it with the catalog, and ends. Started by `plan-target.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { ServiceError } from '../../contract/errors.ts';
import { planFolder, type ScanReport, type ScanTask } from './plan-target.ts';

/** Progress is told this often. */
const TELL_MS = 100;

let told = performance.now();
const say = (report: ScanReport): void => parentPort?.postMessage(report);

try {
  const planned = await planFolder(workerData as ScanTask, (found) => {
    if (performance.now() - told < TELL_MS) return;
    told = performance.now();
    say({ found });
  });
  say({ planned });
} catch (error) {
  const { code, detail } = ServiceError.from(error);
  say({ code, detail });
}
