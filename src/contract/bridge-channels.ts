import type { Bridge, TakenFile } from './bridge.ts';

/** The calls of the {@link Bridge} that main answers, and what each takes and gives: the whole of the raw IPC. */
export type BridgeCalls = Pick<
  Bridge,
  | 'chooseFolder'
  | 'choosePicture'
  | 'chooseEncoder'
  | 'saveModel'
  | 'chooseModel'
  | 'saveLibrary'
  | 'chooseLibrary'
  | 'chooseTarget'
  | 'showInFolder'
> & {
  /** What lies at a path, which the preload script has of a file that was dropped. */
  takePath(path: string): Promise<TakenFile['kind']>;
};

export const BRIDGE_CHANNELS = {
  chooseFolder: 'semblance:choose-folder',
  choosePicture: 'semblance:choose-picture',
  chooseEncoder: 'semblance:choose-encoder',
  saveModel: 'semblance:save-model',
  chooseModel: 'semblance:choose-model',
  saveLibrary: 'semblance:save-library',
  chooseLibrary: 'semblance:choose-library',
  chooseTarget: 'semblance:choose-target',
  takePath: 'semblance:take-path',
  showInFolder: 'semblance:show-in-folder',
} as const satisfies Record<keyof BridgeCalls, string>;

/** From the preload script to main, once the page's scripts have run: it can take its port now. */
export const PAGE_READY_CHANNEL = 'semblance:page-ready';

/** What an answer looks like on the wire: Electron would wrap an error's sentence in its own words. */
export type BridgeAnswer<T> = { readonly value: T } | { readonly error: string };
