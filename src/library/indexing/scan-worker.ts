/** A process that looks through a source and compares it with the catalog. Started, and ended, by `plan-target.ts`. */
import { workerPort } from '../../compute/devices/worker-port.ts';
import { ServiceError } from '../../contract/errors.ts';
import { planFolder, type ScanReport, type ScanTask } from './plan-target.ts';

/** Progress is told this often. */
const TELL_MS = 100;

const port = await workerPort();
let told = performance.now();
const say = (report: ScanReport): void => port.post(report);

try {
  const planned = await planFolder(port.data as ScanTask, (found) => {
    if (performance.now() - told < TELL_MS) return;
    told = performance.now();
    say({ found });
  });
  say({ planned });
} catch (error) {
  const { code, detail } = ServiceError.from(error);
  say({ code, detail });
}
