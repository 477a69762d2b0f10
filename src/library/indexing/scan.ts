import { lstatSync, type Stats } from 'node:fs';
import { lstat, opendir, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, posix, relative, sep } from 'node:path';
import { ServiceError } from '../../contract/errors.ts';
import { nameKind, type NameKind } from '../media/formats.ts';
import { FolderNames, LARGEST_LIVE_BYTES } from '../media/pairs.ts';
import { IgnoreRules } from './ignore-rules.ts';
import type { LeftOut } from './left-out.ts';

/** A file as it lies on disk now. `path` is relative to the source, with `/` between folders. */
export interface ScannedFile {
  readonly path: string;
  readonly kind: Exclude<NameKind, 'companion' | 'sidecar'>;
  readonly size: number;
  readonly mtimeMs: number;
  /** The path of the picture of the same name that is shown for it: it is a camera raw file, or the film of a Live Photo. */
  readonly shownBy: string | null;
}

/** A sidecar as it lies on disk now. `path` as of a {@link ScannedFile}. */
export interface ScannedSidecar {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** Folders that are no one's photos: systems' trash, catalogs of other programs, thumbnails of network drives. */
const SKIPPED_FOLDERS = new Set(['@eaDir', '$RECYCLE.BIN', 'System Volume Information', 'lost+found', 'node_modules']);

/** Files whose stat is asked for at once. */
const STATS_AT_ONCE = 64;

/**
 * The real path of a folder that can be read.
 *
 * @throws ServiceError FOLDER_MISSING, FOLDER_NOT_A_FOLDER, FOLDER_UNREADABLE
 */
export async function readableFolder(folder: string): Promise<string> {
  try {
    const real = await realpath(folder);
    if (!(await stat(real)).isDirectory()) throw new ServiceError('FOLDER_NOT_A_FOLDER', folder);
    const directory = await opendir(real);
    await directory.close();
    return real;
  } catch (cause) {
    if (cause instanceof ServiceError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    const missing = code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP';
    throw new ServiceError(missing ? 'FOLDER_MISSING' : 'FOLDER_UNREADABLE', folder, { cause });
  }
}

export interface ScanOptions {
  readonly signal: AbortSignal;
  /** Called with the number of files seen so far. */
  readonly onFound: (found: number) => void;
  /** Folders, absolute, that are left out: the library itself may lie inside a source. */
  readonly except: readonly string[];
  /** The thread has nothing else to do, and may be held up. */
  readonly holdingUp?: boolean;
  /** What the library's rules leave out of this source; nothing where not given. */
  readonly leftOut?: LeftOut;
  /** Told of what is passed over, and why; what lies in a folder is not told of. For a survey of it. */
  readonly onPassedOver?: (why: PassedOver, path: string, isFolder: boolean) => void;
  /** Asked with the number of files so far whether there are enough of them: then the walk ends. */
  readonly isEnough?: (found: number) => boolean;
}

/** Why something is passed over without a rule of the library: it is hidden, of a system or of the library, or an ignore file names it. */
export type PassedOver = 'hidden' | 'system' | 'ignore-file';

export interface Scan {
  readonly files: ScannedFile[];
  readonly sidecars: ScannedSidecar[];
  /** Folders inside that could not be read: what is known of them is kept. Relative to the source. */
  readonly unreadable: string[];
  /** Paths that were looked at although they were not asked for: what goes with those that were. */
  readonly besides: string[];
}

/**
 * Walks `folder` and stats every file in it. Symbolic links are not followed: they lead out of the source, or round in
 * circles. Hidden files and folders are passed over, what an ignore file names, and what the library's rules leave out.
 *
 * @param start sub-folder to walk, relative to `folder`; '' for all of it
 * @throws ServiceError as {@link readableFolder}; the signal's reason where it was aborted
 */
export async function scanFolder(folder: string, start: string, options: ScanOptions): Promise<Scan> {
  const files: ScannedFile[] = [];
  const sidecars: ScannedSidecar[] = [];
  const unreadable: string[] = [];
  const rules = new IgnoreRules(folder);
  const looks = new FileLooks(options);
  const folders = [await readableFolder(join(folder, start))];
  await rules.readAbove(start);
  for (let current = folders.pop(); current !== undefined; current = folders.pop()) {
    options.signal.throwIfAborted();
    if (options.isEnough?.(files.length) === true) break;
    const listed = await list(folder, current, rules, options);
    if (listed === null) {
      unreadable.push(portable(relative(folder, current)));
      continue;
    }
    const { names } = listed;
    folders.push(...listed.folders);
    const seen = await looks.all(folder, current, names);
    for (const file of seen.files) files.push(file);
    for (const sidecar of seen.sidecars) sidecars.push(sidecar);
    options.onFound(files.length);
  }
  return { files, sidecars, unreadable, besides: [] };
}

/**
 * The files and folders in a folder that count. Null where it cannot be listed (no permission, or gone since it was listed) or what it
 * ignores cannot be read: what is known of it is kept.
 */
async function list(
  root: string,
  folder: string,
  rules: IgnoreRules,
  { except, leftOut, onPassedOver }: ScanOptions,
): Promise<{ readonly names: string[]; readonly folders: string[] } | null> {
  try {
    const inside = portable(relative(root, folder));
    const names: string[] = [];
    const folders: string[] = [];
    await rules.read(inside);
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = inside === '' ? entry.name : `${inside}/${entry.name}`;
      const isFolder = entry.isDirectory();
      if (!isFolder && !entry.isFile()) continue;
      const why = passedOver(folder, entry.name, isFolder, except) ?? (rules.ignores(path, isFolder) && 'ignore-file');
      if (why) onPassedOver?.(why, path, isFolder);
      else if (leftOut?.leavesOut(path, isFolder) === true) continue;
      else if (isFolder) folders.push(join(folder, entry.name));
      else if (nameKind(entry.name) !== 'companion') names.push(entry.name);
    }
    return { names, folders };
  } catch {
    return null;
  }
}

/** Whether a file or folder, by its absolute path, is none of the person's photos: hidden, a system's, or one of `except`. */
export function isPassedOver(path: string, except: readonly string[]): boolean {
  return passedOver(dirname(path), basename(path), true, except) !== null;
}

function passedOver(
  folder: string,
  name: string,
  isFolder: boolean,
  except: readonly string[],
): 'hidden' | 'system' | null {
  if (name.startsWith('.')) return 'hidden';
  return isFolder && (SKIPPED_FOLDERS.has(name) || except.includes(join(folder, name))) ? 'system' : null;
}

/**
 * As {@link scanFolder}, of single paths in it: files as they are, folders with all that is in them. What is not there is not among
 * the files found.
 *
 * @param paths relative to `folder`, with `/`
 */
export async function scanPaths(folder: string, paths: readonly string[], options: ScanOptions): Promise<Scan> {
  await readableFolder(folder);
  const rules = new IgnoreRules(folder);
  const files = new Map<string, ScannedFile>();
  const sidecars = new Map<string, ScannedSidecar>();
  const folders: string[] = [];
  const namesOf = namesOfFolders(folder);
  const besides = await companionsOf(paths, namesOf);
  const asked = [...paths, ...besides];
  for (let i = 0; i < asked.length; i += STATS_AT_ONCE) {
    options.signal.throwIfAborted();
    const slice = asked.slice(i, i + STATS_AT_ONCE);
    for (const found of await Promise.all(slice.map((path) => scanPath(folder, path, rules, namesOf, options)))) {
      if (typeof found === 'string') folders.push(found);
      else if (found && 'kind' in found) files.set(found.path, found);
      else if (found) sidecars.set(found.path, found);
    }
    options.onFound(files.size);
  }
  const unreadable: string[] = [];
  for (const start of folders) {
    const onFound = (found: number): void => options.onFound(files.size + found);
    const scan = await scanFolder(folder, start, { ...options, onFound }).catch((error: unknown) => {
      if (!(error instanceof ServiceError)) throw error;
      // gone again: then nothing is in it; without permission: then what is known of it is kept
      return { files: [], sidecars: [], unreadable: error.code === 'FOLDER_UNREADABLE' ? [start] : [], besides: [] };
    });
    for (const file of scan.files) files.set(file.path, file);
    for (const sidecar of scan.sidecars) sidecars.set(sidecar.path, sidecar);
    unreadable.push(...scan.unreadable);
  }
  return { files: [...files.values()], sidecars: [...sidecars.values()], unreadable, besides };
}

/** The names in the folders of a source, each listed once. Given a folder's path relative to it. */
function namesOfFolders(root: string): (folder: string) => Promise<FolderNames> {
  const listed = new Map<string, Promise<FolderNames>>();
  return (folder) => {
    const names = listed.get(folder) ?? FolderNames.of(join(root, folder));
    listed.set(folder, names);
    return names;
  };
}

/** What goes with pictures that came, changed or went: whether it is shown by another may be different now. */
async function companionsOf(
  paths: readonly string[],
  namesOf: (folder: string) => Promise<FolderNames>,
): Promise<string[]> {
  const asked = new Set(paths);
  const found = new Set<string>();
  for (const path of paths) {
    const folder = posix.dirname(path);
    for (const name of (await namesOf(folder)).companionsOf(posix.basename(path))) {
      const companion = posix.join(folder, name);
      if (!asked.has(companion)) found.add(companion);
    }
  }
  return [...found];
}

/** The file or sidecar at a path, or the path itself where it is a folder; null where there is nothing of a person's. */
async function scanPath(
  root: string,
  path: string,
  rules: IgnoreRules,
  namesOf: (folder: string) => Promise<FolderNames>,
  { except, leftOut }: ScanOptions,
): Promise<ScannedFile | ScannedSidecar | string | null> {
  const parts = path.split('/');
  const above = parts.map((_, i) => parts.slice(0, i + 1).join('/'));
  if (above.some((folder) => isPassedOver(join(root, folder), except))) return null;
  const stats = await lstat(join(root, path)).catch(() => null);
  if (!stats) return null;
  await rules.readAbove(path);
  if (above.some((folder) => rules.ignores(folder, folder !== path || stats.isDirectory()))) return null;
  if (leftOut?.leavesOut(path, stats.isDirectory()) === true) return null;
  if (stats.isDirectory()) return path;
  const kind = nameKind(basename(path));
  if (!stats.isFile() || kind === 'companion') return null;
  // a sidecar is small, and belongs to a picture that may not be
  if (kind === 'sidecar') return { path, size: stats.size, mtimeMs: stats.mtimeMs };
  if (stats.size < (leftOut?.leastBytes ?? 0)) return null;
  const folder = posix.dirname(path);
  const shown = isOfItsOwn(kind, stats.size) ? null : (await namesOf(folder)).shownFor(posix.basename(path));
  const shownBy = shown && (await whereItCounts(root, posix.join(folder, shown), rules, leftOut));
  return { path, kind, size: stats.size, mtimeMs: stats.mtimeMs, shownBy };
}

function isOfItsOwn(kind: NameKind, bytes: number): boolean {
  return kind === 'video' && bytes > LARGEST_LIVE_BYTES;
}

/** The path itself; null where it is left out, so that nothing is shown by it. */
async function whereItCounts(
  root: string,
  path: string,
  rules: IgnoreRules,
  leftOut: LeftOut | undefined,
): Promise<string | null> {
  if (rules.ignores(path, false) || leftOut?.leavesOut(path, false) === true) return null;
  if (leftOut === undefined || leftOut.leastBytes === 0) return path;
  const stats = await lstat(join(root, path)).catch(() => null);
  return stats !== null && stats.size < leftOut.leastBytes ? null : path;
}

/** A drive that takes longer for {@link STATS_AT_ONCE} files has something to gain from being asked for several at once. */
const SLOW_MS = 20;

/** Looks at the files of folders; one after another where that may hold up the thread, which takes a tenth of the time on a local disk. */
class FileLooks {
  #holdingUp: boolean;
  readonly #leastBytes: number;

