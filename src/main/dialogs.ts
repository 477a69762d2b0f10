import {
  BrowserWindow,
  dialog,
  type IpcMainInvokeEvent,
  type OpenDialogOptions,
  type SaveDialogOptions,
} from 'electron';
import type { EncoderPlace } from '../contract/bridge.ts';

/** The formats that the library decodes. "All files" stays a choice: a name says little about a file. */
const PICTURE_EXTENSIONS = (
  'jpg jpeg jpe jfif png webp tif tiff gif avif heic heif hif bmp dib svg svgz psd psb jxl ' +
  'cr2 cr3 nef nrw arw sr2 srf dng raf orf rw2 rwl raw pef srw 3fr iiq erf'
).split(' ');

/** The system's dialog for a folder of photos. Null where the person cancelled. */
export function chooseFolder(_: undefined, event: IpcMainInvokeEvent): Promise<string | null> {
  return choose(event, {
    title: 'Choose a folder of photos',
    buttonLabel: 'Add Folder',
    properties: ['openDirectory'],
  });
}

/** The system's dialog for one picture to search with. Null where the person cancelled. */
export function choosePicture(_: undefined, event: IpcMainInvokeEvent): Promise<string | null> {
  return choose(event, {
    title: 'Choose a picture to find similar ones',
    buttonLabel: 'Find Similar',
    properties: ['openFile'],
    filters: [
      { name: 'Pictures', extensions: PICTURE_EXTENSIONS },
      { name: 'All files', extensions: ['*'] },
    ],
  });
}

/** The system's dialog for an encoder: a model in one file, or a folder of files. Null where the person cancelled. */
export function chooseEncoder(place: EncoderPlace, event: IpcMainInvokeEvent): Promise<string | null> {
  const buttonLabel = 'Install';
  if (place === 'folder') {
    return choose(event, { title: 'Choose the folder of an encoder', buttonLabel, properties: ['openDirectory'] });
  }
  return choose(event, {
    title: 'Choose a model',
    buttonLabel,
    properties: ['openFile'],
    filters: [
      { name: 'ONNX or TensorFlow.js models', extensions: ['onnx', 'json'] },
      { name: 'All files', extensions: ['*'] },
    ],
  });
}

/** What a model version is written to, so that it is known again. */
const MODEL_FILES = [{ name: 'Models of Semblance', extensions: ['semblance'] }];
/** What no file system of the three takes in a name. */
const NOT_IN_NAMES = /[\p{Cc}<>:"/\\|?*]+/gu;

/** The system's dialog for where to write a model version. Null where the person cancelled. */
export function saveModel(name: string, event: IpcMainInvokeEvent): Promise<string | null> {
  return save(event, {
    title: 'Export a version',
    buttonLabel: 'Export',
    // Short enough for every file system, with the ending.
    defaultPath: `${name.replace(NOT_IN_NAMES, ' ').trim().slice(0, 80)}.semblance`,
    filters: MODEL_FILES,
  });
}

/** What a person made is written to, so that it is known again. */
const LIBRARY_FILES = [{ name: 'What was made in Semblance', extensions: ['semblance-library'] }];

/** The system's dialog for where to write what a person made. Null where the person cancelled. */
export function saveLibrary(_: undefined, event: IpcMainInvokeEvent): Promise<string | null> {
  return save(event, {
    title: 'Export what you made',
    buttonLabel: 'Export',
    defaultPath: `Semblance ${new Date().toISOString().slice(0, 10)}.semblance-library`,
    filters: LIBRARY_FILES,
  });
}

/** The system's dialog for such a file. Null where the person cancelled. */
export function chooseLibrary(_: undefined, event: IpcMainInvokeEvent): Promise<string | null> {
  return choose(event, {
    title: 'Choose what was exported from another library',
    buttonLabel: 'Import',
    properties: ['openFile'],
    filters: [...LIBRARY_FILES, { name: 'All files', extensions: ['*'] }],
  });
}

/** The system's dialog for the folder that files go to. Null where the person cancelled. */
export function chooseTarget(kind: 'move' | 'copy', event: IpcMainInvokeEvent): Promise<string | null> {
  return choose(event, {
    title: kind === 'move' ? 'Choose where to move them' : 'Choose where to copy them',
    buttonLabel: kind === 'move' ? 'Move Here' : 'Copy Here',
    properties: ['openDirectory', 'createDirectory'],
  });
}

async function save({ sender }: IpcMainInvokeEvent, options: SaveDialogOptions): Promise<string | null> {
  const window = BrowserWindow.fromWebContents(sender);
  const { canceled, filePath } = await (window
    ? dialog.showSaveDialog(window, options)
    : dialog.showSaveDialog(options));
  return canceled || filePath === '' ? null : filePath;
}

/** The system's dialog for a model version to import. Null where the person cancelled. */
export function chooseModel(_: undefined, event: IpcMainInvokeEvent): Promise<string | null> {
  return choose(event, {
    title: 'Choose a model that Semblance exported',
    buttonLabel: 'Import',
    properties: ['openFile'],
    filters: [...MODEL_FILES, { name: 'All files', extensions: ['*'] }],
  });
}

async function choose({ sender }: IpcMainInvokeEvent, options: OpenDialogOptions): Promise<string | null> {
  const window = BrowserWindow.fromWebContents(sender);
  const { canceled, filePaths } = await (window
    ? dialog.showOpenDialog(window, options)
    : dialog.showOpenDialog(options));
  return canceled ? null : (filePaths[0] ?? null);
}

/** A sentence about something that went wrong outside the page. */
export function showProblem(window: BrowserWindow | undefined, message: string, detail: string): void {
  const options = { type: 'warning', title: 'Semblance', message, detail } as const;
  void (window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options));
}

/** The service keeps dying. Resolves to true where the person wants another try. */
export async function askToRetry(window: BrowserWindow | undefined, message: string): Promise<boolean> {
  const options = {
    type: 'error' as const,
    title: 'Semblance',
    message: 'The library cannot be kept open',
    detail: message,
    buttons: ['Try Again', 'Not Now'],
    defaultId: 0,
    cancelId: 1,
  };
  const { response } = await (window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options));
  return response === 0;
}
