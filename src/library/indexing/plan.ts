import type { FileFailureCode } from '../../contract/errors.ts';
import type { FailureRow, FileRow } from '../catalog/file-store.ts';
import type { SidecarRow } from '../catalog/metadata-store.ts';
import type { ScannedFile, ScannedSidecar } from './scan.ts';

/** What is to be done for one source, worked out from what lies on disk and what is known; nothing is read yet. */
export interface IndexPlan {
  /** Files as they were at the last run: not opened. */
  readonly unchanged: number;
  /** New or changed files, newest first: people look for their newest pictures first. */
  readonly read: ScannedFile[];
  /** Known failures of unchanged files: reported again, not opened. */
  readonly stillFailing: FailureRow[];
  /** Files that need no opening to be refused, by their name. */
  readonly refused: { readonly file: ScannedFile; readonly code: FileFailureCode; readonly message: string }[];
  /** Files that another picture is shown for: they are neither read nor refused. */
  readonly paired: number;
  /** Paths that are known and were not found. */
  readonly gone: string[];
}

/** What is to be done about the sidecars of a source. */
export interface SidecarPlan {
  /** New or changed. */
  readonly read: ScannedSidecar[];
  readonly gone: string[];
}

/** Plans which sidecars are read, and which are forgotten. @param isInScope as of {@link planIndexing} */
export function planSidecars(
  scanned: readonly ScannedSidecar[],
  known: readonly SidecarRow[],
  isInScope: (path: string) => boolean,
): SidecarPlan {
  const rows = new Map(known.map((row) => [row.path, row]));
  const seen = new Set(scanned.map(({ path }) => path));
  return {
    read: scanned.filter((sidecar) => !isSame(sidecar, rows.get(sidecar.path))),
    gone: known.map(({ path }) => path).filter((path) => !seen.has(path) && isInScope(path)),
  };
}

/** Failures that may be cured without the file changing: permissions, a drive that was slow to wake, a crash under load. */
const RETRIED: ReadonlySet<FileFailureCode> = new Set([
  'FILE_UNREADABLE',
  'FILE_VANISHED',
  'DECODER_CRASHED',
  'DECODER_TIMEOUT',
  'FORMAT_UNSUPPORTED',
  'NO_PREVIEW',
  'FILE_NOT_A_PICTURE',
]);

interface Known {
  readonly files: readonly FileRow[];
  readonly failures: readonly FailureRow[];
}

/**
 * Plans an index run over the scanned part of a source.
 *
 * @param isInScope whether a known path lies in the part that was scanned, so that its absence means something
 */
export function planIndexing(
  scanned: readonly ScannedFile[],
  known: Known,
  isInScope: (path: string) => boolean,
): IndexPlan {
  const files = new Map(known.files.map((row) => [row.path, row]));
  const failures = new Map(known.failures.map((row) => [row.path, row]));
  const seen = new Set<string>();
  const plan = {
    unchanged: 0,
    paired: 0,
    read: [] as ScannedFile[],
    stillFailing: [] as FailureRow[],
    refused: [] as IndexPlan['refused'],
  };
  for (const file of scanned) {
    // what was a picture of its own before the other came stays one, with what was said of it; and one must be seen of the two
    if (file.shownBy !== null && !files.has(file.path) && !failures.has(file.shownBy)) {
      plan.paired++;
      continue;
    }
    seen.add(file.path);
    const failure = failures.get(file.path);
    if (file.kind !== 'picture' && file.kind !== 'video') {
      const refused = refusal(file);
      if (failure?.code === refused.code && isSame(file, failure)) plan.stillFailing.push(failure);
      else plan.refused.push(refused);
    } else if (isSame(file, files.get(file.path))) plan.unchanged++;
    else if (failure && isSame(file, failure) && !RETRIED.has(failure.code)) plan.stillFailing.push(failure);
    else plan.read.push(file);
  }
  plan.read.sort((a, b) => b.mtimeMs - a.mtimeMs || (a.path < b.path ? -1 : 1));
  const gone = [...files.keys(), ...failures.keys()].filter((path) => !seen.has(path) && isInScope(path));
  return { ...plan, gone };
}

function isSame(file: ScannedSidecar, row: { readonly size: number; readonly mtimeMs: number } | undefined): boolean {
  return row !== undefined && row.size === file.size && row.mtimeMs === file.mtimeMs;
}

function refusal(file: ScannedFile): IndexPlan['refused'][number] {
  const extension = /\.[^.]*$/.exec(file.path)?.[0].slice(1).toUpperCase() ?? '';
  if (file.kind !== 'unsupported')
    return { file, code: 'FILE_NOT_A_PICTURE', message: 'This is no picture or video file.' };
  return {
    file,
    code: 'FORMAT_UNSUPPORTED',
    message: `${extension} files cannot be read. Export the picture as JPEG or PNG beside it.`,
  };
}
