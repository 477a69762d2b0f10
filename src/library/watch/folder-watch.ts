import { watch, type FSWatcher } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';

interface FolderWatchParts {
  /** Absolute. */
  readonly folder: string;
  /** Whether a path, absolute, is none of the person's photos. */
  readonly isPassedOver: (path: string) => boolean;
  /** From now on every change is told. */
  readonly onReady: () => void;
  /** Something came, changed or went, or lies in a folder that came. Relative to the folder, with `/`; '' for itself. */
  readonly onChange: (path: string) => void;
  /** The system cannot tell of changes here; nothing more is told. */
  readonly onFailure: (error: Error) => void;
}

/** These have one watch for a folder and all below it; elsewhere each folder has its own. */
const RECURSIVE = process.platform === 'darwin' || process.platform === 'win32';

/** What a folder that went, or may not be looked into, is answered with: nothing is lost by passing it over. */
const PASSED = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP']);

/**
 * Hears of what changes in a folder and in all below it. Folders are watched, never files: 200,000 files cost what their folders do, and
 * none of them is looked at. Symbolic links are not followed.
 */
export class FolderWatch {
  readonly #parts: FolderWatchParts;
  /** By path relative to the folder. */
  readonly #watchers = new Map<string, FSWatcher>();
  #closed = false;

  constructor(parts: FolderWatchParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    if (RECURSIVE) this.#watch('');
    else await this.#watchAll('');
    if (!this.#closed) this.#parts.onReady();
  }

  close(): void {
    this.#closed = true;
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** Watches a folder and all below it. Each is watched before it is listed, so that nothing comes in between. */
  async #watchAll(start: string): Promise<void> {
    const folders = [start];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      if (this.#closed) return;
      if (!this.#watchers.has(folder)) this.#watch(folder);
      for (const name of await this.#foldersIn(folder)) folders.push(inside(folder, name));
    }
  }

  async #foldersIn(folder: string): Promise<string[]> {
    const at = join(this.#parts.folder, folder);
    try {
      const entries = await readdir(at, { withFileTypes: true });
      return entries
        .filter((entry) => entry.isDirectory() && !this.#parts.isPassedOver(join(at, entry.name)))
        .map(({ name }) => name);
    } catch (error) {
      this.#failed(error as NodeJS.ErrnoException);
      return [];
    }
  }

  #watch(folder: string): void {
    try {
      const watcher = watch(join(this.#parts.folder, folder), { recursive: RECURSIVE }, (event, name) =>
        this.#told(folder, event, name),
      );
      this.#watchers.set(folder, watcher);
      watcher.on('error', (error) => this.#failed(error));
    } catch (error) {
      this.#failed(error as NodeJS.ErrnoException);
    }
  }

  #failed(error: NodeJS.ErrnoException): void {
    if (this.#closed || PASSED.has(error.code ?? '')) return;
    this.close();
    this.#parts.onFailure(error);
  }

  #told(folder: string, event: string, name: string | null): void {
    if (this.#closed) return;
    if (name === null) {
      this.#parts.onChange(folder);
      return;
    }
    const path = inside(folder, sep === '/' ? name : name.split(sep).join('/'));
    if (this.#isPassedOver(path)) return;
    this.#parts.onChange(path);
    // it came or went; where it is a folder, so did all that is in it
    if (event === 'rename' && !RECURSIVE) void this.#cameOrWent(path);
  }

  #isPassedOver(path: string): boolean {
    // of a recursive watch, the folders that it lies in have not been asked
    const from = RECURSIVE ? 0 : path.lastIndexOf('/') + 1;
    for (let end = path.indexOf('/', from); ; end = path.indexOf('/', end + 1)) {
      if (this.#parts.isPassedOver(join(this.#parts.folder, end < 0 ? path : path.slice(0, end)))) return true;
      if (end < 0) return false;
    }
  }

  async #cameOrWent(path: string): Promise<void> {
    const isFolder = await lstat(join(this.#parts.folder, path)).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    if (this.#closed) return;
    // also where there is one again: it may be another than the one that was watched
    this.#unwatchAll(path);
    if (!isFolder) return;
    await this.#watchAll(path);
    // what came before it was watched
    this.#tell(path);
  }

  #tell(path: string): void {
    if (!this.#closed) this.#parts.onChange(path);
  }

  #unwatchAll(start: string): void {
    if (!this.#watchers.has(start)) return;
    for (const [folder, watcher] of this.#watchers) {
      if (folder !== start && !folder.startsWith(`${start}/`)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
  }
}

function inside(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
