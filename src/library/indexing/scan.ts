import { lstatSync, type Stats } from 'node:fs';
import { lstat, opendir, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, posix, relative, sep } from 'node:path';
import { ServiceError } from '../../contract/errors.ts';
import { nameKind, type NameKind } from '../media/formats.ts';
import { FolderNames } from '../media/pairs.ts';
import { IgnoreRules } from './ignore-rules.ts';

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
}

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
 * circles. Hidden files and folders are passed over, and what an ignore file names.
 *
 * @param start sub-folder to walk, relative to `folder`; '' for all of it
 * @throws ServiceError as {@link readableFolder}; the signal's reason where it was aborted
 */
export async function scanFolder(folder: string, start: string, options: ScanOptions): Promise<Scan> {
  const files: ScannedFile[] = [];
  const sidecars: ScannedSidecar[] = [];
  const unreadable: string[] = [];
  const rules = new IgnoreRules(folder);
  const looks = new FileLooks(options.holdingUp === true);
  const folders = [await readableFolder(join(folder, start))];
  await rules.readAbove(start);
  for (let current = folders.pop(); current !== undefined; current = folders.pop()) {
    options.signal.throwIfAborted();
    const listed = await list(folder, current, rules, options.except);
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
  except: readonly string[],
): Promise<{ readonly names: string[]; readonly folders: string[] } | null> {
  try {
    const inside = portable(relative(root, folder));
    const names: string[] = [];
    const folders: string[] = [];
    await rules.read(inside);
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = inside === '' ? entry.name : `${inside}/${entry.name}`;
      if (entry.isFile()) {
        if (nameKind(entry.name) !== 'companion' && !rules.ignores(path, false)) names.push(entry.name);
      } else if (entry.isDirectory() && !isPassedOver(join(folder, entry.name), except)) {
        if (!rules.ignores(path, true)) folders.push(join(folder, entry.name));
      }
    }
    return { names, folders };
  } catch {
    return null;
  }
}

/** Whether a file or folder, by its absolute path, is none of the person's photos: hidden, a system's, or one of `except`. */
export function isPassedOver(path: string, except: readonly string[]): boolean {
  const name = basename(path);
  return name.startsWith('.') || SKIPPED_FOLDERS.has(name) || except.includes(path);
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
    for (const found of await Promise.all(
      slice.map((path) => scanPath(folder, path, rules, namesOf, options.except)),
    )) {
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
  except: readonly string[],
): Promise<ScannedFile | ScannedSidecar | string | null> {
  const parts = path.split('/');
  const above = parts.map((_, i) => parts.slice(0, i + 1).join('/'));
  if (above.some((folder) => isPassedOver(join(root, folder), except))) return null;
  const stats = await lstat(join(root, path)).catch(() => null);
  if (!stats) return null;
  await rules.readAbove(path);
  if (above.some((folder) => rules.ignores(folder, folder !== path || stats.isDirectory()))) return null;
  if (stats.isDirectory()) return path;
  const kind = nameKind(basename(path));
  if (!stats.isFile() || kind === 'companion') return null;
  if (kind === 'sidecar') return { path, size: stats.size, mtimeMs: stats.mtimeMs };
  const folder = posix.dirname(path);
  const shown = (await namesOf(folder)).shownFor(posix.basename(path));
  const shownBy = shown && posix.join(folder, shown);
  return { path, kind, size: stats.size, mtimeMs: stats.mtimeMs, shownBy };
}

/** A drive that takes longer for {@link STATS_AT_ONCE} files has something to gain from being asked for several at once. */
const SLOW_MS = 20;

/** Looks at the files of folders; one after another where that may hold up the thread, which takes a tenth of the time on a local disk. */
class FileLooks {
  #holdingUp: boolean;

  constructor(holdingUp: boolean) {
    this.#holdingUp = holdingUp;
  }

  async all(
    root: string,
    folder: string,
    names: readonly string[],
  ): Promise<{ readonly files: ScannedFile[]; readonly sidecars: ScannedSidecar[] }> {
    const inside = portable(relative(root, folder));
    const files: ScannedFile[] = [];
    const sidecars: ScannedSidecar[] = [];
    const alike = new FolderNames(names);
    for (let i = 0; i < names.length; i += STATS_AT_ONCE) {
      const slice = names.slice(i, i + STATS_AT_ONCE);
      const begun = performance.now();
      const stats = this.#holdingUp
        ? slice.map((name) => lookNow(join(folder, name)))
        : await Promise.all(slice.map((name) => lstat(join(folder, name)).catch(() => null)));
      if (performance.now() - begun > SLOW_MS) this.#holdingUp = false;
      for (const [j, name] of slice.entries()) {
        const kind = nameKind(name);
        if (kind === 'companion') continue;
        // listed a moment ago and gone now, or a name that is not valid UTF-8: the read will say so
        const { size, mtimeMs } = stats[j] ?? { size: 0, mtimeMs: 0 };
        const path = inside === '' ? name : `${inside}/${name}`;
        if (kind === 'sidecar') {
          sidecars.push({ path, size, mtimeMs });
          continue;
        }
        const shown = alike.shownFor(name);
        const shownBy = shown && posix.join(inside, shown);
        files.push({ path, kind, size, mtimeMs, shownBy });
      }
    }
    return { files, sidecars };
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
