import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ServiceError } from '../contract/errors.ts';

/**
 * Folders and files that a person picked, by the word of main, which showed the dialog: real paths. A page is believed nothing of the kind, as its
 * process decodes pictures that come from anywhere: only what is picked becomes a source, gets files, or is written to.
 */
export class PickedPaths {
  readonly #anything: boolean;
  readonly #paths = new Set<string>();

  /** @param anything who asks is the person: the command line */
  constructor(anything: boolean) {
    this.#anything = anything;
  }

  /** @param path a real path */
  add(path: string): void {
    this.#paths.add(path);
  }

  has(path: string): boolean {
    return this.#anything || this.#paths.has(path);
  }

  /** @param real the folder's real path @throws ServiceError FOLDER_NOT_CHOSEN */
  needFolder(real: string): void {
    if (!this.has(real)) throw new ServiceError('FOLDER_NOT_CHOSEN', real);
  }

  /** Of a file that is to be written, and need not be there yet. @throws ServiceError FILE_NOT_CHOSEN */
  async needFile(path: string): Promise<void> {
    const folder = await realpath(dirname(path)).catch(() => dirname(path));
    if (!this.has(join(folder, basename(path)))) throw new ServiceError('FILE_NOT_CHOSEN', path);
  }
}
