/**
 * What main and the library service's process say to each other, beside the oRPC calls that travel on the ports.
 *
 * In a `utilityProcess` a port is transferred whole with `connect`. A `child_process` cannot take one, so that its ports
 * are numbered and their messages travel as `data`.
 */

/** One oRPC message as its message-port adapter encodes it. */
export type PortData = string | ArrayBuffer | Uint8Array;

/** What main tells of the computer; what follows from it, the service decides. */
export interface PowerState {
  readonly onBattery: boolean;
  /** Since when keys and mouse were left alone. */
  readonly idleSeconds: number;
}

export type MessageToService =
  | { readonly type: 'connect'; readonly port: number }
  | { readonly type: 'data'; readonly port: number; readonly data: PortData }
  | { readonly type: 'disconnect'; readonly port: number }
  | { readonly type: 'power'; readonly power: PowerState }
  /** A person picked this folder or file, by its real path: it may become a source, get files, or be written to. */
  | { readonly type: 'picked'; readonly path: string }
  /** The answer to `trash`: what went wrong, or null. */
  | { readonly type: 'trashed'; readonly request: number; readonly problem: string | null }
  /** Close the library and exit. */
  | { readonly type: 'close' };

export type MessageFromService =
  | { readonly type: 'ready'; readonly libraryFolder: string; readonly thumbsFolder: string }
  /** The library could not be opened; the process exits after this. `code` is one of `SERVICE_ERRORS`. */
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  /** Asks for a file to be put into the trash of macOS or Windows, which only the system can. */
  | { readonly type: 'trash'; readonly request: number; readonly path: string }
  | { readonly type: 'data'; readonly port: number; readonly data: PortData };
