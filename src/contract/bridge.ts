/** Where an encoder is that is installed from disk. */
export type EncoderPlace = 'file' | 'folder';

/** What was dropped: a folder (index it), a file (search with it), or neither, as a device or what is gone. */
export interface TakenFile {
  readonly path: string;
  readonly kind: 'folder' | 'file' | null;
}

/** What the preload script gives the page, beside the port to the service: the few things that only Electron can do. */
export interface Bridge {
  /** Asks for a folder in the system's dialog, which may be added then. Null where the person cancelled. */
  chooseFolder(): Promise<string | null>;
  /** Asks for one picture file in the system's dialog. */
  choosePicture(): Promise<string | null>;
  /** Asks for the file or the folder of an encoder. Systems other than macOS have no dialog that takes both. */
  chooseEncoder(place: EncoderPlace): Promise<string | null>;
  /** Asks where to write a model version of that name; the service writes to no other file. */
  saveModel(name: string): Promise<string | null>;
  /** Asks for a model version that Semblance wrote. */
  chooseModel(): Promise<string | null>;
  /** Asks where to write what a person made in this library. */
  saveLibrary(): Promise<string | null>;
  /** Asks for what another library wrote in this way. */
  chooseLibrary(): Promise<string | null>;
  /** Asks for the folder that files are to be moved or copied to; the service lets them go to no other. */
  chooseTarget(kind: 'move' | 'copy'): Promise<string | null>;
  /** Where a dropped or pasted file lies: a folder may be added then. Null where it is not on disk. */
  takeFile(file: File): Promise<TakenFile | null>;
  /** Shows the picture's file in the system's file manager. */
  showInFolder(id: number): Promise<void>;
  readonly platform: 'darwin' | 'linux' | 'win32';
}

/** The name under which the preload script puts the {@link Bridge} on `window`. */
export const BRIDGE = 'semblance';

/**
 * The page posts this to itself's window from the preload script, with one transferred MessagePort: the service's. It comes
 * again, with a new port, when the service was restarted.
 */
export const SERVICE_PORT_MESSAGE = 'semblance:service-port';
/** Posted in the same way when the service has stopped; a new port follows if it could be restarted. */
export const SERVICE_LOST_MESSAGE = 'semblance:service-lost';

/** `code` is one of `SERVICE_ERRORS` where the library could not be opened, absent where the service died. */
export interface ServiceLostMessage {
  readonly type: typeof SERVICE_LOST_MESSAGE;
  readonly code?: string;
  readonly message: string;
}

/** Posted in the same way when a menu item was chosen that the page carries out. */
export const MENU_COMMAND_MESSAGE = 'semblance:menu-command';

export type MenuCommand = 'add-folder' | 'choose-picture' | 'show-shortcuts';

export interface MenuCommandMessage {
  readonly type: typeof MENU_COMMAND_MESSAGE;
  readonly command: MenuCommand;
}
