import { setImmediate as letOthersRun } from 'node:timers/promises';
import { startWorker } from '../../compute/devices/worker-host.ts';
import { ServiceError } from '../../contract/errors.ts';
import { Catalog } from '../catalog/catalog.ts';
import type { FailureRow, FileRow } from '../catalog/file-store.ts';
import type { IgnoreRule } from '../../contract/ignore-schemas.ts';
import type { SourceRow } from '../catalog/source-store.ts';
import type { SidecarRow } from '../catalog/metadata-store.ts';
import { LeftOut, rulesOf } from './left-out.ts';
import { planIndexing, planSidecars, type IndexPlan, type SidecarPlan } from './plan.ts';
import { scanFolder, scanPaths, type Scan, type ScanOptions } from './scan.ts';
import { workerUrl } from '../../compute/worker-url.ts';

/** A source, or the part of one that was asked for. `start` is relative to the source; '' for all of it. */
export interface IndexTarget {
  readonly source: SourceRow;
  readonly start: string;
  /** Only these files and folders in it (relative to the source, with `/`), instead of all that lies at `start`. */
  readonly paths?: readonly string[];
}

/** What a run has to do for a target. */
export interface TargetPlan {
  /** Files that lie there, without those that another picture is shown for. */
  readonly found: number;
  readonly plan: IndexPlan;
  readonly sidecars: SidecarPlan;
  /** Known files that are gone, or are to be read. */
  readonly concerned: readonly FileRow[];
}

/** What the worker is started with. */
export interface ScanTask {
  /** The catalog's file. */
  readonly catalog: string;
  readonly source: SourceRow;
  readonly start: string;
  readonly except: readonly string[];
  /** What is left out of the library. */
  readonly rules: readonly IgnoreRule[];
}

/** What it says: how many files it has found so far, and at the end the plan, or what went wrong. */
export type ScanReport =
  | { readonly found: number }
  | { readonly planned: TargetPlan }
  | { readonly code: ServiceError['code']; readonly detail: string };

/** A source with more known files than this is looked through by a process of its own; with fewer, to start one takes longer. */
const MANY = 2_000;

/** Paths that the catalog is asked about between two looks at the event loop: some 5 ms. */
const SLICE = 100;

/**
 * Looks through a target and plans what is to be done. Nothing is read but names, sizes and times. A large source is looked through by a
 * process of its own, which takes along what is known of 200,000 files when it ends: after a thread of which glibc kept 15 MB.
 *
 * @param many a source with more known files is a large one
 * @throws ServiceError FOLDER_MISSING, FOLDER_NOT_A_FOLDER, FOLDER_UNREADABLE, CATALOG_*; the signal's reason
 */
export async function planTarget(
  catalogFile: string,
  catalog: Catalog,
  { source, start, paths }: IndexTarget,
  scanning: Omit<ScanOptions, 'leftOut'>,
  many = MANY,
): Promise<TargetPlan> {
  const rules = rulesOf(catalog.ignoring.all());
  const options = { ...scanning, leftOut: new LeftOut(rules, source.path) };
  if (paths === undefined) {
    if (catalog.sources.files(source.id) > many) {
      return planInProcess({ catalog: catalogFile, source, start, except: options.except, rules }, options);
    }
    const whole = await scanFolder(source.path, start, options);
    return planScanned(whole, knownUnder(catalog, source.id, ''), (path) => isUnder(path, start));
  }
  const scan = await scanPaths(source.path, paths, options);
  const known = await knownAt(catalog, source.id, [...paths, ...scan.besides]);
  // only what lies at the paths is known here
  return planScanned(scan, known, () => true);
}

/** As {@link planTarget} of a whole folder, in the process that calls it, and holding it up. */
export async function planFolder(
  { catalog: file, source, start, except, rules }: ScanTask,
  onFound: (found: number) => void,
): Promise<TargetPlan> {
  const signal = new AbortController().signal;
  const leftOut = new LeftOut(rules, source.path);
  const scan = await scanFolder(source.path, start, { signal, onFound, except, leftOut, holdingUp: true });
  const catalog = new Catalog(file, true);
  try {
    return planScanned(scan, knownUnder(catalog, source.id, ''), (path) => isUnder(path, start));
  } finally {
    catalog.close();
  }
}

interface Known {
  readonly files: readonly FileRow[];
  readonly failures: readonly FailureRow[];
  readonly sidecars: readonly SidecarRow[];
}

function knownUnder(catalog: Catalog, sourceId: number, path: string): Known {
  return { ...catalog.files.knownUnder(sourceId, path), sidecars: catalog.metadata.sidecarsUnder(sourceId, path) };
}

function planScanned(
  { files, sidecars, unreadable }: Scan,
  known: Known,
  isInScope: (path: string) => boolean,
): TargetPlan {
  const wasLookedAt = (path: string): boolean => isInScope(path) && !unreadable.some((at) => isUnder(path, at));
  const plan = planIndexing(files, known, wasLookedAt);
  const paths = new Set([...plan.gone, ...plan.read.map(({ path }) => path)]);
  return {
    found: files.length - plan.paired,
    plan,
    sidecars: planSidecars(sidecars, known.sidecars, wasLookedAt),
    concerned: known.files.filter(({ path }) => paths.has(path)),
  };
}

async function planInProcess(task: ScanTask, { signal, onFound }: ScanOptions): Promise<TargetPlan> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<TargetPlan>();
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort);
  const worker = startWorker(
    { url: workerUrl('./scan-worker', import.meta.url), data: task, isolation: 'process' },
    {
      message: (message) => {
        const report = message as ScanReport;
        if ('found' in report) onFound(report.found);
        else if ('planned' in report) resolve(report.planned);
        else reject(new ServiceError(report.code, report.detail));
      },
      ended: (reason) => reject(new ServiceError('INTERNAL', `the scan ended without a plan: ${reason}`)),
    },
  );
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', abort);
    worker.kill();
  }
}

async function knownAt(catalog: Catalog, sourceId: number, paths: readonly string[]): Promise<Known> {
  // a file and the folder that it is in may both be named
  const files = new Map<string, FileRow>();
  const failures = new Map<string, FailureRow>();
  const sidecars = new Map<string, SidecarRow>();
  for (const [i, path] of paths.entries()) {
    if (i % SLICE === SLICE - 1) await letOthersRun();
    const known = knownUnder(catalog, sourceId, path);
    for (const file of known.files) files.set(file.path, file);
    for (const failure of known.failures) failures.set(failure.path, failure);
    for (const sidecar of known.sidecars) sidecars.set(sidecar.path, sidecar);
  }
  return { files: [...files.values()], failures: [...failures.values()], sidecars: [...sidecars.values()] };
}

/** Whether a path (with `/`) is the folder or lies in it; everything lies in ''. */
function isUnder(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}
