/** To the thread that watches: which folders, by the ids of their sources. */
export type WatchRequest =
  | { readonly type: 'watch'; readonly id: number; readonly folder: string; readonly except: readonly string[] }
  | { readonly type: 'unwatch'; readonly id: number };

/** From it. Paths are relative to the source, with `/`; files that came, changed or went, and folders that came or went. */
export type WatchReport =
  /** From now on every change is noticed. */
  | { readonly type: 'ready'; readonly id: number }
  | {
      readonly type: 'changed';
      readonly changes: readonly { readonly id: number; readonly paths: readonly string[] }[];
    }
  /** The system cannot tell of changes there (a network drive, too many folders); nothing is watched under this id any more. */
  | { readonly type: 'failed'; readonly id: number; readonly reason: string };