  constructor({ holdingUp, leftOut }: ScanOptions) {
    this.#holdingUp = holdingUp === true;
    this.#leastBytes = leftOut?.leastBytes ?? 0;
  }

  async all(
    root: string,
    folder: string,
    names: readonly string[],
  ): Promise<{ readonly files: ScannedFile[]; readonly sidecars: ScannedSidecar[] }> {
    const inside = portable(relative(root, folder));
    const looks = await this.#look(folder, names);
    const alike = new FolderNames(looks.keys());
    const files: ScannedFile[] = [];
    const sidecars: ScannedSidecar[] = [];
    for (const [name, { size, mtimeMs }] of looks) {
      const kind = nameKind(name);
      const path = inside === '' ? name : `${inside}/${name}`;
      if (kind === 'companion') continue;
      if (kind === 'sidecar') {
        sidecars.push({ path, size, mtimeMs });
        continue;
      }
      const shown = isOfItsOwn(kind, size) ? null : alike.shownFor(name);
      const shownBy = shown && posix.join(inside, shown);
      files.push({ path, kind, size, mtimeMs, shownBy });
    }
    return { files, sidecars };
  }

  /** Size and time by name, of those that are large enough; of sidecars whatever their size, since they belong to pictures. */
  async #look(folder: string, names: readonly string[]): Promise<Map<string, Pick<Stats, 'size' | 'mtimeMs'>>> {
    const looks = new Map<string, Pick<Stats, 'size' | 'mtimeMs'>>();
    for (let i = 0; i < names.length; i += STATS_AT_ONCE) {
      const slice = names.slice(i, i + STATS_AT_ONCE);
      const begun = performance.now();
      const stats = this.#holdingUp
        ? slice.map((name) => lookNow(join(folder, name)))
        : await Promise.all(slice.map((name) => lstat(join(folder, name)).catch(() => null)));
      if (performance.now() - begun > SLOW_MS) this.#holdingUp = false;
      for (const [j, name] of slice.entries()) {
        const look = stats[j];
        // listed a moment ago and gone now, or a name that is not valid UTF-8: the read will say so
        if (!look) looks.set(name, { size: 0, mtimeMs: 0 });
        else if (look.size >= this.#leastBytes || nameKind(name) === 'sidecar')
          looks.set(name, { size: look.size, mtimeMs: look.mtimeMs });
      }
    }
    return looks;
  }
}

function lookNow(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

function portable(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/');
}
