import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GlobPatterns } from './glob-patterns.ts';

/** A file of this name in a folder says what in it is no photo of the person's: patterns as in `.gitignore`, one a line. */
export const IGNORE_FILE = '.semblanceignore';

/** The ignore files of a source, as far as they were read. Paths are relative to the source, with `/`; '' is the source itself. */
export class IgnoreRules {
  readonly #root: string;
  readonly #byFolder = new Map<string, GlobPatterns | null>();
  readonly #reading = new Map<string, Promise<GlobPatterns | null>>();

  /** @param root the source's folder */
  constructor(root: string) {
    this.#root = root;
  }

  /** Reads what a folder says, once. Rejects where it has an ignore file that cannot be read. */
  async read(folder: string): Promise<void> {
    if (this.#byFolder.has(folder)) return;
    const reading = this.#reading.get(folder) ?? rulesIn(join(this.#root, folder));
    this.#reading.set(folder, reading);
    this.#byFolder.set(folder, await reading);
    this.#reading.delete(folder);
  }

  /** Reads what the folders say that a path leads through. */
  async readAbove(path: string): Promise<void> {
    for (const folder of foldersAbove(path)) await this.read(folder);
  }

  /**
   * Whether a file or folder is ignored, by what was read of the folders that it lies in; of those it is not asked whether they are ignored.
   * What a deeper folder says counts more.
   */
  ignores(path: string, isFolder: boolean): boolean {
    let ignored = false;
    for (const folder of foldersAbove(path)) {
      const rules = this.#byFolder.get(folder);
      if (!rules) continue;
      const inside = folder === '' ? path : path.slice(folder.length + 1);
      const verdict = rules.verdict(inside, isFolder);
      if (verdict !== 'unsaid') ignored = verdict === 'ignored';
    }
    return ignored;
  }
}

function foldersAbove(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, i) => parts.slice(0, i).join('/'));
}

async function rulesIn(folder: string): Promise<GlobPatterns | null> {
  try {
    return GlobPatterns.ofText(await readFile(join(folder, IGNORE_FILE), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
