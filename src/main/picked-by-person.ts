import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { IpcMainInvokeEvent } from 'electron';
import { askToAdd } from './dialogs.ts';

/**
 * What a person picked: main showed the dialog, so main tells the service of it. A page cannot, and where a file was dropped main hears of it from the
 * page alone, so that it asks.
 */
export class PickedByPerson {
  readonly #tell: (path: string) => void;
  readonly #folders = new Set<string>();

  /** @param tell gets real paths, before the page hears of them */
  constructor(tell: (path: string) => void) {
    this.#tell = tell;
  }

  /** A dialog that gives a folder, of which the service is told. */
  folder<Input>(choose: (input: Input, event: IpcMainInvokeEvent) => Promise<string | null>) {
    return async (input: Input, event: IpcMainInvokeEvent): Promise<string | null> => {
      const path = await choose(input, event);
      if (path !== null) await this.addFolder(path);
      return path;
    };
  }

  /** A dialog that gives a file to write to, which need not be there yet. */
  file<Input>(choose: (input: Input, event: IpcMainInvokeEvent) => Promise<string | null>) {
    return async (input: Input, event: IpcMainInvokeEvent): Promise<string | null> => {
      const path = await choose(input, event);
      if (path !== null) this.#tell(join(await realPath(dirname(path)), basename(path)));
      return path;
    };
  }

  async addFolder(path: string): Promise<void> {
    const real = await realPath(path);
    this.#folders.add(real);
    this.#tell(real);
  }

  /** Whether a folder that a page says was dropped may be added to the library: a person is asked, once for each. */
  async admitFolder(path: string, event: IpcMainInvokeEvent): Promise<boolean> {
    const real = await realPath(path);
    if (!this.#folders.has(real) && !(await askToAdd(real, event))) return false;
    await this.addFolder(real);
    return true;
  }
}

/** What is gone has none: the service says so when it is asked to do something with it. */
function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
