import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { IpcMainInvokeEvent } from 'electron';

/** What a person picked in a dialog or dropped: main, or the preload script, has it of Electron, so main tells the service of it. A page's scripts cannot. */
export class PickedByPerson {
  readonly #tell: (path: string) => void;

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
    this.#tell(await realPath(path));
  }
}

/** What is gone has none: the service says so when it is asked to do something with it. */
function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
